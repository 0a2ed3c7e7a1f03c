//! Lists of bids, with one filter for the page and the totals; and which bids the rules and a new close look for.

use diesel::dsl::{count_star, exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use kit::db::{Backend, Conn, DbError};
use kit::ids::{BidId, OrgId, RoundId};
use kit::money::Money;
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::bids::get_all;
use crate::bid::Bid;
use crate::schema::{bid, intake, participation};

/// Which bids are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub round: Option<RoundId>,
    /// Applicant, or asked to take part.
    pub organisation: Option<OrgId>,
    pub states: Vec<String>,
    pub client_reference: Option<String>,
    pub order: Order,
}

/// Which bids a caller sees.
#[derive(Clone, Debug)]
pub enum Visible {
    /// Those of these organisations.
    Own(Vec<OrgId>),
    /// The same, and all that the network has received. What others ask for is sealed while their rounds are open at
    /// this instant.
    OwnAndReceived(Vec<OrgId>, Timestamp),
    /// All that the network has received.
    Received,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Order {
    #[default]
    NewestFirst,
    /// By the number of the bid, so that those without one are not among them.
    Number,
}

type Boxed<'a> = bid::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<bid::table, Backend, SqlType = Bool> + 'a>;

/// `Bid::organisations` in SQL.
fn involves(organisations: Vec<OrgId>) -> Condition<'static> {
    let takes_part = participation::table
        .filter(participation::bid_id.eq(bid::id))
        .filter(participation::organisation_id.eq_any(organisations.clone()))
        .filter(participation::state.eq_any(["asked", "confirmed"]));
    Box::new(bid::applicant_id.eq_any(organisations).or(exists(takes_part)))
}

/// `State::is_received` in SQL.
fn is_received() -> Condition<'static> {
    let received = bid::number.is_not_null().or(bid::held_at.is_not_null());
    Box::new(received.and(bid::state.ne_all(["draft", "not_submitted"])))
}

/// Whose content the caller reads, of the bids that they see.
fn is_read(visible: &Visible) -> Condition<'static> {
    match visible {
        Visible::Own(own) => involves(own.clone()),
        Visible::OwnAndReceived(own, now) => {
            let closed = intake::table.filter(intake::closes_at.le(*now)).select(intake::round_id);
            Box::new(involves(own.clone()).or(bid::round_id.eq_any(closed)))
        }
        Visible::Received => is_received(),
    }
}

fn filtered(filter: &Filter, visible: &Visible) -> Boxed<'static> {
    let mut query = bid::table.into_boxed();
    query = match visible {
        Visible::Own(own) => query.filter(involves(own.clone())),
        Visible::OwnAndReceived(own, _) => query.filter(involves(own.clone()).or(is_received())),
        Visible::Received => query.filter(is_received()),
    };
    if let Some(round) = filter.round {
        query = query.filter(bid::round_id.eq(round));
    }
    if let Some(organisation) = filter.organisation {
        // Who else takes part in a sealed bid is not told by finding it.
        let takes_part = involves(vec![organisation]).and(is_read(visible));
        query = query.filter(bid::applicant_id.eq(organisation).or(takes_part));
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
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    after: Option<(i64, BidId)>,
    limit: i64,
) -> Result<Vec<(Bid, Timestamp)>, DbError> {
    let mut query = filtered(filter, visible);
    if let Some((number, id)) = after {
        let in_order = bid::number.gt(number).or(bid::number.eq(number).and(bid::id.gt(id)));
        query = match filter.order {
            Order::Number => query.filter(in_order.assume_not_null()),
            Order::NewestFirst => query.filter(bid::id.lt(id)),
        };
    }
    query = match filter.order {
        Order::Number => query.order((bid::number.asc(), bid::id.asc())),
        Order::NewestFirst => query.order(bid::id.desc()),
    };
    let ids: Vec<BidId> = query.select(bid::id).limit(limit).load(conn)?;
    get_all(conn, &ids)
}

/// How many bids match on all pages, and the sum in pounds that those of them ask for which the caller reads.
pub fn totals(conn: &mut Conn, filter: &Filter, visible: &Visible) -> Result<(i64, Money), DbError> {
    let pence = "COALESCE(CAST(SUM(CASE WHEN currency = 'GBP' THEN requested_minor END) AS BIGINT), 0)";
    let n_bids = filtered(filter, visible).select(count_star()).first(conn)?;
    let read = filtered(filter, visible).filter(is_read(visible));
    let requested: i64 = read.select(sql::<BigInt>(pence)).first(conn)?;
    Ok((n_bids, Money::pence(requested)))
}

/// How many bids besides this one its lead organisation has with the network, for the same instrument and round. It
/// leads its own, and those that it confirmed.
pub fn n_led_besides(conn: &mut Conn, bid: &Bid) -> Result<i64, DbError> {
    let confirmed = participation::table
        .filter(participation::bid_id.eq(bid::id))
        .filter(participation::part.eq("lead"))
        .filter(participation::state.eq("confirmed"));
    Ok(bid::table
        .filter(bid::round_id.eq(bid.round))
        .filter(bid::lead_id.eq(bid.lead()))
        .filter(bid::applicant_id.eq(bid::lead_id).or(exists(confirmed)))
        .filter(bid::instrument.eq(&bid.paper.content.instrument))
        .filter(bid::state.eq_any(["submitted", "eligible", "held_late"]))
        .filter(bid::id.ne(bid.id))
        .count()
        .get_result(conn)?)
}

/// Bids whose state has fallen behind the intake of their round: drafts behind a close, and unsubmitted ones before a
/// new close.
pub fn sweepable(conn: &mut Conn, limit: i64) -> Result<Vec<(RoundId, BidId)>, DbError> {
    let behind = bid::state.eq("draft").and(intake::closed_at.is_not_null());
    let before = bid::state.eq("not_submitted").and(intake::closed_at.is_null());
    Ok(bid::table
        .inner_join(intake::table)
        .filter(behind.or(before))
        .order(bid::id.asc())
        .limit(limit)
        .select((bid::round_id, bid::id))
        .load(conn)?)
}

/// Bids of a round that are held late, in order of receipt.
pub fn held(conn: &mut Conn, round: RoundId) -> Result<Vec<BidId>, DbError> {
    Ok(bid::table
        .filter(bid::round_id.eq(round))
        .filter(bid::state.eq("held_late"))
        .order(bid::held_queue.asc())
        .select(bid::id)
        .load(conn)?)
}
