//! Passages. One whose document was withdrawn is in no read, list, count or export.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{CodebookId, CommissionId, DocumentId, OrgId, PassageId, PersonId};
use kit::refusal::Refusal;
use kit::stored::{from_json, inconsistent, json};
use kit::time::Timestamp;

use super::{Answered, Consent, Passage};
use crate::commission::Visible;
use crate::error::Error;
use crate::schema::{document, passage, passage_code};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = passage, treat_none_as_null = true)]
struct Row {
    id: PassageId,
    version: i64,
    commission_id: CommissionId,
    document_id: DocumentId,
    source_id: String,
    source_revision: i32,
    source_sha256: String,
    section_key: String,
    start_byte: i64,
    end_byte: i64,
    quote: String,
    codes: String,
    codebook_id: CodebookId,
    codebook_version: i32,
    memo: String,
    consent: String,
    answer_by: Option<Timestamp>,
    organisation_id: OrgId,
    award_reference: String,
    marked_by: PersonId,
    created_at: Timestamp,
    answered_by: Option<String>,
    answered_at: Option<Timestamp>,
}

impl From<&Passage> for Row {
    fn from(passage: &Passage) -> Row {
        Row {
            id: passage.id,
            version: passage.version,
            commission_id: passage.commission,
            document_id: passage.document,
            source_id: passage.source.clone(),
            source_revision: passage.source_revision,
            source_sha256: passage.source_sha256.clone(),
            section_key: passage.section.clone(),
            start_byte: passage.start as i64,
            end_byte: passage.end as i64,
            quote: passage.quote.clone(),
            codes: json(&passage.codes),
            codebook_id: passage.codebook,
            codebook_version: passage.codebook_version,
            memo: passage.memo.clone(),
            consent: passage.consent.name().to_string(),
            answer_by: passage.consent.answer_by(),
            organisation_id: passage.organisation,
            award_reference: passage.award_reference.clone(),
            marked_by: passage.marked_by,
            created_at: passage.created_at,
            answered_by: passage.answered.as_ref().map(|answered| answered.by.subject.clone()),
            answered_at: passage.answered.as_ref().map(|answered| answered.at),
        }
    }
}

/// Who answered for a council, as rows keep it.
pub fn answered(subject: Option<String>, council: OrgId, at: Option<Timestamp>) -> Option<Answered> {
    let by = |subject| Actor { subject, organisation: Some(council) };
    subject.zip(at).map(|(subject, at)| Answered { by: by(subject), at })
}

impl TryFrom<Row> for Passage {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Passage, DbError> {
        let consent = match (row.consent.as_str(), row.answer_by) {
            ("not_asked", None) => Consent::NotAsked,
            ("asked", Some(answer_by)) => Consent::Asked { answer_by },
            ("given", Some(answer_by)) => Consent::Given { answer_by },
            ("refused", Some(answer_by)) => Consent::Refused { answer_by },
            ("withdrawn", Some(answer_by)) => Consent::Withdrawn { answer_by },
            (other, _) => return Err(inconsistent(format!("passage {}: consent {other}", row.id))),
        };
        Ok(Passage {
            id: row.id,
            version: row.version,
            commission: row.commission_id,
            document: row.document_id,
            source: row.source_id,
            source_revision: row.source_revision,
            source_sha256: row.source_sha256,
            section: row.section_key,
            start: usize::try_from(row.start_byte).map_err(inconsistent)?,
            end: usize::try_from(row.end_byte).map_err(inconsistent)?,
            quote: row.quote,
            codes: from_json(&row.codes)?,
            codebook: row.codebook_id,
            codebook_version: row.codebook_version,
            memo: row.memo,
            consent,
            answered: answered(row.answered_by, row.organisation_id, row.answered_at),
            organisation: row.organisation_id,
            award_reference: row.award_reference,
            marked_by: row.marked_by,
            created_at: row.created_at,
        })
    }
}

