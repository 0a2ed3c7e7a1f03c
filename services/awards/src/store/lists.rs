//! Lists of awards, with one filter for the page and the totals; and how lists of what belongs to awards are filtered.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AwardId, OrgId, RoundId};
use kit::money::Money;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::awards::get_all;
use crate::award::Award;
use crate::schema::award;

/// Which awards are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub round: Option<RoundId>,
    pub organisation: Option<OrgId>,
    pub states: Vec<String>,
    pub order: Order,
}

/// Which payments or recoveries are asked for.
#[derive(Clone, Debug, Default)]
pub struct MoneyFilter {
    pub award: Option<AwardId>,
    pub round: Option<RoundId>,
    pub states: Vec<String>,
}

/// Which awards a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visible {
    /// All of them, whatever their state.
    All,
    /// Those of these organisations, from the offer on.
    Own(Vec<OrgId>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Order {
    #[default]
    NewestFirst,
    /// By the number of the bid.
    Number,
}

/// Sums of awards, in pounds: those in another currency count as nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    pub awarded: Money,
    pub paid: Money,
    pub returned: Money,
}

type Boxed<'a> = award::BoxedQuery<'a, Backend>;

/// Awards for which one of these organisations asks, leads or is paid. A macro, since it is part of queries over
/// several tables, whose types a function cannot name.
macro_rules! involves {
    ($ids:expr) => {{
        let ids: Vec<kit::ids::OrgId> = $ids;
        let asks = award::applicant_id.eq_any(ids.clone());
        asks.or(award::lead_id.eq_any(ids.clone())).or(award::payee_id.eq_any(ids))
    }};
}

/// The same as the policy's `See`, in SQL, for who does not see everything.
macro_rules! seen_by {
    ($own:expr) => {
        super::lists::involves!($own.clone()).and(award::offer_expires_at.is_not_null())
    };
}

/// The payments or recoveries that are asked for, of awards that the caller may see.
macro_rules! of_awards {
    ($table:ident, $filter:expr, $visible:expr) => {{
        let mut query = $table::table.inner_join(award::table).into_boxed::<kit::db::Backend>();
        if let Visible::Own(own) = $visible {
            query = query.filter(super::lists::seen_by!(own));
        }
        if let Some(award) = $filter.award {
            query = query.filter($table::award_id.eq(award));
        }
        if let Some(round) = $filter.round {
            query = query.filter(award::round_id.eq(round));
        }
        if !$filter.states.is_empty() {
            query = query.filter($table::state.eq_any($filter.states.clone()));
        }
        query
    }};
}
pub(super) use {involves, of_awards, seen_by};

fn filtered(filter: &Filter, visible: &Visible) -> Boxed<'static> {
    let mut query = award::table.into_boxed();
    if let Visible::Own(own) = visible {
        query = query.filter(seen_by!(own));
    }
    if let Some(round) = filter.round {
        query = query.filter(award::round_id.eq(round));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(involves!(vec![organisation]));
    }
    if !filter.states.is_empty() {
        query = query.filter(award::state.eq_any(filter.states.clone()));
    }
    query
}

/// One page. The key is the bid's number with the identity, or the identity alone, as the order asks.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    after: Option<(i64, AwardId)>,
    limit: i64,
) -> Result<Vec<Award>, DbError> {
    let mut query = filtered(filter, visible);
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
    let ids: Vec<AwardId> = query.select(award::id).limit(limit).load(conn)?;
    get_all(conn, &ids)
}

/// What counts as awarded: not what waits for money, nor what ended before anything was paid (rule 33).
const AWARDED: &str = "COALESCE(CAST(SUM(CASE WHEN currency <> 'GBP' \
    OR state IN ('reserved', 'refused', 'lapsed', 'withdrawn') OR (state = 'terminated' AND paid_minor = 0) \
    THEN 0 ELSE amount_minor END) AS BIGINT), 0)";
const PAID: &str = "COALESCE(CAST(SUM(CASE WHEN currency = 'GBP' THEN paid_minor END) AS BIGINT), 0)";
const RETURNED: &str = "COALESCE(CAST(SUM(CASE WHEN currency = 'GBP' THEN returned_minor END) AS BIGINT), 0)";

/// How many awards match on all pages, and their sums.
pub fn totals(conn: &mut Conn, filter: &Filter, visible: &Visible) -> Result<(i64, Sums), DbError> {
    let sums = (count_star(), sql::<BigInt>(AWARDED), sql::<BigInt>(PAID), sql::<BigInt>(RETURNED));
    let (n_awards, awarded, paid, returned) = filtered(filter, visible).select(sums).first(conn)?;
    let [awarded, paid, returned] = [awarded, paid, returned].map(Money::pence);
    Ok((n_awards, Sums { awarded, paid, returned }))
}

/// Whether any award of a round is visible.
pub fn has_visible_in_round(conn: &mut Conn, round: RoundId, visible: &Visible) -> Result<bool, DbError> {
    let filter = Filter { round: Some(round), ..Filter::default() };
    let n_seen: i64 = filtered(&filter, visible).count().get_result(conn)?;
    Ok(n_seen > 0)
}
