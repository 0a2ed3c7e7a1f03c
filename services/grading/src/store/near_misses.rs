//! What may be an interest and nothing shows for certain.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AssessmentId, BidId, InterestId, PersonId};
use kit::stored::{found, inconsistent, parsed};
use kit::time::Timestamp;

use crate::error::Error;
use crate::panel::near_miss::{NearMiss, Seen, State};
use crate::schema::near_miss;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = near_miss, treat_none_as_null = true)]
struct Row {
    id: InterestId,
    assessment_id: AssessmentId,
    bid_id: BidId,
    person_id: Option<PersonId>,
    version: i64,
    kind: String,
    words: String,
    state: String,
    reason: String,
    found_at: Timestamp,
    settled_at: Option<Timestamp>,
    settled_by: Option<PersonId>,
}

impl From<&NearMiss> for Row {
    fn from(near_miss: &NearMiss) -> Row {
        let (settled_at, settled_by, reason) = match &near_miss.state {
            State::Open => (None, None, String::new()),
            State::Recorded { by, at } => (Some(*at), Some(*by), String::new()),
            State::Dismissed { by, at, reason } => (Some(*at), Some(*by), reason.clone()),
        };
        let Seen { bid, person, kind, words } = near_miss.seen.clone();
        Row {
            id: near_miss.id,
            assessment_id: near_miss.assessment,
            bid_id: bid,
            person_id: person,
            version: near_miss.version,
            kind: kind.name().to_string(),
            words,
            state: near_miss.state.name().to_string(),
            reason,
            found_at: near_miss.found_at,
            settled_at,
            settled_by,
        }
    }
}

impl TryFrom<Row> for NearMiss {
    type Error = DbError;

    fn try_from(row: Row) -> Result<NearMiss, DbError> {
        let state = match (row.state.as_str(), row.settled_by.zip(row.settled_at)) {
            ("open", None) => State::Open,
            ("recorded", Some((by, at))) => State::Recorded { by, at },
            ("dismissed", Some((by, at))) => State::Dismissed { by, at, reason: row.reason },
            (state, _) => return Err(inconsistent(format!("near miss {}: {state} does not fit", row.id))),
        };
        let seen = Seen { bid: row.bid_id, person: row.person_id, kind: parsed(&row.kind)?, words: row.words };
        let (id, version, assessment, found_at) = (row.id, row.version, row.assessment_id, row.found_at);
        Ok(NearMiss { id, version, assessment, seen, state, found_at })
    }
}

pub fn insert_near_miss(conn: &mut Conn, new: &NearMiss) -> Result<(), DbError> {
    diesel::insert_into(near_miss::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

pub fn near_miss(conn: &mut Conn, id: InterestId) -> Result<NearMiss, Error> {
    let row: Row = found::<_, Error>(near_miss::table.find(id).select(Row::as_select()).first(conn), "near miss")?;
    Ok(row.try_into()?)
}

/// Replaces the version it was made from.
pub fn update_near_miss(conn: &mut Conn, old: &NearMiss, new: &NearMiss) -> Result<(), Error> {
    let of_old_version = near_miss::table.find(new.id).filter(near_miss::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 { Err(DbError::Meanwhile.into()) } else { Ok(()) }
}

/// All near misses of an assessment, by identity.
pub fn near_misses(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<NearMiss>, DbError> {
    let all = near_miss::table.filter(near_miss::assessment_id.eq(assessment));
    let rows: Vec<Row> = all.order(near_miss::id.asc()).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(NearMiss::try_from).collect()
}

/// One page of those of all bids but the hidden ones that do not concern this person, from after one on.
pub fn page_of_near_misses(
    conn: &mut Conn,
    assessment: AssessmentId,
    hidden: &[BidId],
    but_of: Option<PersonId>,
    after: Option<InterestId>,
    limit: i64,
) -> Result<Vec<NearMiss>, DbError> {
    let mut query = near_miss::table
        .filter(near_miss::assessment_id.eq(assessment))
        .filter(near_miss::bid_id.ne_all(hidden))
        .into_boxed::<Backend>();
    if let Some(person) = but_of {
        query = query.filter(near_miss::person_id.is_null().or(near_miss::person_id.assume_not_null().ne(person)));
    }
    if let Some(after) = after {
        query = query.filter(near_miss::id.gt(after));
    }
    let rows: Vec<Row> = query.order(near_miss::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(NearMiss::try_from).collect()
}
