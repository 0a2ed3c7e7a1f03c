//! What is written once and never changed: revisions, hand-ins and addenda.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::ReportId;
use kit::stored::{self, from_json};
use kit::time::Timestamp;

use crate::content::Paper;
use crate::report::{Addendum, Report};
use crate::schema::{addendum, hand_in, revision};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revision)]
pub struct RevisionRow {
    pub report_id: String,
    pub number: i32,
    pub canonical_json: String,
    pub sha256: String,
    pub created_at: i64,
    pub author: String,
    pub author_organisation: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = addendum)]
struct AddendumRow {
    report_id: String,
    number: i32,
    text: String,
    author: String,
    author_organisation: Option<String>,
    added_at: i64,
}

/// Reads the canonical JSON of a revision back.
pub fn paper_of(canonical_json: &str) -> Result<Paper, DbError> {
    from_json(canonical_json)
}

impl RevisionRow {
    pub fn insert(&self, tx: &mut Tx) -> Result<(), DbError> {
        diesel::insert_into(revision::table).values(self.clone()).execute(tx)?;
        Ok(())
    }
}

/// Which revisions of a report a caller reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    All,
    /// Those that the network received.
    HandedIn,
    /// One alone, by its number.
    Only(i32),
}

/// Revisions of a report with their last hand-in, newest first, from below a number on.
pub fn revisions(
    tx: &mut Tx,
    report: ReportId,
    readable: Readable,
    below: Option<i32>,
    limit: i64,
) -> Result<Vec<(RevisionRow, Option<Timestamp>)>, DbError> {
    let id = report.to_string();
    // At most a handful: a report is handed in anew only after changes were requested.
    let handed_in: Vec<(i32, i64)> = hand_in::table
        .filter(hand_in::report_id.eq(&id))
        .order(hand_in::version.asc())
        .select((hand_in::revision, hand_in::handed_in_at))
        .load(tx)?;
    let handed_in: HashMap<i32, i64> = handed_in.into_iter().collect();
    let mut query = revision::table.filter(revision::report_id.eq(id)).into_boxed::<Backend>();
    query = match readable {
        Readable::All => query,
        Readable::HandedIn => query.filter(revision::number.eq_any(handed_in.keys().copied().collect::<Vec<_>>())),
        Readable::Only(number) => query.filter(revision::number.eq(number)),
    };
    if let Some(below) = below {
        query = query.filter(revision::number.lt(below));
    }
    let rows: Vec<RevisionRow> =
        query.order(revision::number.desc()).limit(limit).select(RevisionRow::as_select()).load(tx)?;
    let with_hand_in = |row: RevisionRow| {
        let at = handed_in.get(&row.number).copied().map(Timestamp::from_micros);
        (row, at)
    };
    Ok(rows.into_iter().map(with_hand_in).collect())
}

/// Records that the present revision of a report was handed in.
pub fn insert_hand_in(tx: &mut Tx, of: &Report, at: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(hand_in::table)
        .values((
            hand_in::report_id.eq(of.id.to_string()),
            hand_in::version.eq(of.version),
            hand_in::revision.eq(of.revision),
            hand_in::handed_in_at.eq(at.micros()),
        ))
        .execute(tx)?;
    Ok(())
}

pub fn insert_addendum(tx: &mut Tx, report: ReportId, one: &Addendum) -> Result<(), DbError> {
    let row = AddendumRow {
        report_id: report.to_string(),
        number: one.number,
        text: one.text.clone(),
        author: one.author.subject.clone(),
        author_organisation: one.author.organisation.map(|id| id.to_string()),
        added_at: one.at.micros(),
    };
    diesel::insert_into(addendum::table).values(row).execute(tx)?;
    Ok(())
}

/// The addenda of some reports, in their order.
pub fn addenda_of(tx: &mut Tx, reports: &[String]) -> Result<HashMap<String, Vec<Addendum>>, DbError> {
    let rows: Vec<AddendumRow> = addendum::table
        .filter(addendum::report_id.eq_any(reports))
        .order(addendum::number.asc())
        .select(AddendumRow::as_select())
        .load(tx)?;
    let mut found: HashMap<String, Vec<Addendum>> = HashMap::new();
    for row in rows {
        let one = Addendum {
            number: row.number,
            text: row.text,
            author: stored::actor(row.author, row.author_organisation.as_deref())?,
            at: Timestamp::from_micros(row.added_at),
        };
        found.entry(row.report_id).or_default().push(one);
    }
    Ok(found)
}
