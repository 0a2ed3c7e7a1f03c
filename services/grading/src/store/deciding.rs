//! Meetings; recommendations and determinations, listed by the number of their bid.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AssessmentId, BidId, MeetingId, PersonId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json, parsed};
use kit::time::{Date, Timestamp};

use super::money;
use crate::deciding::decision::{Basis, Determination, Recommendation, Referral};
use crate::deciding::meeting::{Account, Meeting};
use crate::error::Error;
use crate::schema::{determination, meeting, recommendation};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = meeting)]
struct MeetingRow {
    id: MeetingId,
    assessment_id: AssessmentId,
    version: i64,
    part: String,
    held_at: Timestamp,
    place: String,
    present: String,
    chair_id: PersonId,
    minutes: String,
}

impl From<&Meeting> for MeetingRow {
    fn from(meeting: &Meeting) -> MeetingRow {
        MeetingRow {
            id: meeting.id,
            assessment_id: meeting.assessment,
            version: meeting.version,
            part: meeting.part.name().to_string(),
            held_at: meeting.held_at,
            place: meeting.account.place.clone(),
            present: json(&meeting.account.present),
            chair_id: meeting.account.chair,
            minutes: meeting.account.minutes.clone(),
        }
    }
}

impl TryFrom<MeetingRow> for Meeting {
    type Error = DbError;

    fn try_from(row: MeetingRow) -> Result<Meeting, DbError> {
        let present = from_json(&row.present)?;
        Ok(Meeting {
            id: row.id,
            version: row.version,
            assessment: row.assessment_id,
            part: parsed(&row.part)?,
            held_at: row.held_at,
            account: Account { place: row.place, present, chair: row.chair_id, minutes: row.minutes },
        })
    }
}

pub fn insert_meeting(conn: &mut Conn, new: &Meeting) -> Result<(), DbError> {
    diesel::insert_into(meeting::table).values(MeetingRow::from(new)).execute(conn)?;
    Ok(())
}

pub fn meeting(conn: &mut Conn, id: MeetingId) -> Result<Meeting, Error> {
    let row: MeetingRow =
        found::<_, Error>(meeting::table.find(id).select(MeetingRow::as_select()).first(conn), "meeting")?;
    Ok(row.try_into()?)
}

/// Replaces the version it was made from.
pub fn update_meeting(conn: &mut Conn, old: &Meeting, new: &Meeting) -> Result<(), Error> {
    let of_old_version = meeting::table.find(new.id).filter(meeting::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(MeetingRow::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(self::meeting(conn, new.id)?).into());
    }
    Ok(())
}

/// All meetings, oldest first.
pub fn meetings(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Meeting>, DbError> {
    page_of_meetings(conn, assessment, None, i64::MAX)
}

/// One page of them, from after an instant and an identity on.
pub fn page_of_meetings(
    conn: &mut Conn,
    assessment: AssessmentId,
    after: Option<(Timestamp, MeetingId)>,
    limit: i64,
) -> Result<Vec<Meeting>, DbError> {
    let mut query = meeting::table.filter(meeting::assessment_id.eq(assessment)).into_boxed::<Backend>();
    if let Some((held_at, id)) = after {
        let later = meeting::held_at.gt(held_at);
        query = query.filter(later.or(meeting::held_at.eq(held_at).and(meeting::id.gt(id))));
    }
    let rows: Vec<MeetingRow> = query
        .order((meeting::held_at.asc(), meeting::id.asc()))
        .limit(limit)
        .select(MeetingRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Meeting::try_from).collect()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = recommendation)]
struct RecommendationRow {
    bid_id: BidId,
    sequence: i32,
    assessment_id: AssessmentId,
    number: i64,
    advice: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    conditions: String,
    reason: String,
    meeting_id: MeetingId,
    recorded_at: Timestamp,
    returned_by: Option<MeetingId>,
    question: Option<String>,
}

impl TryFrom<RecommendationRow> for Recommendation {
    type Error = DbError;

