//! What is written once and never changed: revisions, hand-ins and addenda.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::ReportId;
use kit::stored::{self, from_json, parsed};
use kit::time::Timestamp;

use crate::content::{Paper, Revision};
use crate::report::{Addendum, Report};
use crate::schema::{addendum, hand_in, revision};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = revision)]
struct RevisionRow {
    report_id: String,
    number: i32,
    canonical_json: String,
    sha256: String,
    created_at: i64,
    author: String,
    author_organisation: Option<String>,
}

impl From<&Revision> for RevisionRow {
    fn from(revision: &Revision) -> RevisionRow {
        RevisionRow {
            report_id: revision.report.to_string(),
            number: revision.number,
            canonical_json: revision.canonical_json.clone(),
            sha256: revision.digest.clone(),
            created_at: revision.created_at.micros(),
            author: revision.author.subject.clone(),
            author_organisation: revision.author.organisation.map(|id| id.to_string()),
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = DbError;

    fn try_from(row: RevisionRow) -> Result<Revision, DbError> {
        Ok(Revision {
            report: parsed(&row.report_id)?,
            number: row.number,
            paper: paper_of(&row.canonical_json)?,
            canonical_json: row.canonical_json,
            digest: row.sha256,
            created_at: Timestamp::from_micros(row.created_at),
            author: stored::actor(row.author, row.author_organisation.as_deref())?,
        })
    }
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

pub fn insert_revision(tx: &mut Tx, new: &Revision) -> Result<(), DbError> {
    diesel::insert_into(revision::table).values(RevisionRow::from(new)).execute(tx)?;
    Ok(())
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
) -> Result<Vec<(Revision, Option<Timestamp>)>, DbError> {
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
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let handed_in_at = handed_in.get(&row.number).copied().map(Timestamp::from_micros);
        found.push((row.try_into()?, handed_in_at));
    }
    Ok(found)
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
