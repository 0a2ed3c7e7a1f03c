//! The assessment's own row, and what is due by the clock.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::ids::{AssessmentId, PersonId, RoundId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::assessment::Assessment;
use crate::error::Error;
use crate::schema::{assessment, member};
use crate::state::{Decided, Settled, State};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assessment, treat_none_as_null = true)]
struct Row {
    id: AssessmentId,
    round_id: RoundId,
    version: i64,
    state: String,
    call: String,
    boards: String,
    settings: String,
    reviews_due: Timestamp,
    letters_at: Timestamp,
    announces_at: Timestamp,
    opened_at: Timestamp,
    moderation_at: Option<Timestamp>,
    determination_at: Option<Timestamp>,
    decided_at: Option<Timestamp>,
    informed_at: Option<Timestamp>,
    announced_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    reason: String,
}

impl From<&Assessment> for Row {
    fn from(assessment: &Assessment) -> Row {
        let state = assessment.state;
        let cancelled_at = match state {
            State::Cancelled { cancelled_at, .. } => Some(cancelled_at),
            State::Reviewing
            | State::Moderation { .. }
            | State::Determination(_)
            | State::Decided(_)
            | State::BiddersInformed { .. }
            | State::Announced { .. } => None,
        };
        Row {
            id: assessment.id,
            round_id: assessment.call.round,
            version: assessment.version,
            state: assessment.stage().name().to_string(),
            call: json(&assessment.call),
            boards: json(&assessment.boards),
            settings: json(&assessment.settings),
            reviews_due: assessment.settings.reviews_due,
            letters_at: assessment.letters_at(),
            announces_at: assessment.call.announces.instant,
            opened_at: assessment.opened_at,
            moderation_at: state.moderation_at(),
            determination_at: state.determination_at(),
            decided_at: state.decided_at(),
            informed_at: state.informed_at(),
            announced_at: state.announced_at(),
            cancelled_at,
            reason: assessment.reason.clone(),
        }
    }
}

impl TryFrom<Row> for Assessment {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Assessment, DbError> {
        Ok(Assessment {
            id: row.id,
            version: row.version,
            state: state_of(&row)?,
            call: from_json(&row.call)?,
            boards: from_json(&row.boards)?,
            settings: from_json(&row.settings)?,
            opened_at: row.opened_at,
            reason: row.reason,
        })
    }
}

fn state_of(row: &Row) -> Result<State, DbError> {
    let settled = row.moderation_at.zip(row.determination_at);
    let settled = settled.map(|(moderation_at, determination_at)| Settled { moderation_at, determination_at });
    let decided = settled.zip(row.decided_at).map(|(settled, decided_at)| Decided { settled, decided_at });
    match (row.state.as_str(), row.moderation_at, settled, decided, row.informed_at) {
        ("reviewing", None, None, None, None) => Ok(State::Reviewing),
        ("moderation", Some(moderation_at), None, None, None) => Ok(State::Moderation { moderation_at }),
        ("determination", Some(_), Some(settled), None, None) => Ok(State::Determination(settled)),
        ("decided", Some(_), Some(_), Some(decided), None) => Ok(State::Decided(decided)),
        ("bidders_informed", Some(_), Some(_), Some(decided), Some(informed_at)) => {
            Ok(State::BiddersInformed { decided, informed_at })
        }
        ("announced", Some(_), Some(_), Some(decided), Some(informed_at)) => match row.announced_at {
            Some(announced_at) => Ok(State::Announced { decided, informed_at, announced_at }),
            None => Err(misfit(row)),
        },
        ("cancelled", moderation_at, _, None, None) => match row.cancelled_at {
            Some(cancelled_at) => {
                Ok(State::Cancelled { moderation_at, determination_at: row.determination_at, cancelled_at })
            }
            None => Err(misfit(row)),
        },
        (_, _, _, _, _) => Err(misfit(row)),
    }
}

fn misfit(row: &Row) -> DbError {
    inconsistent(format!("assessment {}: {} does not fit its instants", row.id, row.state))
}

/// The assessment as it now is.
pub fn get(conn: &mut Conn, id: AssessmentId) -> Result<Assessment, Error> {
    let row: Row = found::<_, Error>(assessment::table.find(id).select(Row::as_select()).first(conn), "assessment")?;
    Ok(row.try_into()?)
}

/// That of a round; a round has one.
pub fn of_round(conn: &mut Conn, round: RoundId) -> Result<Option<Assessment>, DbError> {
    let of_round = assessment::table.filter(assessment::round_id.eq(round));
    let row: Option<Row> = of_round.select(Row::as_select()).first(conn).optional()?;
    row.map(Assessment::try_from).transpose()
}

pub fn insert(conn: &mut Conn, new: &Assessment) -> Result<(), Error> {
    diesel::insert_into(assessment::table).values(Row::from(new)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Assessment, new: &Assessment) -> Result<(), Error> {
    let of_old_version = assessment::table.find(new.id).filter(assessment::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

/// Which assessments a caller sees.
#[derive(Clone, Copy, Debug)]
pub enum Visible {
    All,
    /// Those on whose panel somebody sits; none for systems and roles.
    OfPanelsWith(Option<PersonId>),
}

/// One page, newest first, from before an identity on.
pub fn page(
    conn: &mut Conn,
    round: Option<RoundId>,
    visible: Visible,
    before: Option<AssessmentId>,
    limit: i64,
) -> Result<Vec<Assessment>, DbError> {
    let mut query = assessment::table.into_boxed::<Backend>();
    if let Some(round) = round {
        query = query.filter(assessment::round_id.eq(round));
    }
    query = match visible {
        Visible::All => query,
        Visible::OfPanelsWith(person) => {
            let own = member::table.filter(member::person_id.eq_any(person)).filter(member::left_at.is_null());
            query.filter(assessment::id.eq_any(own.select(member::assessment_id)))
        }
    };
    if let Some(before) = before {
        query = query.filter(assessment::id.lt(before));
    }
    let rows: Vec<Row> = query.order(assessment::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Assessment::try_from).collect()
}

/// Assessments whose letters or announcement have fallen due.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<AssessmentId>, DbError> {
    let to_inform = assessment::state.eq("decided").and(assessment::letters_at.le(now));
    let to_announce = assessment::state.eq("bidders_informed").and(assessment::announces_at.le(now));
    Ok(assessment::table
        .filter(to_inform.or(to_announce))
        .order(assessment::id.asc())
        .limit(limit)
        .select(assessment::id)
        .load(conn)?)
}
