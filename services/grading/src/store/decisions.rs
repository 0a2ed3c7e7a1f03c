//! Recommendations and determinations, listed by the number of their bid.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{AssessmentId, BidId, MeetingId};
use kit::stored::{from_json, inconsistent, json, named, parsed};
use kit::time::Timestamp;

use super::{money, texts};
use crate::decision::{Advice, Basis, Determination, Outcome, Recommendation, Referral};
use crate::error::Error;
use crate::schema::{determination, recommendation};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = recommendation)]
struct RecommendationRow {
    bid_id: String,
    sequence: i32,
    assessment_id: String,
    number: i64,
    advice: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    conditions: String,
    reason: String,
    meeting_id: String,
    recorded_at: i64,
    returned_by: Option<String>,
    question: Option<String>,
}

impl TryFrom<RecommendationRow> for Recommendation {
    type Error = DbError;

    fn try_from(row: RecommendationRow) -> Result<Recommendation, DbError> {
        let referred_back = match (row.returned_by, row.question) {
            (Some(meeting), Some(question)) => Some(Referral { meeting: parsed(&meeting)?, question }),
            (None, None) => None,
            (_, _) => return Err(inconsistent(format!("recommendation on {}: half a referral", row.bid_id))),
        };
        Ok(Recommendation {
            assessment: parsed(&row.assessment_id)?,
            bid: parsed(&row.bid_id)?,
            sequence: row.sequence,
            advice: named(&Advice::ALL, Advice::name, &row.advice)?,
            amount: money(row.amount_minor, row.currency.as_deref())?,
            conditions: from_json(&row.conditions)?,
            reason: row.reason,
            meeting: parsed(&row.meeting_id)?,
            recorded_at: Timestamp::from_micros(row.recorded_at),
            referred_back,
        })
    }
}

/// `number` is that of the bid.
pub fn insert_recommendation(tx: &mut Tx, number: i64, new: &Recommendation) -> Result<(), DbError> {
    let row = RecommendationRow {
        bid_id: new.bid.to_string(),
        sequence: new.sequence,
        assessment_id: new.assessment.to_string(),
        number,
        advice: new.advice.name().to_string(),
        amount_minor: new.amount.map(|sum| sum.minor_units),
        currency: new.amount.map(|sum| sum.currency.as_str().to_string()),
        conditions: json(&new.conditions),
        reason: new.reason.clone(),
        meeting_id: new.meeting.to_string(),
        recorded_at: new.recorded_at.micros(),
        returned_by: new.referred_back.as_ref().map(|referral| referral.meeting.to_string()),
        question: new.referred_back.as_ref().map(|referral| referral.question.clone()),
    };
    diesel::insert_into(recommendation::table).values(row).execute(tx)?;
    Ok(())
}

/// Marks a recommendation as returned with a question, once.
pub fn return_recommendation(tx: &mut Tx, of: &Recommendation, referral: &Referral) -> Result<(), Error> {
    let standing = recommendation::table
        .filter(recommendation::bid_id.eq(of.bid.to_string()))
        .filter(recommendation::sequence.eq(of.sequence))
        .filter(recommendation::returned_by.is_null());
    let n_changed = diesel::update(standing)
        .set((
            recommendation::returned_by.eq(referral.meeting.to_string()),
            recommendation::question.eq(&referral.question),
        ))
        .execute(tx)?;
    if n_changed == 0 { Err(Error::RecommendationNeeded) } else { Ok(()) }
}

/// The recommendations on a bid, oldest first.
pub fn recommendations(tx: &mut Tx, bid: BidId) -> Result<Vec<Recommendation>, DbError> {
    let rows: Vec<RecommendationRow> = recommendation::table
        .filter(recommendation::bid_id.eq(bid.to_string()))
        .order(recommendation::sequence.asc())
        .select(RecommendationRow::as_select())
        .load(tx)?;
    rows.into_iter().map(Recommendation::try_from).collect()
}

/// One page of those on all bids but the hidden ones, each with the number of its bid.
pub fn page_of_recommendations(
    tx: &mut Tx,
    assessment: AssessmentId,
    hidden: &[BidId],
    after: Option<(i64, i32)>,
    limit: i64,
) -> Result<Vec<(i64, Recommendation)>, DbError> {
    let mut query = recommendation::table
        .filter(recommendation::assessment_id.eq(assessment.to_string()))
        .filter(recommendation::bid_id.ne_all(texts(hidden)))
        .into_boxed::<Backend>();
    if let Some((number, sequence)) = after {
        let later = recommendation::number.gt(number);
        query = query.filter(later.or(recommendation::number.eq(number).and(recommendation::sequence.gt(sequence))));
    }
    let rows: Vec<RecommendationRow> = query
        .order((recommendation::number.asc(), recommendation::sequence.asc()))
        .limit(limit)
        .select(RecommendationRow::as_select())
        .load(tx)?;
    rows.into_iter().map(|row| Ok((row.number, row.try_into()?))).collect()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = determination, treat_none_as_null = true)]
