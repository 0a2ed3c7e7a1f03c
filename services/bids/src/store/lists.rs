//! Lists of bids: one filter for the page, the totals and the sweep after a close.

use diesel::dsl::{count_star, exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use kit::db::{Backend, DbError, Tx};
use kit::ids::{BidId, OrgId, RoundId};
use kit::stored::parsed;
use kit::time::Timestamp;

use super::bids::get_all;
use crate::bid::Bid;
use crate::schema::{bid, intake, participant};

/// Which bids: what was asked for, within what the caller may see.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub round: Option<RoundId>,
    /// Applicant or participant; whoever only leads is not meant.
    pub involved: Option<OrgId>,
    pub states: Vec<&'static str>,
    pub client_reference: Option<String>,
    pub order: Order,
    /// Organisations whose bids the caller sees as their own.
    pub own: Vec<OrgId>,
    /// Whether the caller sees all that the network has received.
    pub all_received: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    /// By the number of the bid, so that those without one are not among them.
    Number,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    pub n_bids: i64,
    pub requested_minor: i64,
}

type Boxed<'a> = bid::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<bid::table, Backend, SqlType = Bool> + 'a>;

fn involves(organisations: Vec<String>) -> Condition<'static> {
    let takes_part = participant::table
        .filter(participant::bid_id.eq(bid::id))
        .filter(participant::organisation_id.eq_any(organisations.clone()));
    Box::new(bid::applicant_id.eq_any(organisations).or(exists(takes_part)))
}

fn filtered(filter: &Filter) -> Boxed<'static> {
    let own: Vec<String> = filter.own.iter().map(OrgId::to_string).collect();
    let mut query = bid::table.into_boxed();
    query = match filter.all_received {
        // `State::is_received` in SQL.
        true => {
            let received = bid::number.is_not_null().or(bid::held_at.is_not_null());
            query.filter(involves(own).or(received.and(bid::state.ne_all(["draft", "not_submitted"]))))
        }
        false => query.filter(involves(own)),
    };
    if let Some(round) = filter.round {
        query = query.filter(bid::round_id.eq(round.to_string()));
    }
    if let Some(organisation) = filter.involved {
        query = query.filter(involves(vec![organisation.to_string()]));
    }
    if !filter.states.is_empty() {
        query = query.filter(bid::state.eq_any(filter.states.clone()));
    }
    if let Some(reference) = &filter.client_reference {
        query = query.filter(bid::client_reference.assume_not_null().eq(reference.clone()));
    }
    if filter.order == Order::Number {
        query = query.filter(bid::number.is_not_null());
    }
    query
}

/// One page, each bid with the close of its round. The key is the number or the identity, as the order asks.
pub fn page(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<(i64, String)>,
    limit: i64,
) -> Result<Vec<(Bid, Timestamp)>, DbError> {
    let mut query = filtered(filter);
    if let Some((number, id)) = after {
        let in_order = bid::number.gt(number).or(bid::number.eq(number).and(bid::id.gt(id.clone())));
        query = match filter.order {
            Order::Number => query.filter(in_order.assume_not_null()),
            Order::NewestFirst => query.filter(bid::id.lt(id)),
        };
    }
    query = match filter.order {
        Order::Number => query.order((bid::number.asc(), bid::id.asc())),
        Order::NewestFirst => query.order(bid::id.desc()),
    };
    let ids: Vec<String> = query.select(bid::id).limit(limit).load(tx)?;
    get_all(tx, &ids)
}

/// How many bids match on all pages, and the sum in pounds that they ask for.
pub fn totals(tx: &mut Tx, filter: &Filter) -> Result<Totals, DbError> {
    let pence = "COALESCE(CAST(SUM(CASE WHEN currency = 'GBP' THEN requested_minor END) AS BIGINT), 0)";
    let (n_bids, requested_minor) = filtered(filter).select((count_star(), sql::<BigInt>(pence))).first(tx)?;
    Ok(Totals { n_bids, requested_minor })
}

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

/// Bids whose state has fallen behind their gate: drafts behind a close, and unsubmitted ones before a new close.
pub fn sweepable(tx: &mut Tx, limit: i64) -> Result<Vec<(RoundId, BidId)>, DbError> {
    let behind = bid::state.eq("draft").and(intake::closed_at.is_not_null());
    let before = bid::state.eq("not_submitted").and(intake::closed_at.is_null());
    let rows: Vec<(String, String)> = bid::table
        .inner_join(intake::table)
        .filter(behind.or(before))
        .order(bid::id.asc())
        .limit(limit)
        .select((bid::round_id, bid::id))
        .load(tx)?;
    let mut found = Vec::with_capacity(rows.len());
    for (round, id) in rows {
        found.push((parsed(&round)?, parsed(&id)?));
    }
    Ok(found)
}

/// Bids of a round that are held late, in order of receipt.
pub fn held(tx: &mut Tx, round: RoundId) -> Result<Vec<BidId>, DbError> {
    let ids: Vec<String> = bid::table
        .filter(bid::round_id.eq(round.to_string()))
        .filter(bid::state.eq("held_late"))
        .order(bid::held_queue.asc())
        .select(bid::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}
