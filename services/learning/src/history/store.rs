//! The record of the transitions of all that learning keeps: written once and never changed. One table for many kinds
//! of subject; people act in them for themselves.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::history::Line;

use crate::schema::history;

pub fn insert_history(conn: &mut Conn, subject: &str, line: Line) -> Result<(), DbError> {
    diesel::insert_into(history::table)
        .values((
            history::subject.eq(subject),
            history::sequence.eq(line.sequence),
            history::happened_at.eq(line.at),
            history::actor.eq(line.by.subject),
            history::step.eq(line.step),
            history::from_state.eq(line.from),
            history::to_state.eq(line.to),
            history::reason.eq(line.reason),
        ))
        .execute(conn)?;
    Ok(())
}