pub(super) struct DeterminationRow {
    bid_id: String,
    assessment_id: String,
    number: i64,
    version: i64,
    outcome: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    conditions: String,
    reason: String,
    basis: String,
    meeting_id: Option<String>,
    decided_on: String,
    recorded_at: i64,
}

impl TryFrom<DeterminationRow> for Determination {
    type Error = DbError;

    fn try_from(row: DeterminationRow) -> Result<Determination, DbError> {
        Ok(Determination {
            assessment: parsed(&row.assessment_id)?,
            bid: parsed(&row.bid_id)?,
            version: row.version,
            outcome: named(&Outcome::ALL, Outcome::name, &row.outcome)?,
            amount: money(row.amount_minor, row.currency.as_deref())?,
            conditions: from_json(&row.conditions)?,
            reason: row.reason,
            basis: from_json(&row.basis)?,
            decided_on: parsed(&row.decided_on)?,
            recorded_at: Timestamp::from_micros(row.recorded_at),
        })
    }
}

/// Records a decision, or records it anew over its earlier version. `number` is that of the bid.
pub fn put_determination(tx: &mut Tx, number: i64, new: &Determination) -> Result<(), Error> {
    let meeting = match &new.basis {
        Basis::Meeting(meeting) => Some(meeting.to_string()),
        Basis::Written { .. } | Basis::OtherBoard { .. } => None,
    };
    let row = DeterminationRow {
        bid_id: new.bid.to_string(),
        assessment_id: new.assessment.to_string(),
        number,
        version: new.version,
        outcome: new.outcome.name().to_string(),
        amount_minor: new.amount.map(|sum| sum.minor_units),
        currency: new.amount.map(|sum| sum.currency.as_str().to_string()),
        conditions: json(&new.conditions),
        reason: new.reason.clone(),
        basis: json(&new.basis),
        meeting_id: meeting,
        decided_on: new.decided_on.to_string(),
        recorded_at: new.recorded_at.micros(),
    };
    if new.version == 1 {
        diesel::insert_into(determination::table).values(row).execute(tx)?;
        return Ok(());
    }
    let of_old_version = determination::table
        .filter(determination::bid_id.eq(new.bid.to_string()))
        .filter(determination::version.eq(new.version - 1));
    let n_changed = diesel::update(of_old_version).set(row).execute(tx)?;
    if n_changed == 0 {
        // A decision bears no etag: whoever came later decides again on what now stands.
        return Err(Error::Db(DbError::Meanwhile));
    }
    Ok(())
}

pub fn determination(tx: &mut Tx, bid: BidId) -> Result<Option<Determination>, DbError> {
    let found = determination::table.find(bid.to_string());
    let row: Option<DeterminationRow> = found.select(DeterminationRow::as_select()).first(tx).optional()?;
    row.map(Determination::try_from).transpose()
}

/// All determinations, in submission order of the bids.
pub fn determinations(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Determination>, DbError> {
    let found = page_of_determinations(tx, assessment, &[], 0, i64::MAX)?;
    Ok(found.into_iter().map(|(_, determination)| determination).collect())
}

/// One page of those of all bids but the hidden ones, each with the number of its bid.
pub fn page_of_determinations(
    tx: &mut Tx,
    assessment: AssessmentId,
    hidden: &[BidId],
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Determination)>, DbError> {
    let rows: Vec<DeterminationRow> = determination::table
        .filter(determination::assessment_id.eq(assessment.to_string()))
        .filter(determination::bid_id.ne_all(texts(hidden)))
        .filter(determination::number.gt(after))
        .order(determination::number.asc())
        .limit(limit)
        .select(DeterminationRow::as_select())
        .load(tx)?;
    rows.into_iter().map(|row| Ok((row.number, row.try_into()?))).collect()
}

/// Bids on which a meeting recommended, referred back or determined.
pub fn decisions_of_meeting(tx: &mut Tx, meeting: MeetingId) -> Result<Vec<BidId>, DbError> {
    let id = meeting.to_string();
    let mut bids: Vec<String> = determination::table
        .filter(determination::meeting_id.assume_not_null().eq(&id))
        .select(determination::bid_id)
        .load(tx)?;
    let advised = recommendation::meeting_id.eq(&id);
    let either = advised
        .or(recommendation::returned_by.is_not_null().and(recommendation::returned_by.assume_not_null().eq(&id)));
    let of_advice: Vec<String> = recommendation::table.filter(either).select(recommendation::bid_id).load(tx)?;
    bids.extend(of_advice);
    bids.sort();
    bids.dedup();
    bids.iter().map(|bid| parsed(bid)).collect()
}
