//! The record of an award's transitions: written once and never changed.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::AwardId;

use crate::schema::history;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = history)]
pub struct HistoryRow {
    pub award_id: String,
    pub sequence: i64,
    pub happened_at: i64,
    pub actor: String,
    pub actor_organisation: Option<String>,
    pub step: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub reason: String,
}

pub fn insert_history(tx: &mut Tx, row: HistoryRow) -> Result<(), DbError> {
    diesel::insert_into(history::table).values(row).execute(tx)?;
    Ok(())
}

/// History of an award, oldest first, from above a sequence on.
pub fn history(tx: &mut Tx, award: AwardId, above: i64, limit: i64) -> Result<Vec<HistoryRow>, DbError> {
    Ok(history::table
        .filter(history::award_id.eq(award.to_string()))
        .filter(history::sequence.gt(above))
        .order(history::sequence.asc())
        .limit(limit)
        .select(HistoryRow::as_select())
        .load(tx)?)
}
