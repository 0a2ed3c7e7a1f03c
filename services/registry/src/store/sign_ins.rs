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

type Row = (SignInId, Option<PersonId>, Option<SignInId>, String, Timestamp, i32, Option<Timestamp>);

const COLUMNS: (
    sign_in::id,
    sign_in::person_id,
    sign_in::mailed_as,
    sign_in::code,
    sign_in::started_at,
    sign_in::n_tries,
    sign_in::used_at,
) = (
    sign_in::id,
    sign_in::person_id,
    sign_in::mailed_as,
    sign_in::code,
    sign_in::started_at,
    sign_in::n_tries,
    sign_in::used_at,
);

fn of_row((id, person, mailed_as, code, started_at, n_tries, used_at): Row) -> SignIn {
    let state = used_at.map_or(State::Waiting { n_tries }, |at| State::Used { at });
    SignIn { id, person, mailed_as: mailed_as.unwrap_or(id), code, started_at, state }
}

/// The sign-ins of an address since an instant with which a code was mailed that nobody has used, newest first.
pub fn unused(conn: &mut Conn, email: &str, since: Timestamp) -> Result<Vec<SignIn>, DbError> {
    let rows: Vec<Row> = sign_in::table
        .filter(sign_in::email_sha256.eq(digest_of(email)))
        .filter(sign_in::started_at.gt(since))
        .filter(sign_in::used_at.is_null())
        .filter(sign_in::mailed_as.eq(sign_in::id.nullable()).or(sign_in::mailed_as.is_null()))
        .order((sign_in::started_at.desc(), sign_in::id.desc()))
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(of_row).collect())
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
        sign_in::mailed_as.eq(new.mailed_as),
    );
    diesel::insert_into(sign_in::table).values(row).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: SignInId) -> Result<Option<SignIn>, DbError> {
    let row: Option<Row> = sign_in::table.find(id).select(COLUMNS).first(conn).optional()?;
    Ok(row.map(of_row))
}

/// Writes how a try went. A code that was used is used for all that share it.
pub fn update(conn: &mut Conn, new: &SignIn) -> Result<(), DbError> {
    let (n_tries, used_at) = columns(new.state);
    diesel::update(sign_in::table.find(new.id))
        .set((sign_in::n_tries.eq(n_tries), sign_in::used_at.eq(used_at)))
        .execute(conn)?;
    if used_at.is_some() {
        let sharing = sign_in::table.filter(sign_in::mailed_as.eq(new.mailed_as)).filter(sign_in::used_at.is_null());
        diesel::update(sharing).set(sign_in::used_at.eq(used_at)).execute(conn)?;
    }
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
