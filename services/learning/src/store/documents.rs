//! Documents of the corpus. What may be read is decided here, for lists, counts, searches and exports alike.

use diesel::dsl::max;
use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{CaseStudyId, DocumentId, RoundId};
use kit::stored::{from_json, json, named, parsed, parsed_option};
use kit::time::Timestamp;

use crate::commission::Commission;
use crate::document::{Document, Kind};
use crate::error::Error;
use crate::schema::document;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = document, treat_none_as_null = true)]
struct Row {
    id: String,
    position: i64,
    kind: String,
    source_id: String,
    source_revision: i32,
    source_sha256: String,
    round_id: Option<String>,
    award_reference: String,
    title: String,
    organisation_id: String,
    organisation_name: String,
    principles: String,
    theme: String,
    council_group: String,
    sections: String,
    may_quote: bool,
    contact: String,
    withdrawn: bool,
    added_at: i64,
}

impl From<&Document> for Row {
    fn from(document: &Document) -> Row {
        Row {
            id: document.id.to_string(),
            position: document.position,
            kind: document.kind.name().to_string(),
            source_id: document.source.clone(),
            source_revision: document.source_revision,
            source_sha256: document.source_sha256.clone(),
            round_id: document.round.map(|round| round.to_string()),
            award_reference: document.award_reference.clone(),
            title: document.title.clone(),
            organisation_id: document.organisation.to_string(),
            organisation_name: document.organisation_name.clone(),
            principles: json(&document.principles),
            theme: document.theme.clone(),
            council_group: document.group.clone(),
            sections: json(&document.sections),
            may_quote: document.may_quote,
            contact: document.contact.clone(),
            withdrawn: document.withdrawn,
            added_at: document.added_at.micros(),
        }
    }
}

impl TryFrom<Row> for Document {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Document, DbError> {
        Ok(Document {
            id: parsed(&row.id)?,
            position: row.position,
            kind: named(&Kind::ALL, Kind::name, &row.kind)?,
            source: row.source_id,
            source_revision: row.source_revision,
            source_sha256: row.source_sha256,
            round: parsed_option(row.round_id.as_deref())?,
            award_reference: row.award_reference,
            title: row.title,
            organisation: parsed(&row.organisation_id)?,
            organisation_name: row.organisation_name,
            principles: from_json(&row.principles)?,
            theme: row.theme,
            group: row.council_group,
            sections: from_json(&row.sections)?,
            may_quote: row.may_quote,
            contact: row.contact,
            withdrawn: row.withdrawn,
            added_at: Timestamp::from_micros(row.added_at),
        })
    }
}

pub fn document(tx: &mut Tx, id: DocumentId) -> Result<Document, Error> {
    let row = document::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(Document::try_from(row.ok_or(Error::NotFound { what: "document" })?)?)
}

/// The document of a source at one revision.
pub fn document_of(tx: &mut Tx, source: &str, revision: i32) -> Result<Option<Document>, DbError> {
    let row = document::table
        .filter(document::source_id.eq(source))
        .filter(document::source_revision.eq(revision))
        .select(Row::as_select())
        .first(tx)
        .optional()?;
    row.map(Document::try_from).transpose()
}

/// Every document of a source.
pub fn documents_of(tx: &mut Tx, source: &str) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = document::table
        .filter(document::source_id.eq(source))
        .order(document::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// The documents of case studies, for what a publication is made of.
pub(super) fn documents_of_case_studies(tx: &mut Tx, studies: &[CaseStudyId]) -> Result<Vec<Document>, DbError> {
    let sources: Vec<String> = studies.iter().map(CaseStudyId::to_string).collect();
    let rows: Vec<Row> =
        document::table.filter(document::source_id.eq_any(sources)).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Document::try_from).collect()
}

pub(super) fn documents_named(tx: &mut Tx, ids: &[String]) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = document::table.filter(document::id.eq_any(ids)).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// The next position. Writes to the corpus share a key, and two that met all the same would break the unique rule.
pub fn next_position(tx: &mut Tx) -> Result<i64, DbError> {
    let last: Option<i64> = document::table.select(max(document::position)).first(tx)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn insert_document(tx: &mut Tx, new: &Document) -> Result<(), DbError> {
    diesel::insert_into(document::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

pub fn update_document(tx: &mut Tx, one: &Document) -> Result<(), DbError> {
    diesel::update(document::table.find(one.id.to_string())).set(Row::from(one)).execute(tx)?;
    Ok(())
}

/// What an index has not seen, oldest first.
pub fn changed_documents(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = document::table
        .filter(document::position.gt(after))
        .order(document::position.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// What a commission opens: reports of its rounds that are released, and case studies of its rounds or of none that
/// are consented to; by identity, with their text.
pub fn visible_documents(tx: &mut Tx, commission: &Commission) -> Result<Vec<Document>, DbError> {
    let rounds: Vec<String> = commission.rounds.iter().map(RoundId::to_string).collect();
    let of_rounds = document::round_id.assume_not_null().eq_any(rounds).and(document::round_id.is_not_null());
    let rows: Vec<Row> = document::table
        .filter(document::withdrawn.eq(false))
        .filter(of_rounds.or(document::round_id.is_null()))
        .order(document::id.asc())
        .into_boxed::<Backend>()
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Document::try_from).collect()
}
