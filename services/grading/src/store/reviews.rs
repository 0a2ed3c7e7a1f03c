//! Reviews, and which of them somebody finds in a list.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use super::texts;
use crate::error::{Error, Newer};
use crate::policy::OthersReviews;
use crate::review::{Review, State};
use crate::schema::{assessment, review};
use crate::sight::Sight;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = review, treat_none_as_null = true)]
struct Row {
    id: String,
    assessment_id: String,
    bid_id: String,
    reviewer_id: String,
    version: i64,
    state: String,
    marks: String,
    comment: String,
    reason: String,
    assigned_at: i64,
    submitted_at: Option<i64>,
    updated_at: i64,
}

impl From<&Review> for Row {
    fn from(review: &Review) -> Row {
        Row {
            id: review.id.to_string(),
            assessment_id: review.assessment.to_string(),
            bid_id: review.bid.to_string(),
            reviewer_id: review.reviewer.to_string(),
            version: review.version,
            state: review.state.name().to_string(),
            marks: json(&review.marks),
            comment: review.comment.clone(),
            reason: review.reason.clone(),
            assigned_at: review.assigned_at.micros(),
            submitted_at: review.state.submitted_at().map(Timestamp::micros),
            updated_at: review.updated_at.micros(),
        }
    }
}

impl TryFrom<Row> for Review {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Review, DbError> {
        Ok(Review {
            id: parsed(&row.id)?,
            version: row.version,
            assessment: parsed(&row.assessment_id)?,
            bid: parsed(&row.bid_id)?,
            reviewer: parsed(&row.reviewer_id)?,
            state: state_of(&row)?,
            marks: from_json(&row.marks)?,
            comment: row.comment,
            reason: row.reason,
            assigned_at: Timestamp::from_micros(row.assigned_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

fn state_of(row: &Row) -> Result<State, DbError> {
    match (row.state.as_str(), row.submitted_at.map(Timestamp::from_micros)) {
        ("assigned", None) => Ok(State::Assigned),
        ("accepted", None) => Ok(State::Accepted),
        ("declined", None) => Ok(State::Declined),
        ("in_progress", None) => Ok(State::InProgress),
        ("submitted", Some(at)) => Ok(State::Submitted { at }),
        ("returned", Some(submitted_at)) => Ok(State::Returned { submitted_at }),
        ("locked", Some(submitted_at)) => Ok(State::Locked { submitted_at }),
        ("lapsed", None) => Ok(State::Lapsed),
        ("cancelled", submitted_at) => Ok(State::Cancelled { submitted_at }),
        (state, _) => Err(inconsistent(format!("review {}: {state} does not fit its instants", row.id))),
    }
}

pub fn insert_review(tx: &mut Tx, new: &Review) -> Result<(), DbError> {
    diesel::insert_into(review::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

pub fn review(tx: &mut Tx, id: ReviewId) -> Result<Review, Error> {
    let found: Option<Row> = review::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    match found {
        Some(row) => Ok(row.try_into()?),
        None => Err(Error::NotFound { what: "review" }),
    }
}

/// Writes the new version over the one it was made from.
pub fn update_review(tx: &mut Tx, old: &Review, new: &Review) -> Result<(), Error> {
    let of_old_version =
        review::table.filter(review::id.eq(new.id.to_string())).filter(review::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Review(self::review(tx, new.id)?.shown())));
    }
    Ok(())
}

/// Bids that a person has reviewed or is to review, with the state of the review.
pub fn own_reviews(tx: &mut Tx, assessment: AssessmentId, reviewer: PersonId) -> Result<Vec<(BidId, String)>, DbError> {
    let rows: Vec<(String, String)> = review::table
        .filter(review::assessment_id.eq(assessment.to_string()))
        .filter(review::reviewer_id.eq(reviewer.to_string()))
        .select((review::bid_id, review::state))
        .load(tx)?;
    rows.into_iter().map(|(bid, state)| Ok((parsed(&bid)?, state))).collect()
}

/// Whether a pair has a review that was neither declined nor taken back.
pub fn has_live_review(tx: &mut Tx, bid: BidId, reviewer: PersonId) -> Result<bool, DbError> {
    let live = review::table
        .filter(review::bid_id.eq(bid.to_string()))
        .filter(review::reviewer_id.eq(reviewer.to_string()))
        .filter(review::state.ne_all(State::GONE));
    Ok(live.count().get_result::<i64>(tx)? > 0)
}

pub fn n_live_reviews(tx: &mut Tx, bid: BidId) -> Result<i64, DbError> {
    let live = review::table.filter(review::bid_id.eq(bid.to_string())).filter(review::state.ne_all(State::GONE));
    Ok(live.count().get_result(tx)?)
}

/// The live reviews of a bid by a person: those that a recusal ends.
pub fn live_reviews_of(tx: &mut Tx, bid: BidId, reviewer: PersonId) -> Result<Vec<Review>, DbError> {
    let rows: Vec<Row> = review::table
        .filter(review::bid_id.eq(bid.to_string()))
        .filter(review::reviewer_id.eq(reviewer.to_string()))
        .filter(review::state.ne_all(State::GONE))
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Review::try_from).collect()
}

/// All reviews of an assessment, by identity.
pub fn reviews(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Review>, DbError> {
    let rows: Vec<Row> = review::table
        .filter(review::assessment_id.eq(assessment.to_string()))
        .order(review::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Review::try_from).collect()
}

/// Reviews that are still to be handed in though they were due, of whatever assessment.
pub fn overdue_reviews(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<ReviewId>, DbError> {
    let ids: Vec<String> = review::table
        .inner_join(assessment::table)
        .filter(assessment::state.eq("reviewing"))
        .filter(assessment::reviews_due.le(now.micros()))
        .filter(review::state.eq_any(State::OPEN))
        .order(review::id.asc())
        .limit(limit)
        .select(review::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

/// Which reviews are asked for. What of them the caller may see is for their sight to say.
#[derive(Clone, Debug)]
pub struct ReviewFilter {
    pub assessment: AssessmentId,
    pub bid: Option<BidId>,
    pub reviewer: Option<PersonId>,
    pub states: Vec<&'static str>,
}

/// One page by identity, from after one on: the caller's own, and those of others that they may see. Of a bid whose
/// review they owe they see no other meanwhile, and of a hidden bid none at all.
pub fn page_of_reviews(
    tx: &mut Tx,
    filter: &ReviewFilter,
    sight: &Sight,
    after: &str,
    limit: i64,
) -> Result<Vec<Review>, DbError> {
    let own = review::reviewer_id.eq(sight.person().map(|person| person.to_string()).unwrap_or_default());
    let unowed = review::bid_id.ne_all(texts(&sight.owed));
    let mut query = review::table
        .filter(review::assessment_id.eq(filter.assessment.to_string()))
        .filter(review::id.gt(after.to_string()))
        .filter(review::bid_id.ne_all(texts(&sight.hidden)))
        .into_boxed::<Backend>();
    query = match sight.others_reviews() {
        OthersReviews::All => query.filter(own.or(unowed)),
        OthersReviews::OfOwnBids => query.filter(own.or(unowed.and(review::bid_id.eq_any(texts(&sight.handed_in))))),
    };
    if let Some(bid) = filter.bid {
        query = query.filter(review::bid_id.eq(bid.to_string()));
    }
    if let Some(reviewer) = filter.reviewer {
        query = query.filter(review::reviewer_id.eq(reviewer.to_string()));
    }
    if !filter.states.is_empty() {
        query = query.filter(review::state.eq_any(filter.states.clone()));
    }
    let rows: Vec<Row> = query.order(review::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Review::try_from).collect()
}
