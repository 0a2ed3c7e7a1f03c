//! Documents of the corpus. One query finds what a commission opens, for lists, counts, searches and exports alike.

use diesel::dsl::max;
use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::ids::{CaseStudyId, DocumentId, OrgId, RoundId};
use kit::stored::{found, from_json, json, parsed};
use kit::time::Timestamp;

use super::document::{Document, Kind};
use crate::error::Error;
use crate::schema::document;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = document, treat_none_as_null = true)]
struct Row {
    id: DocumentId,
    position: i64,
    kind: String,
    source_id: String,
    source_revision: i32,
    source_sha256: String,
    round_id: Option<RoundId>,
    award_reference: String,
    title: String,
    organisation_id: OrgId,
    organisation_name: String,
    principles: String,
    theme: String,
    council_group: String,
    sections: String,
    may_quote: bool,
    contact: String,
    withdrawn: bool,
    added_at: Timestamp,
    released_at: Option<Timestamp>,
    addendum: i32,
}

/// How a source stands in a row: an addendum is one of its own.
fn source_of(source: &str, addendum: i32) -> String {
    if addendum == 0 { source.to_string() } else { format!("{source}/addenda/{addendum}") }
}

impl From<&Document> for Row {
    fn from(document: &Document) -> Row {
        let kind = match document.kind {
            kind @ (Kind::InterimReport | Kind::FinalReport | Kind::CaseStudy) => kind,
            // The table knows no other kinds; its number tells it from a report.
            Kind::Addendum => Kind::FinalReport,
        };
        Row {
            id: document.id,
            position: document.position,
            kind: kind.name().to_string(),
            source_id: source_of(&document.source, document.addendum),
            source_revision: document.source_revision,
            source_sha256: document.source_sha256.clone(),
            round_id: document.round,
            award_reference: document.award_reference.clone(),
            title: document.title.clone(),
            organisation_id: document.organisation,
            organisation_name: document.organisation_name.clone(),
            principles: json(&document.principles),
            theme: document.theme.clone(),
            council_group: document.group.clone(),
            sections: json(&document.sections),
            may_quote: document.may_quote,
            contact: document.contact.clone(),
            withdrawn: document.withdrawn,
            added_at: document.added_at,
            released_at: document.released_at,
            addendum: document.addendum,
        }
    }
}

impl TryFrom<Row> for Document {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Document, DbError> {
        let kind = if row.addendum > 0 { Kind::Addendum } else { parsed(&row.kind)? };
        let source = row.source_id.split_once('/').map_or(row.source_id.as_str(), |(source, _)| source);
        Ok(Document {
            id: row.id,
            position: row.position,
            kind,
            source: source.to_string(),
            source_revision: row.source_revision,
            addendum: row.addendum,
            source_sha256: row.source_sha256,
            round: row.round_id,
            award_reference: row.award_reference,
            title: row.title,
            organisation: row.organisation_id,
            organisation_name: row.organisation_name,
            principles: from_json(&row.principles)?,
            theme: row.theme,
            group: row.council_group,
            sections: from_json(&row.sections)?,
            may_quote: row.may_quote,
            contact: row.contact,
            withdrawn: row.withdrawn,
            added_at: row.added_at,
            released_at: row.released_at,
        })
    }
}

pub fn get(conn: &mut Conn, id: DocumentId) -> Result<Document, Error> {
    let row = found::<_, Error>(document::table.find(id).select(Row::as_select()).first(conn), "document")?;
    Ok(Document::try_from(row)?)
}

/// The document of the same source at the same revision.
pub fn of_revision(conn: &mut Conn, new: &Document) -> Result<Option<Document>, DbError> {
    let row = document::table
        .filter(document::source_id.eq(source_of(&new.source, new.addendum)))
        .filter(document::source_revision.eq(new.source_revision))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Document::try_from).transpose()
}

/// Every document of a source, with its addenda.
pub fn of_source(conn: &mut Conn, source: &str) -> Result<Vec<Document>, DbError> {
    let of_addenda = document::source_id.like(format!("{source}/%"));
    let rows: Vec<Row> = document::table
        .filter(document::source_id.eq(source).or(of_addenda))
        .order(document::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// The documents of case studies, for what a publication is made of.
pub fn of_case_studies(conn: &mut Conn, studies: &[CaseStudyId]) -> Result<Vec<Document>, DbError> {
    let sources: Vec<String> = studies.iter().map(CaseStudyId::to_string).collect();
    let rows: Vec<Row> =
        document::table.filter(document::source_id.eq_any(sources)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Document::try_from).collect()
}

pub fn named(conn: &mut Conn, ids: &[DocumentId]) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = document::table.filter(document::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// The next position. Writes to the corpus share a key in each process; one that another process came before with the
/// same position runs again.
pub fn next_position(conn: &mut Conn) -> Result<i64, DbError> {
    let last: Option<i64> = document::table.select(max(document::position)).first(conn)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn insert(conn: &mut Conn, new: &Document) -> Result<(), DbError> {
    diesel::insert_into(document::table).values(Row::from(new)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces what stood at the position that was read. No caller read that: one that moved on meanwhile is looked for
/// again.
pub fn update(conn: &mut Conn, old: &Document, new: &Document) -> Result<(), DbError> {
    let at_old_position = document::table.find(new.id).filter(document::position.eq(old.position));
    let n_changed = diesel::update(at_old_position).set(Row::from(new)).execute(conn).map_err(taken_meanwhile)?;
    if n_changed == 0 { Err(DbError::Meanwhile) } else { Ok(()) }
}

/// What an index has not seen, oldest first.
pub fn changed(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = document::table
        .filter(document::position.gt(after))
        .order(document::position.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// Reports of these rounds, and case studies of them or of none.
fn over(rounds: &[RoundId]) -> document::BoxedQuery<'static, Backend> {
    let of_rounds = document::round_id.assume_not_null().eq_any(rounds.to_vec()).and(document::round_id.is_not_null());
    let all = document::table.into_boxed::<Backend>();
    all.filter(of_rounds.or(document::round_id.is_null())).order(document::id.asc())
}

/// What a commission over these rounds opens: reports that are released, and case studies that are consented to; by
/// identity, with their text.
pub fn visible(conn: &mut Conn, rounds: &[RoundId]) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = over(rounds).filter(document::withdrawn.eq(false)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Document::try_from).collect()
}

/// The same with what was withdrawn: nobody reads it, and nobody repeats its words.
pub fn with_withdrawn(conn: &mut Conn, rounds: &[RoundId]) -> Result<Vec<Document>, DbError> {
    let rows: Vec<Row> = over(rounds).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Document::try_from).collect()
}
