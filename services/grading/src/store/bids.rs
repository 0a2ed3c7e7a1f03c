//! The bids of an assessment, at their pinned revisions. Every list takes what is hidden from whoever asks.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::{AssessmentId, BidId};
use kit::stored::{from_json, json, parsed_option};

use super::texts;
use crate::bid::{Answer, AssessedBid};
use crate::error::Error;
use crate::schema::assessed_bid;

pub fn insert_bid(tx: &mut Tx, assessment: AssessmentId, new: &AssessedBid, answers: &[Answer]) -> Result<(), DbError> {
    diesel::insert_into(assessed_bid::table)
        .values((
            assessed_bid::id.eq(new.id.to_string()),
            assessed_bid::assessment_id.eq(assessment.to_string()),
            assessed_bid::number.eq(new.number),
            assessed_bid::applicant_id.eq(new.applicant.organisation.to_string()),
            assessed_bid::head.eq(json(new)),
            assessed_bid::answers.eq(json(&answers)),
        ))
        .execute(tx)?;
    Ok(())
}

/// A bid of this very assessment.
pub fn bid(tx: &mut Tx, assessment: AssessmentId, id: BidId) -> Result<AssessedBid, Error> {
    let of_assessment = assessed_bid::table
        .filter(assessed_bid::id.eq(id.to_string()))
        .filter(assessed_bid::assessment_id.eq(assessment.to_string()));
    let head: Option<String> = of_assessment.select(assessed_bid::head).first(tx).optional()?;
    match head {
        Some(head) => Ok(from_json(&head)?),
        None => Err(Error::NotFound { what: "bid" }),
    }
}

/// What a bid answers to the questions of the form.
pub fn answers(tx: &mut Tx, id: BidId) -> Result<Vec<Answer>, DbError> {
    let answers: String = assessed_bid::table.find(id.to_string()).select(assessed_bid::answers).first(tx)?;
    from_json(&answers)
}

/// The assessment that a bid is in.
pub fn assessment_of_bid(tx: &mut Tx, id: BidId) -> Result<Option<AssessmentId>, DbError> {
    let found = assessed_bid::table.find(id.to_string()).select(assessed_bid::assessment_id);
    let text: Option<String> = found.first(tx).optional()?;
    parsed_option(text.as_deref())
}

/// All bids but the hidden ones, in submission order.
pub fn bids(tx: &mut Tx, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<AssessedBid>, DbError> {
    page_of_bids(tx, assessment, hidden, 0, i64::MAX)
}

/// One page of them, from after a number on.
pub fn page_of_bids(
    tx: &mut Tx,
    assessment: AssessmentId,
    hidden: &[BidId],
    after: i64,
    limit: i64,
) -> Result<Vec<AssessedBid>, DbError> {
    let heads: Vec<String> = assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment.to_string()))
        .filter(assessed_bid::id.ne_all(texts(hidden)))
        .filter(assessed_bid::number.gt(after))
        .order(assessed_bid::number.asc())
        .limit(limit)
        .select(assessed_bid::head)
        .load(tx)?;
    heads.iter().map(|head| from_json(head)).collect()
}

pub fn n_bids(tx: &mut Tx, assessment: AssessmentId, hidden: &[BidId]) -> Result<i64, DbError> {
    Ok(assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment.to_string()))
        .filter(assessed_bid::id.ne_all(texts(hidden)))
        .count()
        .get_result(tx)?)
}
