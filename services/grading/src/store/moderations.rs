//! What was settled about each bid, casting decisions, and the entries of a ranking made of all that counts.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::{AssessmentId, BidId};
use kit::stored::{from_json, json, parsed};
use kit::time::Timestamp;

use super::{bids, texts};
use crate::error::{Error, Newer};
use crate::moderation::{Casting, Moderation};
use crate::ranking::Entry;
use crate::review::{Mark, State};
use crate::schema::{casting, moderation, review};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = moderation)]
struct Row {
    bid_id: String,
    assessment_id: String,
    version: i64,
    agreed: String,
    feedback: String,
    updated_at: i64,
}

impl TryFrom<Row> for Moderation {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Moderation, DbError> {
        Ok(Moderation {
            assessment: parsed(&row.assessment_id)?,
            bid: parsed(&row.bid_id)?,
            version: row.version,
            agreed: from_json(&row.agreed)?,
            feedback: from_json(&row.feedback)?,
            updated_at: Some(Timestamp::from_micros(row.updated_at)),
        })
    }
}

/// What was settled about a bid, which may be nothing.
pub fn moderation(tx: &mut Tx, assessment: AssessmentId, bid: BidId) -> Result<Moderation, DbError> {
    let found: Option<Row> = moderation::table.find(bid.to_string()).select(Row::as_select()).first(tx).optional()?;
    match found {
        Some(row) => row.try_into(),
        None => Ok(Moderation::of_nothing(assessment, bid)),
    }
}

/// Writes the new version over the one it was made from, or the first.
pub fn put_moderation(tx: &mut Tx, old: &Moderation, new: &Moderation, now: Timestamp) -> Result<(), Error> {
    let row = Row {
        bid_id: new.bid.to_string(),
        assessment_id: new.assessment.to_string(),
        version: new.version,
        agreed: json(&new.agreed),
        feedback: json(&new.feedback),
        updated_at: now.micros(),
    };
    if old.version == 0 {
        diesel::insert_into(moderation::table).values(row).execute(tx)?;
        return Ok(());
    }
    let of_old_version = moderation::table
        .filter(moderation::bid_id.eq(new.bid.to_string()))
        .filter(moderation::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(row).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Moderation(self::moderation(tx, new.assessment, new.bid)?)));
    }
    Ok(())
}

/// What was settled, of all bids but the hidden ones.
pub fn moderations(tx: &mut Tx, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<Moderation>, DbError> {
    let rows: Vec<Row> = moderation::table
        .filter(moderation::assessment_id.eq(assessment.to_string()))
        .filter(moderation::bid_id.ne_all(texts(hidden)))
        .order(moderation::bid_id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Moderation::try_from).collect()
}

pub fn insert_casting(tx: &mut Tx, assessment: AssessmentId, new: &Casting) -> Result<(), DbError> {
    let of_assessment = casting::table.filter(casting::assessment_id.eq(assessment.to_string()));
    let latest: Option<i64> = of_assessment.select(diesel::dsl::max(casting::sequence)).first(tx)?;
    diesel::insert_into(casting::table)
        .values((
            casting::assessment_id.eq(assessment.to_string()),
            casting::sequence.eq(latest.unwrap_or(0) + 1),
            casting::bids.eq(json(&new.bids)),
            casting::chair_id.eq(new.chair.to_string()),
            casting::reason.eq(&new.reason),
            casting::cast_at.eq(new.at.micros()),
        ))
        .execute(tx)?;
    Ok(())
}

/// Casting decisions, oldest first.
pub fn castings(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Casting>, DbError> {
    let rows: Vec<(String, String, String, i64)> = casting::table
        .filter(casting::assessment_id.eq(assessment.to_string()))
        .order(casting::sequence.asc())
        .select((casting::bids, casting::chair_id, casting::reason, casting::cast_at))
        .load(tx)?;
    let mut found = Vec::with_capacity(rows.len());
    for (bids, chair, reason, at) in rows {
        let (bids, chair, at) = (from_json(&bids)?, parsed(&chair)?, Timestamp::from_micros(at));
        found.push(Casting { bids, chair, reason, at });
    }
    Ok(found)
}

/// The entries of a ranking: all bids but the hidden ones, with the marks of the reviews that count.
pub fn entries(tx: &mut Tx, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<Entry>, DbError> {
    let counted: Vec<(String, String)> = review::table
        .filter(review::assessment_id.eq(assessment.to_string()))
        .filter(review::bid_id.ne_all(texts(hidden)))
        .filter(review::state.eq_any(State::HANDED_IN))
        .order(review::id.asc())
        .select((review::bid_id, review::marks))
        .load(tx)?;
    let mut reviews: HashMap<BidId, Vec<Vec<Mark>>> = HashMap::new();
    for (bid, marks) in counted {
        reviews.entry(parsed(&bid)?).or_default().push(from_json(&marks)?);
    }
    let settled = moderations(tx, assessment, hidden)?;
    let mut agreed: HashMap<BidId, _> = settled.into_iter().map(|one| (one.bid, one.agreed)).collect();
    let entries = bids(tx, assessment, hidden)?.into_iter().map(|bid| Entry {
        bid: bid.id,
        number: bid.number,
        applicant: bid.applicant.organisation,
        requested: bid.requested,
        reviews: reviews.remove(&bid.id).unwrap_or_default(),
        agreed: agreed.remove(&bid.id).unwrap_or_default(),
    });
    Ok(entries.collect())
}
