//! The assessment's own row, and what the clock brings about.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx, taken_meanwhile};
use kit::ids::{AssessmentId, PersonId, RoundId};
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use crate::assessment::Assessment;
use crate::error::{Error, Newer};
use crate::schema::{assessment, member};
use crate::state::{Decided, Settled, State};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assessment, treat_none_as_null = true)]
struct Row {
    id: String,
    round_id: String,
    version: i64,
    state: String,
    call: String,
    boards: String,
    settings: String,
    reviews_due: i64,
    letters_at: i64,
    announces_at: i64,
    opened_at: i64,
    moderation_at: Option<i64>,
    determination_at: Option<i64>,
    decided_at: Option<i64>,
    informed_at: Option<i64>,
    announced_at: Option<i64>,
    cancelled_at: Option<i64>,
    reason: String,
}

impl From<&Assessment> for Row {
    fn from(assessment: &Assessment) -> Row {
        let state = assessment.state;
        let (announced_at, cancelled_at) = match state {
            State::Announced { announced_at, .. } => (Some(announced_at), None),
            State::Cancelled { cancelled_at, .. } => (None, Some(cancelled_at)),
            State::Reviewing
            | State::Moderation { .. }
            | State::Determination(_)
            | State::Decided(_)
            | State::BiddersInformed { .. } => (None, None),
        };
        Row {
            id: assessment.id.to_string(),
            round_id: assessment.call.round.to_string(),
            version: assessment.version,
            state: assessment.stage().name().to_string(),
            call: json(&assessment.call),
            boards: json(&assessment.boards),
            settings: json(&assessment.settings),
            reviews_due: assessment.settings.reviews_due.micros(),
            letters_at: assessment.letters_at().micros(),
            announces_at: assessment.call.announces.instant.micros(),
            opened_at: assessment.opened_at.micros(),
            moderation_at: state.moderation_at().map(Timestamp::micros),
            determination_at: state.determination_at().map(Timestamp::micros),
            decided_at: state.decided_at().map(Timestamp::micros),
            informed_at: state.informed_at().map(Timestamp::micros),
            announced_at: announced_at.map(Timestamp::micros),
            cancelled_at: cancelled_at.map(Timestamp::micros),
            reason: assessment.reason.clone(),
        }
    }
}

impl TryFrom<Row> for Assessment {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Assessment, DbError> {
        Ok(Assessment {
            id: parsed(&row.id)?,
            version: row.version,
            state: state_of(&row)?,
            call: from_json(&row.call)?,
            boards: from_json(&row.boards)?,
            settings: from_json(&row.settings)?,
            opened_at: Timestamp::from_micros(row.opened_at),
            reason: row.reason,
        })
    }
}

fn state_of(row: &Row) -> Result<State, DbError> {
    let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let settled = at(row.moderation_at).zip(at(row.determination_at));
    let settled = settled.map(|(moderation_at, determination_at)| Settled { moderation_at, determination_at });
    let decided = settled.zip(at(row.decided_at)).map(|(settled, decided_at)| Decided { settled, decided_at });
    match (row.state.as_str(), at(row.moderation_at), settled, decided, at(row.informed_at)) {
        ("reviewing", None, None, None, None) => Ok(State::Reviewing),
        ("moderation", Some(moderation_at), None, None, None) => Ok(State::Moderation { moderation_at }),
        ("determination", Some(_), Some(settled), None, None) => Ok(State::Determination(settled)),
        ("decided", Some(_), Some(_), Some(decided), None) => Ok(State::Decided(decided)),
        ("bidders_informed", Some(_), Some(_), Some(decided), Some(informed_at)) => {
            Ok(State::BiddersInformed { decided, informed_at })
        }
        ("announced", Some(_), Some(_), Some(decided), Some(informed_at)) => match at(row.announced_at) {
            Some(announced_at) => Ok(State::Announced { decided, informed_at, announced_at }),
            None => Err(misfit(row)),
        },
        ("cancelled", moderation_at, _, None, None) => match at(row.cancelled_at) {
            Some(cancelled_at) => {
                Ok(State::Cancelled { moderation_at, determination_at: at(row.determination_at), cancelled_at })
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
pub fn assessment(tx: &mut Tx, id: AssessmentId) -> Result<Assessment, Error> {
    let found: Option<Row> = assessment::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    match found {
        Some(row) => Ok(row.try_into()?),
        None => Err(Error::NotFound { what: "assessment" }),
    }
}

/// That of a round; a round has one.
pub fn assessment_of_round(tx: &mut Tx, round: RoundId) -> Result<Option<Assessment>, DbError> {
    let of_round = assessment::table.filter(assessment::round_id.eq(round.to_string()));
    let found: Option<Row> = of_round.select(Row::as_select()).first(tx).optional()?;
    found.map(Assessment::try_from).transpose()
}

pub fn insert_assessment(tx: &mut Tx, new: &Assessment) -> Result<(), Error> {
    diesel::insert_into(assessment::table).values(Row::from(new)).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_assessment(tx: &mut Tx, old: &Assessment, new: &Assessment) -> Result<(), Error> {
    let of_old_version =
        assessment::table.filter(assessment::id.eq(new.id.to_string())).filter(assessment::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Assessment(self::assessment(tx, new.id)?)));
    }
    Ok(())
}

/// Which assessments: what was asked for, within what the caller may see.
#[derive(Clone, Debug, Default)]
pub struct AssessmentFilter {
    pub round: Option<RoundId>,
    /// Whether the caller finds all, not only those on whose panel they are.
    pub all: bool,
    /// The person who looks; none for systems and roles.
    pub person: Option<PersonId>,
}

/// One page, newest first, from before an identity on.
pub fn page_of_assessments(
    tx: &mut Tx,
    filter: &AssessmentFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Assessment>, DbError> {
    let mut query = assessment::table.into_boxed::<Backend>();
    if let Some(round) = filter.round {
        query = query.filter(assessment::round_id.eq(round.to_string()));
    }
    if !filter.all {
        let person = filter.person.map(|person| person.to_string()).unwrap_or_default();
        let own = member::table.filter(member::person_id.eq(person)).select(member::assessment_id);
        query = query.filter(assessment::id.eq_any(own));
    }
    if let Some(before) = before {
        query = query.filter(assessment::id.lt(before.to_string()));
    }
    let rows: Vec<Row> = query.order(assessment::id.desc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Assessment::try_from).collect()
}

/// Assessments whose letters or announcement have fallen due.
pub fn due_assessments(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<AssessmentId>, DbError> {
    let to_inform = assessment::state.eq("decided").and(assessment::letters_at.le(now.micros()));
    let to_announce = assessment::state.eq("bidders_informed").and(assessment::announces_at.le(now.micros()));
    let ids: Vec<String> = assessment::table
        .filter(to_inform.or(to_announce))
        .order(assessment::id.asc())
        .limit(limit)
        .select(assessment::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}
