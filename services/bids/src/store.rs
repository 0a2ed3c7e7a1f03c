//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod bids;
mod clarifications;
mod earlier;
mod gates;
mod history;
mod lists;
mod records;

pub use bids::{get, get_all, insert, of_reference, update};
pub use clarifications::{clarification, clarifications, insert_clarification, update_clarification};
pub use earlier::{n_live, n_overdue, put_project, put_report};
pub use gates::{Gate, call, close_intake, due_intakes, insert_call, intake, put_call, take_number, take_place};
pub use history::{history, insert_history};
pub use lists::{Filter, Order, Totals, held, page, sweepable, totals};
pub use records::{HandIn, RevisionRow, insert_hand_in, latest_hand_in, paper_of, revision, revisions};

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{BidId, RoundId};
use kit::stored::parsed;

use crate::bid::Bid;
use crate::content::Content;
use crate::schema::{bid, duplicate, revision};

/// How many bids besides this one its lead organisation has with the network, for the same instrument and round.
pub fn n_led_besides(tx: &mut Tx, of: &Bid) -> Result<i64, DbError> {
    Ok(bid::table
        .filter(bid::round_id.eq(of.round.to_string()))
        .filter(bid::lead_id.eq(of.lead().to_string()))
        .filter(bid::instrument.eq(&of.paper.content.instrument))
        .filter(bid::state.eq_any(["submitted", "eligible", "held_late"]))
        .filter(bid::id.ne(of.id.to_string()))
        .count()
        .get_result(tx)?)
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
pub fn insert_duplicates(tx: &mut Tx, of: &Bid, pairs: &[(BidId, i32)]) -> Result<(), DbError> {
    for &(other, permille) in pairs {
        diesel::insert_into(duplicate::table)
            .values((
                duplicate::round_id.eq(of.round.to_string()),
                duplicate::first_bid_id.eq(of.id.min(other).to_string()),
                duplicate::second_bid_id.eq(of.id.max(other).to_string()),
                duplicate::similarity_permille.eq(permille),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// A flagged pair: the earlier bid, the later one, and the share of word triples in common.
pub type Pair = (String, String, i32);

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
    Ok(query
        .order((duplicate::second_bid_id.asc(), duplicate::first_bid_id.asc()))
        .limit(limit)
        .select((duplicate::first_bid_id, duplicate::second_bid_id, duplicate::similarity_permille))
        .load(tx)?)
}
