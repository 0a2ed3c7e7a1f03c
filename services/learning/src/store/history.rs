//! The record of the transitions of all that learning keeps: written once and never changed. One table for many kinds
//! of subject; people act in them for themselves.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::history::Line;

use crate::schema::history;

#[derive(Insertable)]
#[diesel(table_name = history)]
struct Row {
    subject: String,
    sequence: i64,
    happened_at: i64,
    actor: String,
    step: String,
    from_state: Option<String>,
    to_state: String,
    reason: String,
}

pub fn insert_history(tx: &mut Tx, of: &str, line: Line) -> Result<(), DbError> {
    let row = Row {
        subject: of.to_string(),
        sequence: line.sequence,
        happened_at: line.at.micros(),
        actor: line.by.subject,
        step: line.step,
        from_state: line.from,
        to_state: line.to,
        reason: line.reason,
    };
    diesel::insert_into(history::table).values(row).execute(tx)?;
    Ok(())
}
