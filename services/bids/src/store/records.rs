//! What is written once and never changed: revisions, and the receipts of each hand-in.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{BidId, OrgId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json};
use kit::time::Timestamp;

use crate::content::{Paper, Revision};
use crate::error::Error;
use crate::receipt::HandIn;
use crate::schema::{receipt, revision};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = revision, treat_none_as_default_value = false)]
struct RevisionRow {
    bid_id: BidId,
    number: i32,
    canonical_json: String,
    sha256: String,
    created_at: Timestamp,
    author: String,
    author_organisation: Option<OrgId>,
    restored_from: Option<i32>,
}

impl From<&Revision> for RevisionRow {
    fn from(revision: &Revision) -> RevisionRow {
        RevisionRow {
            bid_id: revision.bid,
            number: revision.number,
            canonical_json: revision.canonical_json.clone(),
            sha256: revision.digest.clone(),
            created_at: revision.created_at,
            author: revision.author.subject.clone(),
            author_organisation: revision.author.organisation,
            restored_from: revision.restored_from,
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = DbError;

    fn try_from(row: RevisionRow) -> Result<Revision, DbError> {
        Ok(Revision {
            bid: row.bid_id,
            number: row.number,
            paper: paper_of(&row.canonical_json)?,
            canonical_json: row.canonical_json,
            digest: row.sha256,
            created_at: row.created_at,
            author: Actor { subject: row.author, organisation: row.author_organisation },
            restored_from: row.restored_from,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = receipt, treat_none_as_default_value = false)]
struct HandInRow {
    bid_id: BidId,
    version: i64,
    number: Option<i64>,
    received_at: Timestamp,
    revision: i32,
    sha256: String,
    jws: String,
    acknowledgement: String,
    client_time: Option<Timestamp>,
}

impl From<&HandIn> for HandInRow {
    fn from(hand_in: &HandIn) -> HandInRow {
        HandInRow {
            bid_id: hand_in.bid,
            version: hand_in.version,
            number: hand_in.number,
            received_at: hand_in.received_at,
            revision: hand_in.revision,
            sha256: hand_in.digest.clone(),
            jws: hand_in.jws.clone(),
            acknowledgement: hand_in.acknowledgement.clone(),
            client_time: hand_in.client_time,
        }
    }
}

impl From<HandInRow> for HandIn {
    fn from(row: HandInRow) -> HandIn {
        HandIn {
            bid: row.bid_id,
            version: row.version,
            number: row.number,
            received_at: row.received_at,
            revision: row.revision,
            digest: row.sha256,
            jws: row.jws,
            acknowledgement: row.acknowledgement,
            client_time: row.client_time,
        }
    }
}

/// Reads the canonical JSON of a revision back.
pub fn paper_of(canonical_json: &str) -> Result<Paper, DbError> {
    from_json(canonical_json)
}

pub fn insert_revision(conn: &mut Conn, new: &Revision) -> Result<(), DbError> {
    diesel::insert_into(revision::table).values(RevisionRow::from(new)).execute(conn)?;
    Ok(())
}

pub fn revision(conn: &mut Conn, bid: BidId, number: i32) -> Result<Revision, Error> {
    let row = revision::table.find((bid, number)).select(RevisionRow::as_select()).first(conn);
    Ok(found::<_, Error>(row, "revision")?.try_into()?)
}

/// Which revisions of a bid a caller reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    All,
    /// Those that were handed in.
    HandedIn,
}

/// One revision, if it is among those.
pub fn readable_revision(conn: &mut Conn, bid: BidId, readable: Readable, number: i32) -> Result<Revision, Error> {
    let found = page_of_revisions(conn, bid, readable, number.checked_add(1), 1)?.pop();
    let found = found.filter(|revision| revision.number == number);
    Ok(found.ok_or(Refusal::NotFound { what: "revision" })?)
}

/// Those revisions of a bid, newest first, from below a number on.
pub fn page_of_revisions(
    conn: &mut Conn,
    bid: BidId,
    readable: Readable,
    below: Option<i32>,
    limit: i64,
) -> Result<Vec<Revision>, DbError> {
    let mut query = revision::table.filter(revision::bid_id.eq(bid)).into_boxed::<Backend>();
    if readable == Readable::HandedIn {
        let handed_in = receipt::table.filter(receipt::bid_id.eq(bid)).select(receipt::revision);
        query = query.filter(revision::number.eq_any(handed_in));
    }
    if let Some(below) = below {
        query = query.filter(revision::number.lt(below));
    }
    let rows: Vec<RevisionRow> =
        query.order(revision::number.desc()).limit(limit).select(RevisionRow::as_select()).load(conn)?;
    rows.into_iter().map(Revision::try_from).collect()
}

pub fn insert_hand_in(conn: &mut Conn, new: &HandIn) -> Result<(), DbError> {
    diesel::insert_into(receipt::table).values(HandInRow::from(new)).execute(conn)?;
    Ok(())
}

/// The receipt of the latest hand-in.
pub fn latest_hand_in(conn: &mut Conn, bid: BidId) -> Result<HandIn, Error> {
    let row = receipt::table
        .filter(receipt::bid_id.eq(bid))
        .order(receipt::version.desc())
        .select(HandInRow::as_select())
        .first(conn);
    Ok(found::<_, Error>(row, "receipt")?.into())
}
