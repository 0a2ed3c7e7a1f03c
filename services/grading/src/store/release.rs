//! The outcome of each bid, the letters, and the sealed record: written when an assessment is closed.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::call::Text;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AssessmentId, BidId, OrgId};
use kit::stored::{from_json, json, parsed};
use kit::time::Timestamp;

use super::deciding::DeterminationRow;
use crate::deciding::decision::Outcome;
use crate::release::outcome::{BidOutcome, Letter};
use crate::release::record::Sealed;
use crate::schema::{assessed_bid, determination, outcome, record};

pub fn insert_outcome(
    conn: &mut Conn,
    assessment: AssessmentId,
    new: &BidOutcome,
    letter: &Letter,
) -> Result<(), DbError> {
    diesel::insert_into(outcome::table)
        .values((
            outcome::bid_id.eq(new.bid.id),
            outcome::assessment_id.eq(assessment),
            outcome::reserve_place.eq(new.reserve_place.unwrap_or(0)),
            outcome::principles.eq(json(&new.principles)),
            outcome::letter_en.eq(&letter.text.en),
            outcome::letter_cy.eq(&letter.text.cy),
            outcome::feedback.eq(json(&letter.feedback)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whose outcomes a caller sees.
#[derive(Clone, Debug, Default)]
pub struct VisibleOutcomes {
    /// Those of funded bids.
    pub funded: bool,
    /// All but these; none where not all are told.
    pub all_but: Option<Vec<BidId>>,
    /// Organisations whose outcomes are told in any case.
    pub own: Vec<OrgId>,
}

type Condition<'a> = Box<dyn BoxableExpression<assessed_bid::table, Backend, SqlType = Bool> + 'a>;

fn told(visible: &VisibleOutcomes) -> Condition<'_> {
    let own = assessed_bid::applicant_id.eq_any(&visible.own);
    let given = if visible.funded { &FUNDED[..] } else { &[] };
    let funded = determination::table.filter(determination::outcome.eq_any(given)).select(determination::bid_id);
    let either = own.or(assessed_bid::id.eq_any(funded));
    match &visible.all_but {
        Some(hidden) => Box::new(either.or(assessed_bid::id.ne_all(hidden))),
        None => Box::new(either),
    }
}

/// Outcomes by which money is given now, as [`Outcome::is_funded`] says.
const FUNDED: [&str; 2] = ["fund", "fund_in_part"];

/// How many bids of an assessment came to what.
pub fn outcome_counts(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<(Outcome, i64)>, DbError> {
    let rows: Vec<(String, i64)> = determination::table
        .filter(determination::assessment_id.eq(assessment))
        .group_by(determination::outcome)
        .order(determination::outcome.asc())
        .select((determination::outcome, diesel::dsl::count_star()))
        .load(conn)?;
    rows.into_iter().map(|(outcome, n_bids)| Ok((parsed(&outcome)?, n_bids))).collect()
}

/// One page in submission order, from after a number on.
pub fn page_of_outcomes(
    conn: &mut Conn,
    assessment: AssessmentId,
    visible: &VisibleOutcomes,
    after: i64,
    limit: i64,
) -> Result<Vec<BidOutcome>, DbError> {
    let ids: Vec<BidId> = assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment))
        .filter(told(visible))
        .filter(assessed_bid::number.gt(after))
        .order(assessed_bid::number.asc())
        .limit(limit)
        .select(assessed_bid::id)
        .load(conn)?;
    outcomes_of(conn, &ids)
}

pub fn n_outcomes(conn: &mut Conn, assessment: AssessmentId, visible: &VisibleOutcomes) -> Result<i64, DbError> {
    Ok(assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment))
        .filter(told(visible))
        .count()
        .get_result(conn)?)
}

/// Those of these bids.
pub fn outcomes_of(conn: &mut Conn, bids: &[BidId]) -> Result<Vec<BidOutcome>, DbError> {
    let rows: Vec<(String, DeterminationRow, i32, String)> = assessed_bid::table
        .inner_join(determination::table)
        .inner_join(outcome::table)
        .filter(assessed_bid::id.eq_any(bids))
        .order(assessed_bid::number.asc())
        .select((assessed_bid::head, DeterminationRow::as_select(), outcome::reserve_place, outcome::principles))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (head, determination, reserve_place, principles) in rows {
        let (bid, principles) = (from_json(&head)?, from_json(&principles)?);
        let reserve_place = Some(reserve_place).filter(|&place| place > 0);
        found.push(BidOutcome { bid, determination: determination.try_into()?, reserve_place, principles });
    }
    Ok(found)
}

pub fn letter(conn: &mut Conn, bid: BidId) -> Result<Option<Letter>, DbError> {
    let found = outcome::table.find(bid);
    let row: Option<(String, String, String)> =
        found.select((outcome::letter_en, outcome::letter_cy, outcome::feedback)).first(conn).optional()?;
    match row {
        Some((en, cy, feedback)) => Ok(Some(Letter { bid, text: Text { en, cy }, feedback: from_json(&feedback)? })),
        None => Ok(None),
    }
}

pub fn insert_record(conn: &mut Conn, sealed: &Sealed) -> Result<(), DbError> {
    diesel::insert_into(record::table)
        .values((
            record::assessment_id.eq(sealed.assessment),
            record::canonical_json.eq(&sealed.canonical_json),
            record::sha256.eq(&sealed.sha256),
            record::jws.eq(&sealed.jws),
            record::sealed_at.eq(sealed.sealed_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn record(conn: &mut Conn, assessment: AssessmentId) -> Result<Option<Sealed>, DbError> {
    let row: Option<(AssessmentId, String, String, String, Timestamp)> =
        record::table.find(assessment).first(conn).optional()?;
    let sealed = |(assessment, canonical_json, sha256, jws, sealed_at)| Sealed {
        assessment,
        canonical_json,
        sha256,
        jws,
        sealed_at,
    };
    Ok(row.map(sealed))
}
