//! Reviews, what was settled about each bid, and casting decisions.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::error::Error;
use crate::marking::moderation::{Casting, Moderation};
use crate::marking::review::{Review, State};
use crate::schema::{assessment, casting, moderation, review};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = review, treat_none_as_null = true)]
struct ReviewRow {
    id: ReviewId,
    assessment_id: AssessmentId,
    bid_id: BidId,
    reviewer_id: PersonId,
    version: i64,
    state: String,
    marks: String,
    comment: String,
    reason: String,
    assigned_at: Timestamp,
    submitted_at: Option<Timestamp>,
    updated_at: Timestamp,
}

impl From<&Review> for ReviewRow {
    fn from(review: &Review) -> ReviewRow {
        ReviewRow {
            id: review.id,
            assessment_id: review.assessment,
            bid_id: review.bid,
            reviewer_id: review.reviewer,
            version: review.version,
            state: review.state.name().to_string(),
            marks: json(&review.marks),
            comment: review.comment.clone(),
            reason: review.reason.clone(),
            assigned_at: review.assigned_at,
            submitted_at: review.state.submitted_at(),
            updated_at: review.updated_at,
        }
    }
}

impl TryFrom<ReviewRow> for Review {
    type Error = DbError;

    fn try_from(row: ReviewRow) -> Result<Review, DbError> {
        Ok(Review {
            id: row.id,
            version: row.version,
            assessment: row.assessment_id,
            bid: row.bid_id,
            reviewer: row.reviewer_id,
            state: state_of(&row)?,
            marks: from_json(&row.marks)?,
            comment: row.comment,
            reason: row.reason,
            assigned_at: row.assigned_at,
            updated_at: row.updated_at,
        })
    }
}

