//! What is written once and never changed: revisions, and the receipts of each hand-in.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::BidId;
use kit::stored::{self, from_json, parsed};
use kit::time::Timestamp;

use crate::content::{Paper, Revision};
use crate::receipt::HandIn;
use crate::schema::{receipt, revision};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = revision, treat_none_as_default_value = false)]
struct RevisionRow {
    bid_id: String,
    number: i32,
    canonical_json: String,
    sha256: String,
    created_at: i64,
    author: String,
    author_organisation: Option<String>,
    restored_from: Option<i32>,
}

impl From<&Revision> for RevisionRow {
    fn from(revision: &Revision) -> RevisionRow {
        RevisionRow {
            bid_id: revision.bid.to_string(),
            number: revision.number,
            canonical_json: revision.canonical_json.clone(),
            sha256: revision.digest.clone(),
            created_at: revision.created_at.micros(),
            author: revision.author.subject.clone(),
            author_organisation: revision.author.organisation.map(|id| id.to_string()),
            restored_from: revision.restored_from,
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = DbError;

    fn try_from(row: RevisionRow) -> Result<Revision, DbError> {
        Ok(Revision {
            bid: parsed(&row.bid_id)?,
            number: row.number,
            paper: paper_of(&row.canonical_json)?,
            canonical_json: row.canonical_json,
            digest: row.sha256,
            created_at: Timestamp::from_micros(row.created_at),
            author: stored::actor(row.author, row.author_organisation.as_deref())?,
            restored_from: row.restored_from,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = receipt, treat_none_as_default_value = false)]
struct HandInRow {
    bid_id: String,
    version: i64,
    number: Option<i64>,
    received_at: i64,
    revision: i32,
    sha256: String,
    jws: String,
    acknowledgement: String,
    client_time: Option<i64>,
}

impl From<&HandIn> for HandInRow {
    fn from(hand_in: &HandIn) -> HandInRow {
        HandInRow {
            bid_id: hand_in.bid.to_string(),
            version: hand_in.version,
            number: hand_in.number,
            received_at: hand_in.received_at.micros(),
            revision: hand_in.revision,
            sha256: hand_in.digest.clone(),
            jws: hand_in.jws.clone(),
            acknowledgement: hand_in.acknowledgement.clone(),
            client_time: hand_in.client_time.map(Timestamp::micros),
        }
    }
}

impl TryFrom<HandInRow> for HandIn {
    type Error = DbError;

    fn try_from(row: HandInRow) -> Result<HandIn, DbError> {
        Ok(HandIn {
            bid: parsed(&row.bid_id)?,
            version: row.version,
            number: row.number,
            received_at: Timestamp::from_micros(row.received_at),
            revision: row.revision,
            digest: row.sha256,
            jws: row.jws,
            acknowledgement: row.acknowledgement,
            client_time: row.client_time.map(Timestamp::from_micros),
        })
    }
}

/// Reads the canonical JSON of a revision back.
pub fn paper_of(canonical_json: &str) -> Result<Paper, DbError> {
    from_json(canonical_json)
}

pub fn insert_revision(tx: &mut Tx, new: &Revision) -> Result<(), DbError> {
    diesel::insert_into(revision::table).values(RevisionRow::from(new)).execute(tx)?;
    Ok(())
}

/// One revision; none when the bid has no such.
pub fn revision(tx: &mut Tx, bid: BidId, number: i32) -> Result<Option<Revision>, DbError> {
    let one = revision::table.find((bid.to_string(), number));
    let found: Option<RevisionRow> = one.select(RevisionRow::as_select()).first(tx).optional()?;
    found.map(Revision::try_from).transpose()
}

/// Revisions of a bid, newest first, from below a number on. `received_only` keeps to those that were handed in.
pub fn revisions(
    tx: &mut Tx,
    bid: BidId,
    received_only: bool,
    below: Option<i32>,
    limit: i64,
) -> Result<Vec<Revision>, DbError> {
    let mut query = revision::table.filter(revision::bid_id.eq(bid.to_string())).into_boxed::<Backend>();
    if received_only {
        let handed_in = receipt::table.filter(receipt::bid_id.eq(bid.to_string())).select(receipt::revision);
        query = query.filter(revision::number.eq_any(handed_in));
    }
    if let Some(below) = below {
        query = query.filter(revision::number.lt(below));
    }
    let rows: Vec<RevisionRow> =
        query.order(revision::number.desc()).limit(limit).select(RevisionRow::as_select()).load(tx)?;
    rows.into_iter().map(Revision::try_from).collect()
}

pub fn insert_hand_in(tx: &mut Tx, new: &HandIn) -> Result<(), DbError> {
    diesel::insert_into(receipt::table).values(HandInRow::from(new)).execute(tx)?;
    Ok(())
}

/// The receipt of the latest hand-in; none when there was none.
pub fn latest_hand_in(tx: &mut Tx, bid: BidId) -> Result<Option<HandIn>, DbError> {
    let found: Option<HandInRow> = receipt::table
        .filter(receipt::bid_id.eq(bid.to_string()))
        .order(receipt::version.desc())
        .select(HandInRow::as_select())
        .first(tx)
        .optional()?;
    found.map(HandIn::try_from).transpose()
}
