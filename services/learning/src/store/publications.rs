//! Publications, their printed editions, and which document is cited by which.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::deadline::Deadline;
use kit::ids::{CommissionId, DocumentId, PublicationId, RoundId};
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use super::case_studies::case_studies_named;
use super::documents::{documents_named, documents_of_case_studies};
use super::insights::insights_named;
use super::passages::passages_named;
use crate::error::{Error, Newer};
use crate::publication::material::Material;
use crate::publication::state::State;
use crate::publication::{Edition, Item, Printed, Publication};
use crate::schema::{cited, printed, publication, publication_round};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publication, treat_none_as_null = true)]
struct Row {
    id: String,
    version: i64,
    commission_id: String,
    rounds: String,
    state: String,
    readable: i32,
    edition_number: i32,
    edition: String,
    publish_at: Option<i64>,
    deadline: Option<String>,
    embargo_group: String,
    published_at: Option<i64>,
    reason: String,
    correction_due: bool,
    created_at: i64,
    updated_at: i64,
}

impl From<&Publication> for Row {
    fn from(publication: &Publication) -> Row {
        let (deadline, published_at) = match &publication.state {
            State::Embargoed { publish_at, .. } => (Some(publish_at), None),
            State::Published { at, publish_at } => (publish_at.as_ref(), Some(*at)),
            State::Planned | State::Drafting | State::FactCheck | State::Approved | State::Withdrawn => (None, None),
        };
        Row {
            id: publication.id.to_string(),
            version: publication.version,
            commission_id: publication.commission.to_string(),
            rounds: json(&publication.rounds),
            state: publication.state.name().to_string(),
            readable: publication.readable,
            edition_number: publication.edition.number,
            edition: json(&publication.edition),
            publish_at: deadline.map(|deadline| deadline.instant.micros()),
            deadline: deadline.map(json),
            embargo_group: json(&publication.embargo_group()),
            published_at: published_at.map(Timestamp::micros),
            reason: publication.reason.clone(),
            correction_due: publication.correction_due,
            created_at: publication.created_at.micros(),
            updated_at: publication.updated_at.micros(),
        }
    }
}

