//! What became of each bid, the letters, and the sealed record: written when an assessment is closed.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{AssessmentId, BidId, OrgId};
use kit::stored::{from_json, json, parsed};
use kit::time::Timestamp;

use super::decisions::DeterminationRow;
use super::texts;
use crate::call::Text;
use crate::outcome::{BidOutcome, Letter};
use crate::record::Sealed;
use crate::schema::{assessed_bid, determination, outcome, record};

pub fn insert_outcome(tx: &mut Tx, assessment: AssessmentId, new: &BidOutcome, letter: &Letter) -> Result<(), DbError> {
    diesel::insert_into(outcome::table)
        .values((
            outcome::bid_id.eq(new.bid.id.to_string()),
            outcome::assessment_id.eq(assessment.to_string()),
            outcome::reserve_place.eq(new.reserve_place),
            outcome::principles.eq(json(&new.principles)),
            outcome::letter_en.eq(&letter.text.en),
            outcome::letter_cy.eq(&letter.text.cy),
            outcome::feedback.eq(json(&letter.feedback)),
        ))
        .execute(tx)?;
    Ok(())
}

/// Whose outcomes somebody is told.
#[derive(Clone, Debug, Default)]
pub struct OutcomeFilter {
    /// All but these; none where only those of `own` are told.
    pub all_but: Option<Vec<BidId>>,
    /// Organisations whose outcomes are told in any case.
    pub own: Vec<OrgId>,
}

type Condition<'a> = Box<dyn BoxableExpression<assessed_bid::table, Backend, SqlType = Bool> + 'a>;

fn told(filter: &OutcomeFilter) -> Condition<'static> {
    let own: Vec<String> = filter.own.iter().map(OrgId::to_string).collect();
    let own = assessed_bid::applicant_id.eq_any(own);
    match &filter.all_but {
        Some(hidden) => Box::new(own.or(assessed_bid::id.ne_all(texts(hidden)))),
        None => Box::new(own),
    }
}

/// One page in submission order, from after a number on.
pub fn page_of_outcomes(
    tx: &mut Tx,
    assessment: AssessmentId,
    filter: &OutcomeFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<BidOutcome>, DbError> {
    let ids: Vec<String> = assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment.to_string()))
        .filter(told(filter))
        .filter(assessed_bid::number.gt(after))
        .order(assessed_bid::number.asc())
        .limit(limit)
        .select(assessed_bid::id)
        .load(tx)?;
    load(tx, &ids)
}

pub fn n_outcomes(tx: &mut Tx, assessment: AssessmentId, filter: &OutcomeFilter) -> Result<i64, DbError> {
    Ok(assessed_bid::table
        .filter(assessed_bid::assessment_id.eq(assessment.to_string()))
        .filter(told(filter))
        .count()
        .get_result(tx)?)
}

/// Those of these bids.
pub fn outcomes_of(tx: &mut Tx, bids: &[BidId]) -> Result<Vec<BidOutcome>, DbError> {
    load(tx, &texts(bids))
}

fn load(tx: &mut Tx, ids: &[String]) -> Result<Vec<BidOutcome>, DbError> {
    let rows: Vec<(String, DeterminationRow, i32, String)> = assessed_bid::table
        .inner_join(determination::table)
        .inner_join(outcome::table)
        .filter(assessed_bid::id.eq_any(ids))
        .order(assessed_bid::number.asc())
        .select((assessed_bid::head, DeterminationRow::as_select(), outcome::reserve_place, outcome::principles))
        .load(tx)?;
    let mut found = Vec::with_capacity(rows.len());
    for (head, determination, reserve_place, principles) in rows {
        let (bid, principles) = (from_json(&head)?, from_json(&principles)?);
        found.push(BidOutcome { bid, determination: determination.try_into()?, reserve_place, principles });
    }
    Ok(found)
}

pub fn letter(tx: &mut Tx, bid: BidId) -> Result<Option<Letter>, DbError> {
    let found = outcome::table.find(bid.to_string());
    let row: Option<(String, String, String)> =
        found.select((outcome::letter_en, outcome::letter_cy, outcome::feedback)).first(tx).optional()?;
    match row {
        Some((en, cy, feedback)) => Ok(Some(Letter { bid, text: Text { en, cy }, feedback: from_json(&feedback)? })),
        None => Ok(None),
    }
}

pub fn insert_record(tx: &mut Tx, sealed: &Sealed) -> Result<(), DbError> {
    diesel::insert_into(record::table)
        .values((
            record::assessment_id.eq(sealed.assessment.to_string()),
            record::canonical_json.eq(&sealed.canonical_json),
            record::sha256.eq(&sealed.sha256),
            record::jws.eq(&sealed.jws),
            record::sealed_at.eq(sealed.sealed_at.micros()),
        ))
        .execute(tx)?;
    Ok(())
}

pub fn record(tx: &mut Tx, assessment: AssessmentId) -> Result<Option<Sealed>, DbError> {
    let row: Option<(String, String, String, String, i64)> =
        record::table.find(assessment.to_string()).first(tx).optional()?;
    let Some((id, canonical_json, sha256, jws, sealed_at)) = row else {
        return Ok(None);
    };
    let sealed_at = Timestamp::from_micros(sealed_at);
    Ok(Some(Sealed { assessment: parsed(&id)?, canonical_json, sha256, jws, sealed_at }))
}
