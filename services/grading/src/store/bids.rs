//! The bids of an assessment, at their pinned revisions. Every list leaves out what is hidden from its caller.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{AssessmentId, BidId};
use kit::stored::{found, from_json, json};

use crate::bid::{Answer, AssessedBid};
use crate::error::Error;
use crate::schema::assessed_bid;

pub fn insert_bid(
    conn: &mut Conn,
    assessment: AssessmentId,
    new: &AssessedBid,
    answers: &[Answer],
) -> Result<(), DbError> {
    diesel::insert_into(assessed_bid::table)
        .values((
            assessed_bid::id.eq(new.id),
            assessed_bid::assessment_id.eq(assessment),
            assessed_bid::number.eq(new.number),
            assessed_bid::applicant_id.eq(new.applicant.organisation),
            assessed_bid::head.eq(json(new)),
            assessed_bid::answers.eq(json(&answers)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A bid of this very assessment.
pub fn bid(conn: &mut Conn, assessment: AssessmentId, id: BidId) -> Result<AssessedBid, Error> {
    let of_assessment = assessed_bid::table.find(id).filter(assessed_bid::assessment_id.eq(assessment));
    let head: String = found::<_, Error>(of_assessment.select(assessed_bid::head).first(conn), "bid")?;
    Ok(from_json(&head)?)
}

/// What a bid answers to the questions of the form.
pub fn answers(conn: &mut Conn, id: BidId) -> Result<Vec<Answer>, DbError> {
    let answers: String = assessed_bid::table.find(id).select(assessed_bid::answers).first(conn)?;
    from_json(&answers)
}

/// The assessment that a bid is in.
pub fn assessment_of_bid(conn: &mut Conn, id: BidId) -> Result<Option<AssessmentId>, DbError> {
    Ok(assessed_bid::table.find(id).select(assessed_bid::assessment_id).first(conn).optional()?)
}

/// All bids but the hidden ones, in submission order.
pub fn bids(conn: &mut Conn, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<AssessedBid>, DbError> {
    page_of_bids(conn, assessment, hidden, 0, i64::MAX)
}

/// One page of them, from after a number on.
pub fn page_of_bids(
    conn: &mut Conn,
    assessment: AssessmentId,
    hidden: &[BidId],
    after: i64,
    limit: i64,
) -> Result<Vec<AssessedBid>, DbError> {
    let heads: Vec<String> = assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment))
        .filter(assessed_bid::id.ne_all(hidden))
        .filter(assessed_bid::number.gt(after))
        .order(assessed_bid::number.asc())
        .limit(limit)
        .select(assessed_bid::head)
        .load(conn)?;
    heads.iter().map(|head| from_json(head)).collect()
}

pub fn n_bids(conn: &mut Conn, assessment: AssessmentId, hidden: &[BidId]) -> Result<i64, DbError> {
    Ok(assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment))
        .filter(assessed_bid::id.ne_all(hidden))
        .count()
        .get_result(conn)?)
}
