//! What is written once and never changed: revisions, and the receipts of each hand-in.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::BidId;
use kit::stored::from_json;

use crate::content::Paper;
use crate::schema::{receipt, revision};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revision, treat_none_as_default_value = false)]
pub struct RevisionRow {
    pub bid_id: String,
    pub number: i32,
    pub canonical_json: String,
    pub sha256: String,
    pub created_at: i64,
    pub author: String,
    pub author_organisation: Option<String>,
    pub restored_from: Option<i32>,
}

/// One hand-in and its signed receipt.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipt, treat_none_as_default_value = false)]
pub struct HandIn {
    pub bid_id: String,
    pub version: i64,
    pub number: Option<i64>,
    pub received_at: i64,
    pub revision: i32,
    pub sha256: String,
    pub jws: String,
    pub acknowledgement: String,
    pub client_time: Option<i64>,
}

/// Reads the canonical JSON of a revision back.
pub fn paper_of(canonical_json: &str) -> Result<Paper, DbError> {
    from_json(canonical_json)
}

impl RevisionRow {
    pub fn paper(&self) -> Result<Paper, DbError> {
        paper_of(&self.canonical_json)
    }

    pub fn insert(&self, tx: &mut Tx) -> Result<(), DbError> {
        diesel::insert_into(revision::table).values(self.clone()).execute(tx)?;
        Ok(())
    }
}

/// One revision; none when the bid has no such.
pub fn revision(tx: &mut Tx, bid: BidId, number: i32) -> Result<Option<RevisionRow>, DbError> {
    Ok(revision::table.find((bid.to_string(), number)).select(RevisionRow::as_select()).first(tx).optional()?)
}

/// Revisions of a bid, newest first, from below a number on. `received_only` keeps to those that were handed in.
pub fn revisions(
    tx: &mut Tx,
    bid: BidId,
    received_only: bool,
    below: Option<i32>,
    limit: i64,
) -> Result<Vec<RevisionRow>, DbError> {
    let mut query = revision::table.filter(revision::bid_id.eq(bid.to_string())).into_boxed::<Backend>();
    if received_only {
        let handed_in = receipt::table.filter(receipt::bid_id.eq(bid.to_string())).select(receipt::revision);
        query = query.filter(revision::number.eq_any(handed_in));
    }
    if let Some(below) = below {
        query = query.filter(revision::number.lt(below));
    }
    Ok(query.order(revision::number.desc()).limit(limit).select(RevisionRow::as_select()).load(tx)?)
}

pub fn insert_hand_in(tx: &mut Tx, hand_in: &HandIn) -> Result<(), DbError> {
    diesel::insert_into(receipt::table).values(hand_in.clone()).execute(tx)?;
    Ok(())
}

/// The receipt of the latest hand-in; none when there was none.
pub fn latest_hand_in(tx: &mut Tx, bid: BidId) -> Result<Option<HandIn>, DbError> {
    Ok(receipt::table
        .filter(receipt::bid_id.eq(bid.to_string()))
        .order(receipt::version.desc())
        .select(HandIn::as_select())
        .first(tx)
        .optional()?)
}