fn state_of(row: &ReviewRow) -> Result<State, DbError> {
    match (row.state.as_str(), row.submitted_at) {
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

pub fn insert_review(conn: &mut Conn, new: &Review) -> Result<(), DbError> {
    diesel::insert_into(review::table).values(ReviewRow::from(new)).execute(conn)?;
    Ok(())
}

pub fn review(conn: &mut Conn, id: ReviewId) -> Result<Review, Error> {
    let row: ReviewRow =
        found::<_, Error>(review::table.find(id).select(ReviewRow::as_select()).first(conn), "review")?;
    Ok(row.try_into()?)
}

/// Replaces the version it was made from.
pub fn update_review(conn: &mut Conn, old: &Review, new: &Review) -> Result<(), Error> {
    let of_old_version = review::table.find(new.id).filter(review::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(ReviewRow::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(self::review(conn, new.id)?.for_others()).into());
    }
    Ok(())
}

/// Bids that a person has reviewed or is to review, with the state of the review.
pub fn own_reviews(
    conn: &mut Conn,
    assessment: AssessmentId,
    reviewer: PersonId,
) -> Result<Vec<(BidId, String)>, DbError> {
    Ok(review::table
        .filter(review::assessment_id.eq(assessment))
        .filter(review::reviewer_id.eq(reviewer))
        .select((review::bid_id, review::state))
        .load(conn)?)
}

/// Whether a pair has a review that was neither declined nor taken back.
pub fn has_live_review(conn: &mut Conn, bid: BidId, reviewer: PersonId) -> Result<bool, DbError> {
    let live = review::table
        .filter(review::bid_id.eq(bid))
        .filter(review::reviewer_id.eq(reviewer))
        .filter(review::state.ne_all(State::GONE));
    Ok(live.count().get_result::<i64>(conn)? > 0)
}

pub fn n_live_reviews(conn: &mut Conn, bid: BidId) -> Result<i64, DbError> {
    let live = review::table.filter(review::bid_id.eq(bid)).filter(review::state.ne_all(State::GONE));
    Ok(live.count().get_result(conn)?)
}

/// All reviews of an assessment, by identity.
pub fn reviews(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Review>, DbError> {
    let rows: Vec<ReviewRow> = review::table
        .filter(review::assessment_id.eq(assessment))
        .order(review::id.asc())
        .select(ReviewRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Review::try_from).collect()
}

/// Reviews that are still to be handed in though they were due, of whatever assessment.
pub fn overdue_reviews(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<ReviewId>, DbError> {
    Ok(review::table
        .inner_join(assessment::table)
        .filter(assessment::state.eq("reviewing"))
        .filter(assessment::reviews_due.le(now))
        .filter(review::state.eq_any(State::OPEN))
        .order(review::id.asc())
        .limit(limit)
        .select(review::id)
        .load(conn)?)
}

/// Which reviews are asked for.
#[derive(Clone, Debug)]
pub struct ReviewFilter {
    pub assessment: AssessmentId,
    pub bid: Option<BidId>,
    pub reviewer: Option<PersonId>,
    pub states: Vec<String>,
}

/// Which reviews a caller sees: their own, and those of others. Of a bid whose review they owe they see no other
/// meanwhile, and of a hidden bid none at all.
#[derive(Clone, Copy, Debug)]
pub struct VisibleReviews<'a> {
    /// The person who looks; none for systems and roles.
    pub by: Option<PersonId>,
    pub hidden: &'a [BidId],
    pub owed: &'a [BidId],
    /// The bids whose reviews by others are seen; none for those of all bids.
    pub others_of: Option<&'a [BidId]>,
}

/// One page by identity, from after one on.
pub fn page_of_reviews(
    conn: &mut Conn,
    filter: &ReviewFilter,
    visible: VisibleReviews,
    after: Option<ReviewId>,
    limit: i64,
) -> Result<Vec<Review>, DbError> {
    let own = review::reviewer_id.eq_any(visible.by);
    let unowed = review::bid_id.ne_all(visible.owed);
    let mut query = review::table
        .filter(review::assessment_id.eq(filter.assessment))
        .filter(review::bid_id.ne_all(visible.hidden))
        .into_boxed::<Backend>();
    query = match visible.others_of {
        None => query.filter(own.or(unowed)),
        Some(bids) => query.filter(own.or(unowed.and(review::bid_id.eq_any(bids)))),
    };
    if let Some(after) = after {
        query = query.filter(review::id.gt(after));
    }
    if let Some(bid) = filter.bid {
        query = query.filter(review::bid_id.eq(bid));
    }
    if let Some(reviewer) = filter.reviewer {
        query = query.filter(review::reviewer_id.eq(reviewer));
    }
    if !filter.states.is_empty() {
        query = query.filter(review::state.eq_any(&filter.states));
    }
    let rows: Vec<ReviewRow> = query.order(review::id.asc()).limit(limit).select(ReviewRow::as_select()).load(conn)?;
    rows.into_iter().map(Review::try_from).collect()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = moderation)]
struct ModerationRow {
    bid_id: BidId,
    assessment_id: AssessmentId,
    version: i64,
    agreed: String,
    feedback: String,
    updated_at: Timestamp,
}

impl TryFrom<ModerationRow> for Moderation {
    type Error = DbError;

    fn try_from(row: ModerationRow) -> Result<Moderation, DbError> {
        Ok(Moderation {
            assessment: row.assessment_id,
            bid: row.bid_id,
            version: row.version,
            agreed: from_json(&row.agreed)?,
            feedback: from_json(&row.feedback)?,
            updated_at: Some(row.updated_at),
        })
    }
}

/// What was settled about a bid, which may be nothing.
pub fn moderation(conn: &mut Conn, assessment: AssessmentId, bid: BidId) -> Result<Moderation, DbError> {
    let row: Option<ModerationRow> =
        moderation::table.find(bid).select(ModerationRow::as_select()).first(conn).optional()?;
    match row {
        Some(row) => row.try_into(),
        None => Ok(Moderation::of_nothing(assessment, bid)),
    }
}

/// Replaces the version it was made from, or writes the first.
pub fn put_moderation(conn: &mut Conn, old: &Moderation, new: &Moderation, now: Timestamp) -> Result<(), Error> {
    let row = ModerationRow {
        bid_id: new.bid,
        assessment_id: new.assessment,
        version: new.version,
        agreed: json(&new.agreed),
        feedback: json(&new.feedback),
        updated_at: now,
    };
    if old.version == 0 {
        diesel::insert_into(moderation::table).values(row).execute(conn)?;
        return Ok(());
    }
    let of_old_version = moderation::table.find(new.bid).filter(moderation::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(row).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(self::moderation(conn, new.assessment, new.bid)?).into());
    }
    Ok(())
}

/// What was settled about all bids.
pub fn moderations(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Moderation>, DbError> {
    let rows: Vec<ModerationRow> = moderation::table
        .filter(moderation::assessment_id.eq(assessment))
        .order(moderation::bid_id.asc())
        .select(ModerationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Moderation::try_from).collect()
}

pub fn insert_casting(conn: &mut Conn, assessment: AssessmentId, new: &Casting) -> Result<(), DbError> {
    let of_assessment = casting::table.filter(casting::assessment_id.eq(assessment));
    let latest: Option<i64> = of_assessment.select(diesel::dsl::max(casting::sequence)).first(conn)?;
    diesel::insert_into(casting::table)
        .values((
            casting::assessment_id.eq(assessment),
            casting::sequence.eq(latest.unwrap_or(0) + 1),
            casting::bids.eq(json(&new.bids)),
            casting::chair_id.eq(new.chair),
            casting::reason.eq(&new.reason),
            casting::cast_at.eq(new.at),
            casting::total.eq(new.total.map(|total| json(&total)).unwrap_or_default()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Casting decisions, oldest first.
pub fn castings(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Casting>, DbError> {
    let rows: Vec<(String, PersonId, String, Timestamp, String)> = casting::table
        .filter(casting::assessment_id.eq(assessment))
        .order(casting::sequence.asc())
        .select((casting::bids, casting::chair_id, casting::reason, casting::cast_at, casting::total))
        .load(conn)?;
    let casting = |(bids, chair, reason, at, total): (String, _, _, _, String)| {
        // One that was cast before totals were kept has none.
        let total = if total.is_empty() { None } else { Some(from_json(&total)?) };
        Ok(Casting { bids: from_json(&bids)?, chair, reason, at, total })
    };
    rows.into_iter().map(casting).collect()
}
