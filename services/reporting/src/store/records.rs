//! What is written once and never changed: revisions, hand-ins and addenda.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{OrgId, ReportId};
use kit::stored::{from_json, json};
use kit::time::Timestamp;

use crate::content::{Paper, Revision, RevisionNow};
use crate::report::{Addendum, Release, Report};
use crate::schema::{addendum, hand_in, revision};

/// Reads the canonical JSON of a revision back.
pub fn paper_of(canonical_json: &str) -> Result<Paper, DbError> {
    from_json(canonical_json)
}

pub fn insert_revision(conn: &mut Conn, new: &Revision) -> Result<(), DbError> {
    let row = (
        revision::report_id.eq(new.report),
        revision::number.eq(new.number),
        revision::canonical_json.eq(&new.canonical_json),
        revision::sha256.eq(&new.digest),
        revision::created_at.eq(new.created_at),
        revision::author.eq(&new.author.subject),
        revision::author_organisation.eq(new.author.organisation),
    );
    diesel::insert_into(revision::table).values(row).execute(conn)?;
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
    conn: &mut Conn,
    report: ReportId,
    readable: Readable,
    below: Option<i32>,
    limit: i64,
) -> Result<Vec<RevisionNow>, DbError> {
    // At most a handful: a report is handed in anew only after changes were requested.
    let handed_in: Vec<(i32, Timestamp)> = hand_in::table
        .filter(hand_in::report_id.eq(report))
        .order(hand_in::version.asc())
        .select((hand_in::revision, hand_in::handed_in_at))
        .load(conn)?;
    let handed_in: HashMap<i32, Timestamp> = handed_in.into_iter().collect();
    let mut query = revision::table.filter(revision::report_id.eq(report)).into_boxed::<Backend>();
    query = match readable {
        Readable::All => query,
        Readable::HandedIn => query.filter(revision::number.eq_any(handed_in.keys().copied().collect::<Vec<_>>())),
        Readable::Only(number) => query.filter(revision::number.eq(number)),
    };
    if let Some(below) = below {
        query = query.filter(revision::number.lt(below));
    }
    let rows: Vec<(i32, String, String, Timestamp, String, Option<OrgId>)> = query
        .order(revision::number.desc())
        .limit(limit)
        .select((
            revision::number,
            revision::canonical_json,
            revision::sha256,
            revision::created_at,
            revision::author,
            revision::author_organisation,
        ))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (number, canonical_json, digest, created_at, subject, organisation) in rows {
        let (paper, author) = (paper_of(&canonical_json)?, Actor { subject, organisation });
        let revision = Revision { report, number, paper, canonical_json, digest, created_at, author };
        found.push(RevisionNow { revision, handed_in: handed_in.get(&number).copied() });
    }
    Ok(found)
}

/// Records that the present revision of a report was handed in.
pub fn insert_hand_in(conn: &mut Conn, report: &Report, at: Timestamp) -> Result<(), DbError> {
    let row = (
        hand_in::report_id.eq(report.id),
        hand_in::version.eq(report.version),
        hand_in::revision.eq(report.revision),
        hand_in::handed_in_at.eq(at),
    );
    diesel::insert_into(hand_in::table).values(row).execute(conn)?;
    Ok(())
}

pub fn insert_addendum(conn: &mut Conn, report: ReportId, new: &Addendum) -> Result<(), DbError> {
    let row = (
        addendum::report_id.eq(report),
        addendum::number.eq(new.number),
        addendum::text.eq(&new.text),
        addendum::author.eq(&new.author.subject),
        addendum::author_organisation.eq(new.author.organisation),
        addendum::added_at.eq(new.at),
        addendum::release.eq(json(&new.release)),
    );
    diesel::insert_into(addendum::table).values(row).execute(conn)?;
    Ok(())
}

/// Its words never change: only what the council consents to does.
pub fn update_addendum(conn: &mut Conn, report: ReportId, new: &Addendum) -> Result<(), DbError> {
    let of_it = addendum::table.find((report, new.number));
    diesel::update(of_it).set(addendum::release.eq(json(&new.release))).execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = addendum)]
struct AddendumRow {
    report_id: ReportId,
    number: i32,
    text: String,
    author: String,
    author_organisation: Option<OrgId>,
    added_at: Timestamp,
    release: String,
}

impl TryFrom<AddendumRow> for Addendum {
    type Error = DbError;

    fn try_from(row: AddendumRow) -> Result<Addendum, DbError> {
        // Empty in rows that were written before addenda had one.
        let release = if row.release.is_empty() { Release::default() } else { from_json(&row.release)? };
        let author = Actor { subject: row.author, organisation: row.author_organisation };
        Ok(Addendum { number: row.number, text: row.text, author, at: row.added_at, release })
    }
}

/// The addenda of some reports, in their order.
pub fn addenda_of(conn: &mut Conn, reports: &[ReportId]) -> Result<HashMap<ReportId, Vec<Addendum>>, DbError> {
    let rows: Vec<AddendumRow> = addendum::table
        .filter(addendum::report_id.eq_any(reports))
        .order(addendum::number.asc())
        .select(AddendumRow::as_select())
        .load(conn)?;
    let mut found: HashMap<ReportId, Vec<Addendum>> = HashMap::new();
    for row in rows {
        found.entry(row.report_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}