pub fn get(conn: &mut Conn, id: PassageId) -> Result<Passage, Error> {
    Ok(find(conn, id)?.ok_or(Refusal::NotFound { what: "passage" })?)
}

pub fn find(conn: &mut Conn, id: PassageId) -> Result<Option<Passage>, DbError> {
    let row: Option<Row> = passage::table
        .inner_join(document::table)
        .filter(document::withdrawn.eq(false))
        .filter(passage::id.eq(id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Passage::try_from).transpose()
}

pub fn insert(conn: &mut Conn, new: &Passage) -> Result<(), DbError> {
    diesel::insert_into(passage::table).values(Row::from(new)).execute(conn)?;
    insert_codes(conn, new)
}

fn insert_codes(conn: &mut Conn, new: &Passage) -> Result<(), DbError> {
    for code in &new.codes {
        diesel::insert_into(passage_code::table)
            .values((passage_code::passage_id.eq(new.id), passage_code::code.eq(code)))
            .execute(conn)?;
    }
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Passage, new: &Passage) -> Result<(), Error> {
    let of_old_version = passage::table.find(new.id).filter(passage::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?.without_notes()).into());
    }
    if old.codes != new.codes {
        diesel::delete(passage_code::table.filter(passage_code::passage_id.eq(new.id))).execute(conn)?;
        insert_codes(conn, new)?;
    }
    Ok(())
}

/// Which passages are asked for: of a commission or of all, in one document or in any, with this code or with any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub commission: Option<CommissionId>,
    pub document: Option<DocumentId>,
    pub code: String,
}

type Boxed = diesel::helper_types::IntoBoxed<'static, diesel::dsl::InnerJoin<passage::table, document::table>, Backend>;

fn filtered(filter: &Filter, visible: &Visible) -> Boxed {
    let mut query = passage::table.inner_join(document::table).into_boxed::<Backend>();
    query = query.filter(document::withdrawn.eq(false));
    if let Some(commission) = filter.commission {
        query = query.filter(passage::commission_id.eq(commission));
    }
    if let Visible::About(councils) = visible {
        let is_asked = passage::consent.ne("not_asked");
        query = query.filter(passage::organisation_id.eq_any(councils.clone())).filter(is_asked);
    }
    if let Some(document) = filter.document {
        query = query.filter(passage::document_id.eq(document));
    }
    if !filter.code.is_empty() {
        query = query.filter(exists(
            passage_code::table
                .filter(passage_code::passage_id.eq(passage::id))
                .filter(passage_code::code.eq(filter.code.clone())),
        ));
    }
    query
}

/// One page by identity.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    after: Option<PassageId>,
    limit: i64,
) -> Result<Vec<Passage>, DbError> {
    let mut query = filtered(filter, visible);
    if let Some(after) = after {
        query = query.filter(passage::id.gt(after));
    }
    let rows: Vec<Row> = query.order(passage::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Passage::try_from).collect()
}

/// How many those are on all pages.
pub fn n_passages(conn: &mut Conn, filter: &Filter, visible: &Visible) -> Result<i64, DbError> {
    Ok(filtered(filter, visible).count().get_result(conn)?)
}

/// Every passage of a document, whether it was withdrawn or not: what a consent taken back reaches.
pub fn of_document(conn: &mut Conn, document: DocumentId) -> Result<Vec<Passage>, DbError> {
    let rows: Vec<Row> = passage::table
        .filter(passage::document_id.eq(document))
        .order(passage::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Passage::try_from).collect()
}

/// Those of a commission to which councils consented.
pub fn given(conn: &mut Conn, commission: CommissionId) -> Result<Vec<Passage>, DbError> {
    let rows: Vec<Row> = passage::table
        .filter(passage::commission_id.eq(commission))
        .filter(passage::consent.eq("given"))
        .order(passage::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Passage::try_from).collect()
}

pub fn named(conn: &mut Conn, ids: &[PassageId]) -> Result<Vec<Passage>, DbError> {
    let rows: Vec<Row> = passage::table.filter(passage::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Passage::try_from).collect()
}
