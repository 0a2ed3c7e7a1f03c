//! The record of all transitions of an assessment and of what belongs to it: written once and never changed. One table
//! for many kinds of subject, so that it can be read in the order of what happened.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::AssessmentId;
use kit::time::Timestamp;

use crate::release::record::HistoryLine;
use crate::schema::history;

pub fn insert_history(conn: &mut Conn, assessment: AssessmentId, line: HistoryLine) -> Result<(), DbError> {
    diesel::insert_into(history::table)
        .values((
            history::what.eq(line.what),
            history::subject.eq(line.subject),
            history::sequence.eq(line.sequence),
            history::assessment_id.eq(assessment),
            history::happened_at.eq(line.at),
            history::actor.eq(line.actor),
            history::step.eq(line.step),
            history::from_state.eq(line.from_state),
            history::to_state.eq(line.to_state),
            history::reason.eq(line.reason),
        ))
        .execute(conn)?;
    Ok(())
}

type Row = (String, String, i64, AssessmentId, Timestamp, String, String, Option<String>, String, String);

/// All of it, oldest first.
pub fn history(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<HistoryLine>, DbError> {
    let rows: Vec<Row> = history::table
        .filter(history::assessment_id.eq(assessment))
        .order((history::happened_at.asc(), history::what.asc(), history::subject.asc(), history::sequence.asc()))
        .load(conn)?;
    let line = |(what, subject, sequence, _, at, actor, step, from_state, to_state, reason)| HistoryLine {
        what,
        subject,
        sequence,
        at,
        actor,
        step,
        from_state,
        to_state,
        reason,
    };
    Ok(rows.into_iter().map(line).collect())
}