impl TryFrom<Row> for Publication {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Publication, DbError> {
        let deadline: Option<Deadline> = row.deadline.as_deref().map(from_json).transpose()?;
        let state = match (row.state.as_str(), deadline, row.published_at.map(Timestamp::from_micros)) {
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
            id: parsed(&row.id)?,
            version: row.version,
            commission: parsed(&row.commission_id)?,
            rounds: from_json(&row.rounds)?,
            state,
            readable: row.readable,
            edition: from_json(&row.edition)?,
            reason: row.reason,
            correction_due: row.correction_due,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

pub fn publication(tx: &mut Tx, id: PublicationId) -> Result<Publication, Error> {
    let row = publication::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(Publication::try_from(row.ok_or(Error::NotFound { what: "publication" })?)?)
}

pub fn insert_publication(tx: &mut Tx, new: &Publication) -> Result<(), DbError> {
    diesel::insert_into(publication::table).values(Row::from(new)).execute(tx)?;
    for round in &new.rounds {
        diesel::insert_into(publication_round::table)
            .values((
                publication_round::publication_id.eq(new.id.to_string()),
                publication_round::round_id.eq(round.to_string()),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_publication(tx: &mut Tx, old: &Publication, new: &Publication) -> Result<(), Error> {
    let of_old_version =
        publication::table.filter(publication::id.eq(new.id.to_string())).filter(publication::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Publication(publication(tx, new.id)?)));
    }
    Ok(())
}

/// Records what an edition cites.
pub fn cite(tx: &mut Tx, id: PublicationId, edition: &Edition) -> Result<(), DbError> {
    let of_it = cited::table.filter(cited::publication_id.eq(id.to_string())).filter(cited::number.eq(edition.number));
    diesel::delete(of_it).execute(tx)?;
    for source in &edition.sources {
        diesel::insert_into(cited::table)
            .values((
                cited::publication_id.eq(id.to_string()),
                cited::number.eq(edition.number),
                cited::document_id.eq(source.document.to_string()),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// Publications of which an edition cites a document.
pub fn citing(tx: &mut Tx, document: DocumentId) -> Result<Vec<PublicationId>, DbError> {
    let ids: Vec<String> = cited::table
        .filter(cited::document_id.eq(document.to_string()))
        .order(cited::publication_id.asc())
        .select(cited::publication_id)
        .distinct()
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

/// Which publications: what is asked for, within what the caller may see.
#[derive(Clone, Debug, Default)]
pub struct PublicationFilter {
    pub round: Option<RoundId>,
    pub all: bool,
    /// Commissions under which the caller writes.
    pub commissions: Vec<CommissionId>,
}

/// One page by identity.
pub fn page_of_publications(
    tx: &mut Tx,
    filter: &PublicationFilter,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Publication>, DbError> {
    let mut query = publication::table.into_boxed::<Backend>();
    if !filter.all {
        let commissions: Vec<String> = filter.commissions.iter().map(CommissionId::to_string).collect();
        // Rule 31: what is under embargo is in nobody else's list or count.
        let public = publication::readable.gt(0).and(publication::state.ne("withdrawn"));
        query = query.filter(publication::commission_id.eq_any(commissions).or(public));
    }
    if let Some(round) = filter.round {
        query = query.filter(exists(
            publication_round::table
                .filter(publication_round::publication_id.eq(publication::id))
                .filter(publication_round::round_id.eq(round.to_string())),
        ));
    }
    if let Some(after) = after {
        query = query.filter(publication::id.gt(after));
    }
    let rows: Vec<Row> = query.order(publication::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Publication::try_from).collect()
}

/// Publications whose instant has come.
pub fn due_publications(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<PublicationId>, DbError> {
    let ids: Vec<String> = publication::table
        .filter(publication::state.eq("embargoed"))
        .filter(publication::publish_at.assume_not_null().le(now.micros()))
        .order(publication::publish_at.asc())
        .limit(limit)
        .select(publication::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

pub fn insert_printed(tx: &mut Tx, id: PublicationId, new: &Printed) -> Result<(), DbError> {
    diesel::insert_into(printed::table)
        .values((
            printed::publication_id.eq(id.to_string()),
            printed::number.eq(new.edition.number),
            printed::edition.eq(json(&new.edition)),
            printed::html.eq(&new.html),
            printed::markdown.eq(&new.markdown),
            printed::citations.eq(json(&new.citations)),
            printed::published_at.eq(new.published_at.micros()),
        ))
        .execute(tx)?;
    Ok(())
}

/// An edition as it was published; none where that number never was.
pub fn printed(tx: &mut Tx, id: PublicationId, number: i32) -> Result<Option<Printed>, DbError> {
    let row: Option<(String, String, String, String, i64)> = printed::table
        .find((id.to_string(), number))
        .select((printed::edition, printed::html, printed::markdown, printed::citations, printed::published_at))
        .first(tx)
        .optional()?;
    let Some((edition, html, markdown, citations, published_at)) = row else { return Ok(None) };
    let published_at = Timestamp::from_micros(published_at);
    Ok(Some(Printed { edition: from_json(&edition)?, html, markdown, citations: from_json(&citations)?, published_at }))
}

/// The editions that readers have, without their pages, and when each was published.
pub fn readable_editions(
    tx: &mut Tx,
    ids: &[PublicationId],
) -> Result<HashMap<PublicationId, (Edition, Timestamp)>, DbError> {
    let ids: Vec<String> = ids.iter().map(PublicationId::to_string).collect();
    let rows: Vec<(String, String, i64)> = printed::table
        .inner_join(publication::table)
        .filter(printed::number.eq(publication::readable))
        .filter(printed::publication_id.eq_any(ids))
        .select((printed::publication_id, printed::edition, printed::published_at))
        .load(tx)?;
    let mut editions = HashMap::with_capacity(rows.len());
    for (id, edition, at) in rows {
        editions.insert(parsed(&id)?, (from_json(&edition)?, Timestamp::from_micros(at)));
    }
    Ok(editions)
}

/// What items are made of, and every document that is pinned already.
pub fn material(tx: &mut Tx, edition: &Edition) -> Result<Material, DbError> {
    let (mut passages, mut insights, mut studies) = (Vec::new(), Vec::new(), Vec::new());
    for item in &edition.items {
        match item {
            Item::Heading { .. } | Item::Prose(_) => {}
            Item::Passage(id) => passages.push(id.to_string()),
            Item::Insight(id) => insights.push(id.to_string()),
            Item::CaseStudy(id) => studies.push(*id),
        }
    }
    let insights = insights_named(tx, &insights)?;
    passages.extend(insights.iter().flat_map(|insight| &insight.passages).map(ToString::to_string));
    let passages = passages_named(tx, &passages)?;
    let mut documents: Vec<String> = edition.sources.iter().map(|source| source.document.to_string()).collect();
    documents.extend(passages.iter().map(|passage| passage.document.to_string()));
    let mut documents = documents_named(tx, &documents)?;
    documents.extend(documents_of_case_studies(tx, &studies)?);
    let ids: Vec<String> = studies.iter().map(ToString::to_string).collect();
    let studies = case_studies_named(tx, &ids)?;
    Ok(Material {
        passages: passages.into_iter().map(|one| (one.id, one)).collect(),
        documents: documents.into_iter().map(|one| (one.id, one)).collect(),
        insights: insights.into_iter().map(|one| (one.id, one)).collect(),
        case_studies: studies.into_iter().map(|one| (one.id, one)).collect(),
    })
}
