//! The record of all transitions of an assessment and of what belongs to it: written once and never changed. One table
//! for many kinds of subject, so that it can be read in the order of what happened.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::AssessmentId;
use kit::time::Timestamp;

use crate::record::HistoryLine;
use crate::schema::history;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = history)]
struct Row {
    what: String,
    subject: String,
    sequence: i64,
    assessment_id: String,
    happened_at: i64,
    actor: String,
    step: String,
    from_state: Option<String>,
    to_state: String,
    reason: String,
}

impl From<Row> for HistoryLine {
    fn from(row: Row) -> HistoryLine {
        HistoryLine {
            what: row.what,
            subject: row.subject,
            sequence: row.sequence,
            at: Timestamp::from_micros(row.happened_at),
            actor: row.actor,
            step: row.step,
            from_state: row.from_state,
            to_state: row.to_state,
            reason: row.reason,
        }
    }
}

pub fn insert_history(tx: &mut Tx, of: AssessmentId, line: HistoryLine) -> Result<(), DbError> {
    let row = Row {
        what: line.what,
        subject: line.subject,
        sequence: line.sequence,
        assessment_id: of.to_string(),
        happened_at: line.at.micros(),
        actor: line.actor,
        step: line.step,
        from_state: line.from_state,
        to_state: line.to_state,
        reason: line.reason,
    };
    diesel::insert_into(history::table).values(row).execute(tx)?;
    Ok(())
}

/// All of it, oldest first.
pub fn history(tx: &mut Tx, of: AssessmentId) -> Result<Vec<HistoryLine>, DbError> {
    let rows: Vec<Row> = history::table
        .filter(history::assessment_id.eq(of.to_string()))
        .order((history::happened_at.asc(), history::what.asc(), history::subject.asc(), history::sequence.asc()))
        .select(Row::as_select())
        .load(tx)?;
    Ok(rows.into_iter().map(HistoryLine::from).collect())
}
