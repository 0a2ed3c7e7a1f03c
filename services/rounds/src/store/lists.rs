//! Lists of rounds: one filter for the page and the total.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::RoundId;

use super::rounds::Row;
use crate::round::Round;
use crate::schema::round;

/// Which rounds are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Empty means all.
    pub states: Vec<String>,
    pub programme: Option<String>,
    pub reference: Option<String>,
}

/// Which rounds a caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    All,
    /// Those that were scheduled at some time.
    Published,
}

type Boxed<'a> = round::BoxedQuery<'a, Backend>;

fn filtered(filter: &Filter, visible: Visible) -> Boxed<'_> {
    let mut query = round::table.into_boxed();
    if !filter.states.is_empty() {
        query = query.filter(round::state.eq_any(filter.states.clone()));
    }
    if let Some(programme) = &filter.programme {
        query = query.filter(round::programme.eq(programme));
    }
    if let Some(reference) = &filter.reference {
        query = query.filter(round::reference.eq(reference));
    }
    match visible {
        Visible::All => query,
        Visible::Published => query.filter(round::scheduled_at.is_not_null()),
    }
}

/// Rounds newest first, from after an identity on.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: Visible,
    after: Option<RoundId>,
    limit: i64,
) -> Result<Vec<Round>, DbError> {
    let mut query = filtered(filter, visible);
    if let Some(after) = after {
        query = query.filter(round::id.lt(after));
    }
    let rows: Vec<Row> = query.order(round::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Round::try_from).collect()
}

/// How many rounds match, on all pages.
pub fn n_rounds(conn: &mut Conn, filter: &Filter, visible: Visible) -> Result<i64, DbError> {
    Ok(filtered(filter, visible).count().get_result(conn)?)
}
