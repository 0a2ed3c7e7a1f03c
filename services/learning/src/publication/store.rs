//! Publications, their printed editions, and which document is cited by which.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::deadline::Deadline;
use kit::ids::{CommissionId, DocumentId, OrgId, PublicationId, RoundId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json};
use kit::time::Timestamp;

use super::material::Material;
use super::overlay::TakenBack;
use super::state::State;
use super::{Edition, Item, Printed, Publication};
use crate::error::Error;
use crate::schema::{cited, document, printed, publication, publication_round, taken_back};
use crate::{case_study, corpus, insight, passage};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publication, treat_none_as_null = true)]
struct Row {
    id: PublicationId,
    version: i64,
    commission_id: CommissionId,
    rounds: String,
    state: String,
    readable: i32,
    edition_number: i32,
    edition: String,
    publish_at: Option<Timestamp>,
    deadline: Option<String>,
    embargo_group: String,
    published_at: Option<Timestamp>,
    reason: String,
    correction_due: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    authors: String,
    proposal: Option<String>,
    fact_check: Option<String>,
}

impl From<&Publication> for Row {
    fn from(publication: &Publication) -> Row {
        let (deadline, published_at) = match &publication.state {
            State::Embargoed { publish_at, .. } => (Some(publish_at), None),
            State::Published { at, publish_at } => (publish_at.as_ref(), Some(*at)),
            State::Planned | State::Drafting | State::FactCheck | State::Approved | State::Withdrawn => (None, None),
        };
        Row {
            id: publication.id,
            version: publication.version,
            commission_id: publication.commission,
            rounds: json(&publication.rounds),
            state: publication.state.name().to_string(),
            readable: publication.readable,
            edition_number: publication.edition.number,
            edition: json(&publication.edition),
            publish_at: deadline.map(|deadline| deadline.instant),
            deadline: deadline.map(json),
            embargo_group: json(&publication.embargo_group()),
            published_at,
            reason: publication.reason.clone(),
            correction_due: publication.correction_due,
            created_at: publication.created_at,
            updated_at: publication.updated_at,
            authors: json(&publication.authors),
            proposal: publication.proposal.as_ref().map(json),
            fact_check: publication.fact_check.as_ref().map(json),
        }
    }
}

