//! Sign-ins that were started. Addresses are kept as digests alone.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::digest::digest;
use kit::ids::{PersonId, SignInId};
use kit::time::Timestamp;

use crate::person::fold_email;
use crate::schema::sign_in;
use crate::sign_in::{SignIn, State};

fn digest_of(email: &str) -> String {
    digest(fold_email(email))
}

/// How often a sign-in was started for an address since an instant.
pub fn n_started(conn: &mut Conn, email: &str, since: Timestamp) -> Result<i64, DbError> {
    Ok(sign_in::table
        .filter(sign_in::email_sha256.eq(digest_of(email)))
        .filter(sign_in::started_at.gt(since))
        .count()
        .get_result(conn)?)
}

pub fn insert(conn: &mut Conn, email: &str, new: &SignIn) -> Result<(), DbError> {
    let (n_tries, used_at) = columns(new.state);
    let row = (
        sign_in::id.eq(new.id),
        sign_in::email_sha256.eq(digest_of(email)),
        sign_in::person_id.eq(new.person),
        sign_in::code.eq(&new.code),
        sign_in::n_tries.eq(n_tries),
        sign_in::started_at.eq(new.started_at),
        sign_in::used_at.eq(used_at),
    );
    diesel::insert_into(sign_in::table).values(row).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: SignInId) -> Result<Option<SignIn>, DbError> {
    let columns = (sign_in::person_id, sign_in::code, sign_in::started_at, sign_in::n_tries, sign_in::used_at);
    let row: Option<(_, _, _, _, Option<Timestamp>)> =
        sign_in::table.find(id).select(columns).first(conn).optional()?;
    let Some((person, code, started_at, n_tries, used_at)) = row else { return Ok(None) };
    let state = used_at.map_or(State::Waiting { n_tries }, |at| State::Used { at });
    Ok(Some(SignIn { id, person, code, started_at, state }))
}

/// Writes how a try went.
pub fn update(conn: &mut Conn, new: &SignIn) -> Result<(), DbError> {
    let (n_tries, used_at) = columns(new.state);
    diesel::update(sign_in::table.find(new.id))
        .set((sign_in::n_tries.eq(n_tries), sign_in::used_at.eq(used_at)))
        .execute(conn)?;
    Ok(())
}

/// Forgets what was started for a person: the codes went to an address that is no longer theirs.
pub fn forget_of(conn: &mut Conn, person: PersonId) -> Result<(), DbError> {
    diesel::delete(sign_in::table.filter(sign_in::person_id.eq(person))).execute(conn)?;
    Ok(())
}

/// Forgets what was started before an instant.
pub fn forget(conn: &mut Conn, before: Timestamp) -> Result<(), DbError> {
    diesel::delete(sign_in::table.filter(sign_in::started_at.lt(before))).execute(conn)?;
    Ok(())
}

fn columns(state: State) -> (i32, Option<Timestamp>) {
    match state {
        State::Waiting { n_tries } => (n_tries, None),
        State::Used { at } => (0, Some(at)),
    }
}