    fn try_from(row: RecommendationRow) -> Result<Recommendation, DbError> {
        let referred_back = match (row.returned_by, row.question) {
            (Some(meeting), Some(question)) => Some(Referral { meeting, question }),
            (None, None) => None,
            (_, _) => return Err(inconsistent(format!("recommendation on {}: half a referral", row.bid_id))),
        };
        Ok(Recommendation {
            assessment: row.assessment_id,
            bid: row.bid_id,
            sequence: row.sequence,
            advice: parsed(&row.advice)?,
            amount: money(row.amount_minor, row.currency.as_deref())?,
            conditions: from_json(&row.conditions)?,
            reason: row.reason,
            meeting: row.meeting_id,
            recorded_at: row.recorded_at,
            referred_back,
        })
    }
}

/// `number` is that of the bid.
pub fn insert_recommendation(conn: &mut Conn, number: i64, new: &Recommendation) -> Result<(), DbError> {
    let row = RecommendationRow {
        bid_id: new.bid,
        sequence: new.sequence,
        assessment_id: new.assessment,
        number,
        advice: new.advice.name().to_string(),
        amount_minor: new.amount.map(|sum| sum.minor_units),
        currency: new.amount.map(|sum| sum.currency.as_str().to_string()),
        conditions: json(&new.conditions),
        reason: new.reason.clone(),
        meeting_id: new.meeting,
        recorded_at: new.recorded_at,
        returned_by: new.referred_back.as_ref().map(|referral| referral.meeting),
        question: new.referred_back.as_ref().map(|referral| referral.question.clone()),
    };
    diesel::insert_into(recommendation::table).values(row).execute(conn)?;
    Ok(())
}

/// Marks a recommendation as returned with a question, once.
pub fn return_recommendation(conn: &mut Conn, old: &Recommendation, referral: &Referral) -> Result<(), Error> {
    let standing = recommendation::table
        .filter(recommendation::bid_id.eq(old.bid))
        .filter(recommendation::sequence.eq(old.sequence))
        .filter(recommendation::returned_by.is_null());
    let n_changed = diesel::update(standing)
        .set((recommendation::returned_by.eq(referral.meeting), recommendation::question.eq(&referral.question)))
        .execute(conn)?;
    if n_changed == 0 { Err(Error::RecommendationNeeded) } else { Ok(()) }
}

/// The recommendations on a bid, oldest first.
pub fn recommendations(conn: &mut Conn, bid: BidId) -> Result<Vec<Recommendation>, DbError> {
    let rows: Vec<RecommendationRow> = recommendation::table
        .filter(recommendation::bid_id.eq(bid))
        .order(recommendation::sequence.asc())
        .select(RecommendationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Recommendation::try_from).collect()
}

/// One page of those on all bids but the hidden ones, from after a number of a bid and a sequence on.
pub fn page_of_recommendations(
    conn: &mut Conn,
    assessment: AssessmentId,
    hidden: &[BidId],
    after: Option<(i64, i32)>,
    limit: i64,
) -> Result<Vec<Recommendation>, DbError> {
    let mut query = recommendation::table
        .filter(recommendation::assessment_id.eq(assessment))
        .filter(recommendation::bid_id.ne_all(hidden))
        .into_boxed::<Backend>();
    if let Some((number, sequence)) = after {
        let later = recommendation::number.gt(number);
        query = query.filter(later.or(recommendation::number.eq(number).and(recommendation::sequence.gt(sequence))));
    }
    let rows: Vec<RecommendationRow> = query
        .order((recommendation::number.asc(), recommendation::sequence.asc()))
        .limit(limit)
        .select(RecommendationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Recommendation::try_from).collect()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = determination, treat_none_as_null = true)]
pub(super) struct DeterminationRow {
    bid_id: BidId,
    assessment_id: AssessmentId,
    number: i64,
    version: i64,
    outcome: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    conditions: String,
    reason: String,
    basis: String,
    meeting_id: Option<MeetingId>,
    decided_on: Date,
    recorded_at: Timestamp,
}

