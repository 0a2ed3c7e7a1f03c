//! What happened, line by line. Never updated.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::AssessmentId;

use crate::schema::history;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = history)]
pub struct Line {
    pub what: String,
    pub subject: String,
    pub sequence: i64,
    pub assessment_id: String,
    pub happened_at: i64,
    pub actor: String,
    pub step: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub reason: String,
}

pub fn insert_line(tx: &mut Tx, line: Line) -> Result<(), DbError> {
    diesel::insert_into(history::table).values(line).execute(tx)?;
    Ok(())
}

/// All lines of an assessment, oldest first.
pub fn history(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Line>, DbError> {
    Ok(history::table
        .filter(history::assessment_id.eq(assessment.to_string()))
        .order((history::happened_at.asc(), history::what.asc(), history::subject.asc(), history::sequence.asc()))
        .select(Line::as_select())
        .load(tx)?)
}
