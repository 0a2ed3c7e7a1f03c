//! The round's own row.

use diesel::prelude::*;
use kit::db::{Conn, DbError, is_unique_violation};
use kit::ids::{FrameworkId, RoundId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::error::Error;
use crate::round::Round;
use crate::schema::round;
use crate::state::State;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = round, treat_none_as_null = true)]
pub struct Row {
    id: RoundId,
    reference: String,
    programme: Option<String>,
    version: i64,
    state: String,
    rules: String,
    timetable: String,
    framework_id: Option<FrameworkId>,
    framework_version: Option<i32>,
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    originally_closes: Option<String>,
    reason: String,
    scheduled_at: Option<Timestamp>,
    opened_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Round> for Row {
    fn from(round: &Round) -> Row {
        let (rules, state) = (&round.rules, round.state);
        let framework = rules.framework.filter(|_| state.scheduled_at().is_some());
        Row {
            id: round.id,
            reference: rules.reference.clone(),
            programme: rules.programme.as_ref().map(|programme| programme.code.clone()),
            version: round.version,
            state: state.name().to_string(),
            rules: json(rules),
            timetable: json(&round.timetable),
            framework_id: framework.map(|used| used.id),
            framework_version: framework.map(|used| used.version),
            opens_at: round.opens_at(),
            closes_at: round.closes_at(),
            originally_closes: round.originally_closes.as_ref().map(json),
            reason: round.reason.clone(),
            scheduled_at: state.scheduled_at(),
            opened_at: state.opened_at(),
            closed_at: state.closed_at(),
            cancelled_at: state.cancelled_at(),
            created_at: round.created_at,
            updated_at: round.updated_at,
        }
    }
}

impl TryFrom<Row> for Round {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Round, DbError> {
        Ok(Round {
            id: row.id,
            version: row.version,
            state: state_of(&row)?,
            rules: from_json(&row.rules)?,
            timetable: from_json(&row.timetable)?,
            originally_closes: row.originally_closes.as_deref().map(from_json).transpose()?,
            reason: row.reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn state_of(row: &Row) -> Result<State, DbError> {
    match (row.state.as_str(), row.scheduled_at, row.opened_at, row.closed_at, row.cancelled_at) {
        ("draft", None, None, None, None) => Ok(State::Draft),
        ("scheduled", Some(scheduled_at), None, None, None) => Ok(State::Scheduled { scheduled_at }),
        ("open", Some(scheduled_at), Some(opened_at), None, None) => Ok(State::Open { scheduled_at, opened_at }),
        ("closed", Some(scheduled_at), Some(opened_at), Some(closed_at), None) => {
            Ok(State::Closed { scheduled_at, opened_at, closed_at })
        }
        ("cancelled", scheduled_at, opened_at, None, Some(cancelled_at)) => {
            Ok(State::Cancelled { scheduled_at, opened_at, cancelled_at })
        }
        (state, ..) => Err(inconsistent(format!("round {}: {state} does not fit its instants", row.id))),
    }
}

/// The round as it now is.
pub fn get(conn: &mut Conn, id: RoundId) -> Result<Round, Error> {
    let row = round::table.find(id).select(Row::as_select()).first(conn);
    Ok(found::<Row, Error>(row, "round")?.try_into()?)
}

pub fn insert(conn: &mut Conn, new: &Round) -> Result<(), Error> {
    let written = diesel::insert_into(round::table).values(Row::from(new)).execute(conn);
    written.map_err(|error| reference_taken(error, new))?;
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Round, new: &Round) -> Result<(), Error> {
    let of_old_version = round::table.find(new.id).filter(round::version.eq(old.version));
    let written = diesel::update(of_old_version).set(Row::from(new)).execute(conn);
    let n_changed = written.map_err(|error| reference_taken(error, new))?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

/// The reference is the one unique thing that a caller chooses. There is nothing else to tell of the round that has it,
/// so it is not looked for beforehand.
fn reference_taken(error: diesel::result::Error, round: &Round) -> Error {
    if is_unique_violation(&error) {
        Error::ReferenceTaken { reference: round.rules.reference.clone() }
    } else {
        error.into()
    }
}

#[cfg(test)]
mod tests;
