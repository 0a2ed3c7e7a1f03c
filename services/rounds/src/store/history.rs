//! The record of a round's transitions: written once and never changed.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{DbError, Tx};
use kit::ids::RoundId;
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use crate::round::{Entry, Timetable};
use crate::schema::history;
use crate::state::StateName;

/// One transition as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// Counts from 1 within the round.
    pub sequence: i64,
    pub at: Timestamp,
    pub actor: String,
    pub actor_organisation: Option<String>,
    pub step: String,
    pub from: Option<StateName>,
    pub to: StateName,
    pub reason: String,
    pub moved: Option<(Timetable, Timetable)>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = history)]
struct Row {
    round_id: String,
    sequence: i64,
    happened_at: i64,
    actor: String,
    actor_organisation: Option<String>,
    step: String,
    from_state: Option<String>,
    to_state: String,
    reason: String,
    timetable_before: Option<String>,
    timetable_after: Option<String>,
}

impl TryFrom<Row> for HistoryRow {
    type Error = DbError;

    fn try_from(row: Row) -> Result<HistoryRow, DbError> {
        let moved = match (row.timetable_before, row.timetable_after) {
            (Some(before), Some(after)) => Some((from_json(&before)?, from_json(&after)?)),
            (None, None) => None,
            (_, _) => {
                return Err(inconsistent(format!("history of {}: half a move", row.round_id)));
            }
        };
        Ok(HistoryRow {
            sequence: row.sequence,
            at: Timestamp::from_micros(row.happened_at),
            actor: row.actor,
            actor_organisation: row.actor_organisation,
            step: row.step,
            from: row.from_state.as_deref().map(parsed).transpose()?,
            to: parsed(&row.to_state)?,
            reason: row.reason,
            moved,
        })
    }
}

/// Writes the next line of a round's history.
pub fn insert_history(tx: &mut Tx, round: RoundId, by: Actor, at: Timestamp, entry: &Entry) -> Result<(), DbError> {
    let of_round = history::table.filter(history::round_id.eq(round.to_string()));
    let last: Option<i64> = of_round.select(diesel::dsl::max(history::sequence)).first(tx)?;
    let row = Row {
        round_id: round.to_string(),
        sequence: last.unwrap_or(0) + 1,
        happened_at: at.micros(),
        actor: by.subject,
        actor_organisation: by.organisation.map(|id| id.to_string()),
        step: entry.step.to_string(),
        from_state: entry.from.map(|state| state.as_str().to_string()),
        to_state: entry.to.as_str().to_string(),
        reason: entry.reason.clone(),
        timetable_before: entry.moved.as_ref().map(|(before, _)| json(before)),
        timetable_after: entry.moved.as_ref().map(|(_, after)| json(after)),
    };
    diesel::insert_into(history::table).values(row).execute(tx)?;
    Ok(())
}

/// History of a round, oldest first, from above a sequence on.
pub fn history(tx: &mut Tx, round: RoundId, above: i64, limit: i64) -> Result<Vec<HistoryRow>, DbError> {
    let rows: Vec<Row> = history::table
        .filter(history::round_id.eq(round.to_string()))
        .filter(history::sequence.gt(above))
        .order(history::sequence.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(HistoryRow::try_from).collect()
}
