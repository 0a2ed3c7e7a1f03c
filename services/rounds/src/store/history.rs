//! The record of a round's transitions: written once and never changed. It has two columns more than other histories,
//! the dates that a step moved, so `kit::history!` does not fit.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Conn, DbError};
use kit::history::Line;
use kit::ids::{OrgId, RoundId};
use kit::stored::{from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::round::Entry;
use crate::schema::history;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = history)]
struct Row {
    round_id: RoundId,
    sequence: i64,
    happened_at: Timestamp,
    actor: String,
    actor_organisation: Option<OrgId>,
    step: String,
    from_state: Option<String>,
    to_state: String,
    reason: String,
    timetable_before: Option<String>,
    timetable_after: Option<String>,
}

impl TryFrom<Row> for Entry {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Entry, DbError> {
        let moved = match (row.timetable_before, row.timetable_after) {
            (Some(before), Some(after)) => Some((from_json(&before)?, from_json(&after)?)),
            (None, None) => None,
            (_, _) => return Err(inconsistent(format!("history of {}: half a move", row.round_id))),
        };
        let line = Line {
            sequence: row.sequence,
            at: row.happened_at,
            by: Actor { subject: row.actor, organisation: row.actor_organisation },
            step: row.step,
            from: row.from_state,
            to: row.to_state,
            reason: row.reason,
        };
        Ok(Entry { line, moved })
    }
}

pub fn insert_history(conn: &mut Conn, round: RoundId, entry: Entry) -> Result<(), DbError> {
    let Entry { line, moved } = entry;
    let row = Row {
        round_id: round,
        sequence: line.sequence,
        happened_at: line.at,
        actor: line.by.subject,
        actor_organisation: line.by.organisation,
        step: line.step,
        from_state: line.from,
        to_state: line.to,
        reason: line.reason,
        timetable_before: moved.as_ref().map(|(before, _)| json(before)),
        timetable_after: moved.as_ref().map(|(_, after)| json(after)),
    };
    diesel::insert_into(history::table).values(row).execute(conn)?;
    Ok(())
}

/// Oldest first, from above a sequence on.
pub fn history(conn: &mut Conn, round: RoundId, above: i64, limit: i64) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<Row> = history::table
        .filter(history::round_id.eq(round))
        .filter(history::sequence.gt(above))
        .order(history::sequence.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Entry::try_from).collect()
}
