//! Lists of awards: one filter for the page and the totals.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{OrgId, RoundId};

use super::awards::get_all;
use crate::award::Award;
use crate::schema::award;

/// Which awards: what was asked for, within what the caller may see.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub round: Option<RoundId>,
    pub organisation: Option<OrgId>,
    pub states: Vec<&'static str>,
    pub order: Order,
    pub visible: Visible,
}

/// Which awards a caller may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// All of them, whatever their state.
    pub all: bool,
    /// Organisations whose awards the caller sees from the offer on.
    pub own: Vec<OrgId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    /// By the number of the bid.
    Number,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    pub n_awards: i64,
    pub awarded_minor: i64,
    pub paid_minor: i64,
    pub returned_minor: i64,
}

type Boxed<'a> = award::BoxedQuery<'a, Backend>;

/// Awards for which one of these organisations asks, leads or is paid. A macro, for it stands in queries of several
/// tables, whose types a function cannot name.
macro_rules! involves {
    ($ids:expr) => {{
        let ids: Vec<String> = $ids;
        let asks = award::applicant_id.eq_any(ids.clone());
        asks.or(award::lead_id.eq_any(ids.clone())).or(award::payee_id.eq_any(ids))
    }};
}

/// The same as the policy's `See`, in SQL, for who does not see everything.
macro_rules! seen_by {
    ($own:expr) => {
        super::lists::involves!($own).and(award::offer_expires_at.is_not_null())
    };
}
pub(super) use {involves, seen_by};

impl Visible {
    /// Whose awards are seen; none where everything is.
    pub fn own_ids(&self) -> Option<Vec<String>> {
        match self.all {
            true => None,
            false => Some(self.own.iter().map(OrgId::to_string).collect()),
        }
    }
}

fn filtered(filter: &Filter) -> Boxed<'static> {
    let mut query = award::table.into_boxed();
    if let Some(own) = filter.visible.own_ids() {
        query = query.filter(seen_by!(own));
    }
    if let Some(round) = filter.round {
        query = query.filter(award::round_id.eq(round.to_string()));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(involves!(vec![organisation.to_string()]));
    }
    if !filter.states.is_empty() {
        query = query.filter(award::state.eq_any(filter.states.clone()));
    }
    query
}

/// One page. The key is the bid's number with the identity, or the identity alone, as the order asks.
pub fn page(tx: &mut Tx, filter: &Filter, after: Option<(i64, String)>, limit: i64) -> Result<Vec<Award>, DbError> {
    let mut query = filtered(filter);
    if let Some((number, id)) = after {
        query = match filter.order {
            Order::Number => query.filter(award::number.gt(number).or(award::number.eq(number).and(award::id.gt(id)))),
            Order::NewestFirst => query.filter(award::id.lt(id)),
        };
    }
    query = match filter.order {
        Order::Number => query.order((award::number.asc(), award::id.asc())),
        Order::NewestFirst => query.order(award::id.desc()),
    };
    let ids: Vec<String> = query.select(award::id).limit(limit).load(tx)?;
    get_all(tx, &ids)
}

/// What counts as awarded: not what waits for money, nor what ended before anything was paid (rule 33).
const AWARDED: &str = "COALESCE(CAST(SUM(CASE WHEN currency <> 'GBP' \
    OR state IN ('reserved', 'refused', 'lapsed', 'withdrawn') OR (state = 'terminated' AND paid_minor = 0) \
    THEN 0 ELSE amount_minor END) AS BIGINT), 0)";
const PAID: &str = "COALESCE(CAST(SUM(CASE WHEN currency = 'GBP' THEN paid_minor END) AS BIGINT), 0)";
const RETURNED: &str = "COALESCE(CAST(SUM(CASE WHEN currency = 'GBP' THEN returned_minor END) AS BIGINT), 0)";

/// How many awards match on all pages, and their sums in pounds.
pub fn totals(tx: &mut Tx, filter: &Filter) -> Result<Totals, DbError> {
    let sums = (count_star(), sql::<BigInt>(AWARDED), sql::<BigInt>(PAID), sql::<BigInt>(RETURNED));
    let (n_awards, awarded_minor, paid_minor, returned_minor) = filtered(filter).select(sums).first(tx)?;
    Ok(Totals { n_awards, awarded_minor, paid_minor, returned_minor })
}

/// Whether any award of a round is visible.
pub fn has_own_in_round(tx: &mut Tx, round: RoundId, visible: &Visible) -> Result<bool, DbError> {
    let filter = Filter { round: Some(round), visible: visible.clone(), ..Filter::default() };
    let n_seen: i64 = filtered(&filter).count().get_result(tx)?;
    Ok(n_seen > 0)
}
