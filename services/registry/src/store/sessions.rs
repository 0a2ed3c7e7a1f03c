//! Sessions, with the digests of their refresh tokens.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{PersonId, SignInId};
use kit::time::Timestamp;

use crate::schema::{refresh_token, session};
use crate::session::{IDLE_S, LONGEST_S, Session};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = session)]
struct Row {
    id: SignInId,
    person_id: PersonId,
    started_at: Timestamp,
    used_at: Timestamp,
    begun_from: String,
}

impl From<&Session> for Row {
    fn from(session: &Session) -> Row {
        let Session { id, person, started_at, used_at, from } = session.clone();
        Row { id, person_id: person, started_at, used_at, begun_from: from }
    }
}

impl From<Row> for Session {
    fn from(row: Row) -> Session {
        let Row { id, person_id, started_at, used_at, begun_from } = row;
        Session { id, person: person_id, started_at, used_at, from: begun_from }
    }
}

/// A new session, with the digest of its first refresh token.
pub fn insert(conn: &mut Conn, new: &Session, digest: &str) -> Result<(), DbError> {
    diesel::insert_into(session::table).values(Row::from(new)).execute(conn)?;
    insert_token(conn, new.id, digest)
}

fn insert_token(conn: &mut Conn, of: SignInId, digest: &str) -> Result<(), DbError> {
    let row = (refresh_token::digest.eq(digest), refresh_token::session_id.eq(of), refresh_token::spent.eq(false));
    diesel::insert_into(refresh_token::table).values(row).execute(conn)?;
    Ok(())
}

/// The session of a refresh token, and whether that was used before.
pub fn of_token(conn: &mut Conn, digest: &str) -> Result<Option<(Session, bool)>, DbError> {
    let found: Option<(Row, bool)> = refresh_token::table
        .inner_join(session::table)
        .filter(refresh_token::digest.eq(digest))
        .select((Row::as_select(), refresh_token::spent))
        .first(conn)
        .optional()?;
    Ok(found.map(|(row, spent)| (row.into(), spent)))
}

/// Writes a renewal: the token that was given is spent, and the next one has this digest.
pub fn renew(conn: &mut Conn, renewed: &Session, digest: &str) -> Result<(), DbError> {
    diesel::update(session::table.find(renewed.id)).set(session::used_at.eq(renewed.used_at)).execute(conn)?;
    let before = refresh_token::table.filter(refresh_token::session_id.eq(renewed.id));
    diesel::update(before).set(refresh_token::spent.eq(true)).execute(conn)?;
    insert_token(conn, renewed.id, digest)
}

/// Ends one session of a person, or all, and tells how many there were.
pub fn end(conn: &mut Conn, person: PersonId, only: Option<SignInId>) -> Result<i64, DbError> {
    let mut query = session::table.filter(session::person_id.eq(person)).into_boxed::<Backend>();
    if let Some(id) = only {
        query = query.filter(session::id.eq(id));
    }
    let ids: Vec<SignInId> = query.select(session::id).load(conn)?;
    remove(conn, &ids)
}

/// Forgets what can be renewed no more.
pub fn forget(conn: &mut Conn, now: Timestamp) -> Result<(), DbError> {
    let (idle, longest) = (now.plus_seconds(-IDLE_S), now.plus_seconds(-LONGEST_S));
    let is_over = session::used_at.le(idle).or(session::started_at.le(longest));
    let ids: Vec<SignInId> = session::table.filter(is_over).select(session::id).load(conn)?;
    remove(conn, &ids).map(drop)
}

fn remove(conn: &mut Conn, ids: &[SignInId]) -> Result<i64, DbError> {
    diesel::delete(refresh_token::table.filter(refresh_token::session_id.eq_any(ids))).execute(conn)?;
    diesel::delete(session::table.filter(session::id.eq_any(ids))).execute(conn)?;
    Ok(ids.len() as i64)
}

/// One page of those of a person that can be renewed, newest first.
pub fn page(
    conn: &mut Conn,
    person: PersonId,
    now: Timestamp,
    after: Option<(Timestamp, SignInId)>,
    limit: i64,
) -> Result<Vec<Session>, DbError> {
    let mut query = session::table
        .filter(session::person_id.eq(person))
        .filter(session::used_at.gt(now.plus_seconds(-IDLE_S)))
        .filter(session::started_at.gt(now.plus_seconds(-LONGEST_S)))
        .into_boxed::<Backend>();
    if let Some((started_at, id)) = after {
        let same_instant = session::started_at.eq(started_at).and(session::id.lt(id));
        query = query.filter(session::started_at.lt(started_at).or(same_instant));
    }
    let query = query.order((session::started_at.desc(), session::id.desc())).limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}
