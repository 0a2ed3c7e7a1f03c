//! Near-duplicates: what is compared, and the pairs that were flagged.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{BidId, RoundId};
use kit::stored::parsed;

use super::records::paper_of;
use crate::bid::Bid;
use crate::content::Content;
use crate::duplicates::Pair;
use crate::schema::{bid, duplicate, revision};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = duplicate)]
struct Row {
    first_bid_id: String,
    second_bid_id: String,
    similarity_permille: i32,
}

impl From<&Pair> for Row {
    fn from(pair: &Pair) -> Row {
        Row {
            first_bid_id: pair.first.to_string(),
            second_bid_id: pair.second.to_string(),
            similarity_permille: pair.similarity_permille,
        }
    }
}

impl TryFrom<Row> for Pair {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Pair, DbError> {
        Ok(Pair {
            first: parsed(&row.first_bid_id)?,
            second: parsed(&row.second_bid_id)?,
            similarity_permille: row.similarity_permille,
        })
    }
}

/// The newest of an applicant's other received bids in a round, to be compared for near-duplicates.
pub fn received_siblings(tx: &mut Tx, of: &Bid) -> Result<Vec<(BidId, Content)>, DbError> {
    const MOST: i64 = 50;
    let rows: Vec<(String, String)> = bid::table
        .inner_join(revision::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::round_id.eq(of.round.to_string()))
        .filter(bid::applicant_id.eq(of.applicant.to_string()))
        .filter(bid::state.eq_any(["submitted", "eligible", "ineligible", "held_late"]))
        .filter(bid::id.ne(of.id.to_string()))
        .order(bid::id.desc())
        .limit(MOST)
        .select((bid::id, revision::canonical_json))
        .load(tx)?;
    let mut siblings = Vec::with_capacity(rows.len());
    for (id, json) in rows {
        siblings.push((parsed(&id)?, paper_of(&json)?.content));
    }
    Ok(siblings)
}

/// Flags no pair of a bid any more.
pub fn clear_duplicates(tx: &mut Tx, of: &Bid) -> Result<(), DbError> {
    let id = of.id.to_string();
    let earlier = duplicate::table.filter(duplicate::first_bid_id.eq(&id).or(duplicate::second_bid_id.eq(&id)));
    diesel::delete(earlier).execute(tx)?;
    Ok(())
}

/// Flags these pairs of a bid.
pub fn insert_duplicates(tx: &mut Tx, of: &Bid, pairs: &[Pair]) -> Result<(), DbError> {
    for pair in pairs {
        let row = (duplicate::round_id.eq(of.round.to_string()), Row::from(pair));
        diesel::insert_into(duplicate::table).values(row).execute(tx)?;
    }
    Ok(())
}

/// Flagged pairs of a round, by the later bid and then the earlier one.
pub fn duplicates(
    tx: &mut Tx,
    round: RoundId,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<Pair>, DbError> {
    let mut query = duplicate::table.filter(duplicate::round_id.eq(round.to_string())).into_boxed::<Backend>();
    if let Some((second, first)) = after {
        let later = duplicate::second_bid_id.gt(second.clone());
        query = query.filter(later.or(duplicate::second_bid_id.eq(second).and(duplicate::first_bid_id.gt(first))));
    }
    let rows: Vec<Row> = query
        .order((duplicate::second_bid_id.asc(), duplicate::first_bid_id.asc()))
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Pair::try_from).collect()
}
