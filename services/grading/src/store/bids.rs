//! The bids of an assessment, at their pinned revisions, and who is involved in them. Every list leaves out what is
//! hidden from its caller.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{AssessmentId, BidId, OrgId};
use kit::stored::{found, from_json, json, parsed};

use crate::bid::{Answer, AssessedBid};
use crate::error::Error;
use crate::panel::derive::Involved;
use crate::panel::near_miss::Hint;
use crate::schema::{assessed_bid, involved};

pub fn insert_bid(
    conn: &mut Conn,
    assessment: AssessmentId,
    new: &AssessedBid,
    answers: &[Answer],
    hints: &[Hint],
) -> Result<(), DbError> {
    diesel::insert_into(assessed_bid::table)
        .values((
            assessed_bid::id.eq(new.id),
            assessed_bid::assessment_id.eq(assessment),
            assessed_bid::number.eq(new.number),
            assessed_bid::applicant_id.eq(new.applicant.organisation),
            assessed_bid::head.eq(json(new)),
            assessed_bid::answers.eq(json(&answers)),
            assessed_bid::hints.eq(json(&hints)),
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

/// What the bids of an assessment said of ties that are none yet, each with its bid.
pub fn hints(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<(BidId, Vec<Hint>)>, DbError> {
    let rows: Vec<(BidId, String)> = assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment))
        .filter(assessed_bid::hints.ne("[]"))
        .select((assessed_bid::id, assessed_bid::hints))
        .load(conn)?;
    rows.into_iter().map(|(bid, hints)| Ok((bid, from_json(&hints)?))).collect()
}

/// Who is known to be involved in the bids of an assessment.
pub fn involved(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Involved>, DbError> {
    let rows: Vec<(OrgId, BidId, String)> = involved::table
        .filter(involved::assessment_id.eq(assessment))
        .select((involved::organisation_id, involved::bid_id, involved::kind))
        .load(conn)?;
    let involved = |(organisation, bid, kind): (_, _, String)| Ok(Involved { organisation, bid, kind: parsed(&kind)? });
    rows.into_iter().map(involved).collect()
}

pub fn insert_involved(conn: &mut Conn, assessment: AssessmentId, new: Involved) -> Result<(), DbError> {
    diesel::insert_into(involved::table)
        .values((
            involved::bid_id.eq(new.bid),
            involved::organisation_id.eq(new.organisation),
            involved::assessment_id.eq(assessment),
            involved::kind.eq(new.kind.name()),
        ))
        .execute(conn)?;
    Ok(())
}

/// All bids of an assessment but these.
pub fn others(conn: &mut Conn, assessment: AssessmentId, but: &[BidId]) -> Result<Vec<BidId>, DbError> {
    let others = assessed_bid::table.filter(assessed_bid::assessment_id.eq(assessment));
    Ok(others.filter(assessed_bid::id.ne_all(but)).select(assessed_bid::id).load(conn)?)
}

/// Its submission order, after which lists go on. 0 for a bid that is not assessed.
pub fn number(conn: &mut Conn, id: BidId) -> Result<i64, DbError> {
    let number: Option<i64> = assessed_bid::table.find(id).select(assessed_bid::number).first(conn).optional()?;
    Ok(number.unwrap_or(0))
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
