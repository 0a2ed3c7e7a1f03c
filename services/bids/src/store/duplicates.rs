//! Near-duplicates: what is compared, and the pairs that were flagged.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{BidId, RoundId};

use super::records::paper_of;
use crate::bid::Bid;
use crate::content::Content;
use crate::duplicates::Pair;
use crate::schema::{bid, duplicate, revision};

/// The newest of an applicant's other received bids in a round, to be compared for near-duplicates.
pub fn received_siblings(conn: &mut Conn, bid: &Bid) -> Result<Vec<(BidId, Content)>, DbError> {
    const MOST: i64 = 50;
    let rows: Vec<(BidId, String)> = bid::table
        .inner_join(revision::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::round_id.eq(bid.round))
        .filter(bid::applicant_id.eq(bid.applicant))
        .filter(bid::state.eq_any(["submitted", "eligible", "ineligible", "held_late"]))
        .filter(bid::id.ne(bid.id))
        .order(bid::id.desc())
        .limit(MOST)
        .select((bid::id, revision::canonical_json))
        .load(conn)?;
    let mut siblings = Vec::with_capacity(rows.len());
    for (id, json) in rows {
        siblings.push((id, paper_of(&json)?.content));
    }
    Ok(siblings)
}

/// Flags no pair of a bid any more.
pub fn clear_duplicates(conn: &mut Conn, bid: &Bid) -> Result<(), DbError> {
    let earlier = duplicate::table.filter(duplicate::first_bid_id.eq(bid.id).or(duplicate::second_bid_id.eq(bid.id)));
    diesel::delete(earlier).execute(conn)?;
    Ok(())
}

/// Flags these pairs of a bid.
pub fn insert_duplicates(conn: &mut Conn, bid: &Bid, pairs: &[Pair]) -> Result<(), DbError> {
    for pair in pairs {
        let row = (
            duplicate::round_id.eq(bid.round),
            duplicate::first_bid_id.eq(pair.first),
            duplicate::second_bid_id.eq(pair.second),
            duplicate::similarity_permille.eq(pair.similarity_permille),
        );
        diesel::insert_into(duplicate::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Flagged pairs of a round, by the later bid and then the earlier one.
pub fn page_of_duplicates(
    conn: &mut Conn,
    round: RoundId,
    after: Option<(BidId, BidId)>,
    limit: i64,
) -> Result<Vec<Pair>, DbError> {
    let mut query = duplicate::table.filter(duplicate::round_id.eq(round)).into_boxed::<Backend>();
    if let Some((second, first)) = after {
        let later = duplicate::second_bid_id.gt(second);
        query = query.filter(later.or(duplicate::second_bid_id.eq(second).and(duplicate::first_bid_id.gt(first))));
    }
    let rows: Vec<(BidId, BidId, i32)> = query
        .order((duplicate::second_bid_id.asc(), duplicate::first_bid_id.asc()))
        .limit(limit)
        .select((duplicate::first_bid_id, duplicate::second_bid_id, duplicate::similarity_permille))
        .load(conn)?;
    let pair = |(first, second, similarity_permille)| Pair { first, second, similarity_permille };
    Ok(rows.into_iter().map(pair).collect())
}