impl TryFrom<DeterminationRow> for Determination {
    type Error = DbError;

    fn try_from(row: DeterminationRow) -> Result<Determination, DbError> {
        Ok(Determination {
            assessment: row.assessment_id,
            bid: row.bid_id,
            version: row.version,
            outcome: parsed(&row.outcome)?,
            amount: money(row.amount_minor, row.currency.as_deref())?,
            conditions: from_json(&row.conditions)?,
            reason: row.reason,
            basis: from_json(&row.basis)?,
            decided_on: row.decided_on,
            recorded_at: row.recorded_at,
        })
    }
}

/// Records a decision, or records it anew over its earlier version. `number` is that of the bid.
pub fn put_determination(conn: &mut Conn, number: i64, new: &Determination) -> Result<(), Error> {
    let meeting = match &new.basis {
        Basis::Meeting(meeting) => Some(*meeting),
        Basis::Written { .. } | Basis::OtherBoard { .. } => None,
    };
    let row = DeterminationRow {
        bid_id: new.bid,
        assessment_id: new.assessment,
        number,
        version: new.version,
        outcome: new.outcome.name().to_string(),
        amount_minor: new.amount.map(|sum| sum.minor_units),
        currency: new.amount.map(|sum| sum.currency.as_str().to_string()),
        conditions: json(&new.conditions),
        reason: new.reason.clone(),
        basis: json(&new.basis),
        meeting_id: meeting,
        decided_on: new.decided_on,
        recorded_at: new.recorded_at,
    };
    if new.version == 1 {
        diesel::insert_into(determination::table).values(row).execute(conn)?;
        return Ok(());
    }
    let of_old_version = determination::table.find(new.bid).filter(determination::version.eq(new.version - 1));
    let n_changed = diesel::update(of_old_version).set(row).execute(conn)?;
    if n_changed == 0 {
        // A decision bears no etag: the later caller decides again, on what is there now.
        return Err(Error::Db(DbError::Meanwhile));
    }
    Ok(())
}

pub fn determination(conn: &mut Conn, bid: BidId) -> Result<Option<Determination>, DbError> {
    let of_bid = determination::table.find(bid);
    let row: Option<DeterminationRow> = of_bid.select(DeterminationRow::as_select()).first(conn).optional()?;
    row.map(Determination::try_from).transpose()
}

/// All determinations, in submission order of the bids.
pub fn determinations(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Determination>, DbError> {
    page_of_determinations(conn, assessment, &[], 0, i64::MAX)
}

/// One page of those of all bids but the hidden ones, from after a number of a bid on.
pub fn page_of_determinations(
    conn: &mut Conn,
    assessment: AssessmentId,
    hidden: &[BidId],
    after: i64,
    limit: i64,
) -> Result<Vec<Determination>, DbError> {
    let rows: Vec<DeterminationRow> = determination::table
        .filter(determination::assessment_id.eq(assessment))
        .filter(determination::bid_id.ne_all(hidden))
        .filter(determination::number.gt(after))
        .order(determination::number.asc())
        .limit(limit)
        .select(DeterminationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Determination::try_from).collect()
}

/// Bids on which a meeting recommended, referred back or determined.
pub fn decisions_of_meeting(conn: &mut Conn, meeting: MeetingId) -> Result<Vec<BidId>, DbError> {
    let mut bids: Vec<BidId> = determination::table
        .filter(determination::meeting_id.assume_not_null().eq(meeting))
        .select(determination::bid_id)
        .load(conn)?;
    let advised = recommendation::meeting_id.eq(meeting);
    let returned = recommendation::returned_by.is_not_null();
    let either = advised.or(returned.and(recommendation::returned_by.assume_not_null().eq(meeting)));
    let of_advice: Vec<BidId> = recommendation::table.filter(either).select(recommendation::bid_id).load(conn)?;
    bids.extend(of_advice);
    bids.sort();
    bids.dedup();
    Ok(bids)
}