impl TryFrom<Row> for Publication {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Publication, DbError> {
        let deadline: Option<Deadline> = row.deadline.as_deref().map(from_json).transpose()?;
        let state = match (row.state.as_str(), deadline, row.published_at) {
            ("planned", None, None) => State::Planned,
            ("drafting", None, None) => State::Drafting,
            ("fact_check", None, None) => State::FactCheck,
            ("approved", None, None) => State::Approved,
            ("embargoed", Some(publish_at), None) => {
                State::Embargoed { publish_at, group: from_json(&row.embargo_group)? }
            }
            ("published", publish_at, Some(at)) => State::Published { at, publish_at },
            ("withdrawn", None, None) => State::Withdrawn,
            (other, _, _) => {
                return Err(inconsistent(format!("publication {}: {other} does not fit its dates", row.id)));
            }
        };
        Ok(Publication {
            id: row.id,
            version: row.version,
            commission: row.commission_id,
            rounds: from_json(&row.rounds)?,
            state,
            readable: row.readable,
            edition: from_json(&row.edition)?,
            reason: row.reason,
            correction_due: row.correction_due,
            authors: from_json(&row.authors)?,
            proposal: row.proposal.as_deref().map(from_json).transpose()?,
            fact_check: row.fact_check.as_deref().map(from_json).transpose()?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn get(conn: &mut Conn, id: PublicationId) -> Result<Publication, Error> {
    let row = found::<_, Error>(publication::table.find(id).select(Row::as_select()).first(conn), "publication")?;
    Ok(Publication::try_from(row)?)
}

pub fn insert(conn: &mut Conn, new: &Publication) -> Result<(), DbError> {
    diesel::insert_into(publication::table).values(Row::from(new)).execute(conn)?;
    for round in &new.rounds {
        diesel::insert_into(publication_round::table)
            .values((publication_round::publication_id.eq(new.id), publication_round::round_id.eq(round)))
            .execute(conn)?;
    }
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Publication, new: &Publication) -> Result<(), Error> {
    let of_old_version = publication::table.find(new.id).filter(publication::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

/// Records what an edition cites.
pub fn cite(conn: &mut Conn, id: PublicationId, edition: &Edition) -> Result<(), DbError> {
    let of_it = cited::table.filter(cited::publication_id.eq(id)).filter(cited::number.eq(edition.number));
    diesel::delete(of_it).execute(conn)?;
    for source in &edition.sources {
        diesel::insert_into(cited::table)
            .values((
                cited::publication_id.eq(id),
                cited::number.eq(edition.number),
                cited::document_id.eq(source.document),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Publications of which an edition cites a document.
pub fn citing(conn: &mut Conn, document: DocumentId) -> Result<Vec<PublicationId>, DbError> {
    Ok(cited::table
        .filter(cited::document_id.eq(document))
        .order(cited::publication_id.asc())
        .select(cited::publication_id)
        .distinct()
        .load(conn)?)
}

/// The councils that an edition cites, each once.
pub fn councils(conn: &mut Conn, id: PublicationId, number: i32) -> Result<Vec<OrgId>, DbError> {
    Ok(cited::table
        .inner_join(document::table)
        .filter(cited::publication_id.eq(id))
        .filter(cited::number.eq(number))
        .order(document::organisation_id.asc())
        .select(document::organisation_id)
        .distinct()
        .load(conn)?)
}

/// Publications that are put to one of these councils in a fact check now.
pub fn put_to(conn: &mut Conn, councils: &[OrgId]) -> Result<Vec<PublicationId>, DbError> {
    Ok(cited::table
        .inner_join(document::table)
        .inner_join(publication::table)
        .filter(publication::state.eq("fact_check"))
        .filter(cited::number.eq(publication::edition_number))
        .filter(document::organisation_id.eq_any(councils))
        .order(cited::publication_id.asc())
        .select(cited::publication_id)
        .distinct()
        .load(conn)?)
}

/// Which publications a caller sees.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    /// Those that are public, and all under commissions under which the caller writes.
    Public {
        and_under: Vec<CommissionId>,
        /// Those too that are put to councils of the caller in a fact check.
        and_put_to: Vec<PublicationId>,
    },
}

impl Visible {
    /// Whether the caller sees more of it than the public.
    pub fn is_inside(&self, publication: &Publication) -> bool {
        match self {
            Visible::All => true,
            Visible::Public { and_under, .. } => and_under.contains(&publication.commission),
        }
    }

    /// Whether it is put to a council of the caller.
    pub fn is_put_to(&self, publication: &Publication) -> bool {
        match self {
            Visible::All => false,
            Visible::Public { and_put_to, .. } => and_put_to.contains(&publication.id),
        }
    }
}

/// One page by identity, of a round or of all.
pub fn page(
    conn: &mut Conn,
    round: Option<RoundId>,
    visible: &Visible,
    after: Option<PublicationId>,
    limit: i64,
) -> Result<Vec<Publication>, DbError> {
    let mut query = publication::table.into_boxed::<Backend>();
    if let Visible::Public { and_under, and_put_to } = visible {
        // Rule 31: what is under embargo is in nobody else's list or count.
        let public = publication::readable.gt(0).and(publication::state.ne("withdrawn"));
        let theirs = publication::commission_id.eq_any(and_under).or(publication::id.eq_any(and_put_to));
        query = query.filter(theirs.or(public));
    }
    if let Some(round) = round {
        query = query.filter(exists(
            publication_round::table
                .filter(publication_round::publication_id.eq(publication::id))
                .filter(publication_round::round_id.eq(round)),
        ));
    }
    if let Some(after) = after {
        query = query.filter(publication::id.gt(after));
    }
    let rows: Vec<Row> = query.order(publication::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Publication::try_from).collect()
}

/// Publications whose instant has come.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<PublicationId>, DbError> {
    Ok(publication::table
        .filter(publication::state.eq("embargoed"))
        .filter(publication::publish_at.assume_not_null().le(now))
        .order(publication::publish_at.asc())
        .limit(limit)
        .select(publication::id)
        .load(conn)?)
}

pub fn insert_printed(conn: &mut Conn, id: PublicationId, new: &Printed) -> Result<(), DbError> {
    diesel::insert_into(printed::table)
        .values((
            printed::publication_id.eq(id),
            printed::number.eq(new.edition.number),
            printed::edition.eq(json(&new.edition)),
            printed::html.eq(&new.html),
            printed::markdown.eq(&new.markdown),
            printed::citations.eq(json(&new.citations)),
            printed::published_at.eq(new.published_at),
            printed::page.eq(new.page.as_ref().map(json).unwrap_or_default()),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn insert_taken_back(conn: &mut Conn, id: PublicationId, new: &TakenBack) -> Result<(), DbError> {
    diesel::insert_into(taken_back::table)
        .values((
            taken_back::publication_id.eq(id),
            taken_back::number.eq(new.number),
            taken_back::anchor.eq(&new.anchor),
            taken_back::organisation_id.eq(new.organisation),
            taken_back::organisation_name.eq(&new.organisation_name),
            taken_back::taken_back_at.eq(new.at),
        ))
        .execute(conn)?;
    Ok(())
}

/// What was taken back of all editions of a publication, oldest first.
pub fn taken_back(conn: &mut Conn, id: PublicationId) -> Result<Vec<TakenBack>, DbError> {
    let rows: Vec<(i32, String, OrgId, String, Timestamp)> = taken_back::table
        .filter(taken_back::publication_id.eq(id))
        .order((taken_back::taken_back_at.asc(), taken_back::number.asc(), taken_back::anchor.asc()))
        .select((
            taken_back::number,
            taken_back::anchor,
            taken_back::organisation_id,
            taken_back::organisation_name,
            taken_back::taken_back_at,
        ))
        .load(conn)?;
    let taken = rows.into_iter().map(|(number, anchor, organisation, organisation_name, at)| TakenBack {
        number,
        anchor,
        organisation,
        organisation_name,
        at,
    });
    Ok(taken.collect())
}

/// An edition as it was published; none where that number never was.
pub fn printed(conn: &mut Conn, id: PublicationId, number: i32) -> Result<Option<Printed>, DbError> {
    let row: Option<(String, String, String, String, Timestamp, String)> = printed::table
        .find((id, number))
        .select((
            printed::edition,
            printed::html,
            printed::markdown,
            printed::citations,
            printed::published_at,
            printed::page,
        ))
        .first(conn)
        .optional()?;
    let Some((edition, html, markdown, citations, published_at, page)) = row else { return Ok(None) };
    let page = if page.is_empty() { None } else { Some(from_json(&page)?) };
    let (edition, citations) = (from_json(&edition)?, from_json(&citations)?);
    Ok(Some(Printed { edition, html, markdown, citations, page, published_at }))
}

/// The editions that readers have, without their pages, and when each was published.
pub fn readable_editions(
    conn: &mut Conn,
    ids: &[PublicationId],
) -> Result<HashMap<PublicationId, (Edition, Timestamp)>, DbError> {
    let rows: Vec<(PublicationId, String, Timestamp)> = printed::table
        .inner_join(publication::table)
        .filter(printed::number.eq(publication::readable))
        .filter(printed::publication_id.eq_any(ids))
        .select((printed::publication_id, printed::edition, printed::published_at))
        .load(conn)?;
    let mut editions = HashMap::with_capacity(rows.len());
    for (id, edition, at) in rows {
        editions.insert(id, (from_json(&edition)?, at));
    }
    Ok(editions)
}

/// What items are made of, and every document that is pinned already.
pub fn material(conn: &mut Conn, edition: &Edition) -> Result<Material, DbError> {
    let (mut passages, mut insights, mut studies) = (Vec::new(), Vec::new(), Vec::new());
    for item in &edition.items {
        match item {
            Item::Heading { .. } | Item::Prose(_) => {}
            Item::Passage(id) => passages.push(*id),
            Item::Insight(id) => insights.push(*id),
            Item::CaseStudy(id) => studies.push(*id),
        }
    }
    let insights = insight::store::named(conn, &insights)?;
    passages.extend(insights.iter().flat_map(|insight| &insight.passages));
    let passages = passage::store::named(conn, &passages)?;
    let mut documents: Vec<DocumentId> = edition.sources.iter().map(|source| source.document).collect();
    documents.extend(passages.iter().map(|passage| passage.document));
    let mut documents = corpus::store::named(conn, &documents)?;
    documents.extend(corpus::store::of_case_studies(conn, &studies)?);
    let studies = case_study::store::named(conn, &studies)?;
    Ok(Material {
        passages: passages.into_iter().map(|passage| (passage.id, passage)).collect(),
        documents: documents.into_iter().map(|document| (document.id, document)).collect(),
        insights: insights.into_iter().map(|insight| (insight.id, insight)).collect(),
        case_studies: studies.into_iter().map(|study| (study.id, study)).collect(),
    })
}
