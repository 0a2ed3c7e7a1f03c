//! Lists of reports: one filter for the page and the totals.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AwardId, OrgId, ReportId, RoundId};
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::reports::get_all;
use crate::report::Report;
use crate::schema::{award, report};

/// Which reports are asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    pub round: Option<RoundId>,
    pub award: Option<AwardId>,
    pub organisation: Option<OrgId>,
    pub kind: Option<String>,
    pub states: Vec<String>,
    pub overdue: bool,
    pub order: Order,
}

/// Which reports a caller sees.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    /// What is accepted and released to the learning (rule 30).
    Released,
    /// What these organisations wrote or hold.
    Own(Vec<OrgId>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Order {
    /// By due instant, earliest first; among equals by identity.
    Due,
    NewestFirst,
}

/// Place of a report in either order: its due instant and its identity.
pub type Key = (Timestamp, ReportId);

type Boxed<'a> = report::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<report::table, Backend, SqlType = Bool> + 'a>;

/// What one of these organisations wrote or holds.
fn involves(organisations: Vec<OrgId>) -> Condition<'static> {
    let held = award::table.filter(award::holder_id.eq_any(organisations.clone())).select(award::id);
    Box::new(report::organisation_id.eq_any(organisations).or(report::award_id.eq_any(held)))
}

/// `Report::is_overdue` in SQL.
fn is_overdue(now: Timestamp) -> Condition<'static> {
    let begun = report::state.eq_any(["in_draft", "awaiting_sign_off"]).and(report::handed_in_at.is_null());
    let awaited = report::state.eq_any(["scheduled", "open"]).or(begun);
    Box::new(awaited.and(report::due_at.le(now)))
}

fn filtered(filter: &Filter, visible: &Visible, now: Timestamp) -> Boxed<'static> {
    let mut query = report::table.into_boxed();
    query = match visible {
        Visible::All => query,
        Visible::Released => query.filter(report::state.eq("accepted").and(report::to_learning.eq(true))),
        Visible::Own(organisations) => query.filter(involves(organisations.clone())),
    };
    if let Some(round) = filter.round {
        query = query.filter(report::round_id.eq(round));
    }
    if let Some(award) = filter.award {
        query = query.filter(report::award_id.eq(award));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(involves(vec![organisation]));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(report::kind.eq(kind.clone()));
    }
    if !filter.states.is_empty() {
        query = query.filter(report::state.eq_any(filter.states.clone()));
    }
    if filter.overdue {
        query = query.filter(is_overdue(now));
    }
    query
}

/// One page. What is overdue is decided by `now`.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    now: Timestamp,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Report>, DbError> {
    let mut query = filtered(filter, visible, now);
    if let Some((due_at, id)) = after {
        query = match filter.order {
            Order::Due => query.filter(report::due_at.gt(due_at).or(report::due_at.eq(due_at).and(report::id.gt(id)))),
            Order::NewestFirst => query.filter(report::id.lt(id)),
        };
    }
    query = match filter.order {
        Order::Due => query.order((report::due_at.asc(), report::id.asc())),
        Order::NewestFirst => query.order(report::id.desc()),
    };
    let ids: Vec<ReportId> = query.select(report::id).limit(limit).load(conn)?;
    get_all(conn, &ids)
}

/// On all pages.
pub fn n_reports(conn: &mut Conn, filter: &Filter, visible: &Visible, now: Timestamp) -> Result<i64, DbError> {
    Ok(filtered(filter, visible, now).select(count_star()).first(conn)?)
}

/// How many of these are overdue.
pub fn n_overdue(conn: &mut Conn, filter: &Filter, visible: &Visible, now: Timestamp) -> Result<i64, DbError> {
    Ok(filtered(filter, visible, now).filter(is_overdue(now)).select(count_star()).first(conn)?)
}
