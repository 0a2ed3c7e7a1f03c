//! Sign-ins that were started. Addresses stand here as digests alone.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::digest::digest;
use kit::ids::{PersonId, SignInId};
use kit::stored::{parsed, parsed_option};
use kit::time::Timestamp;

use crate::person::fold_email;
use crate::schema::sign_in;
use crate::sign_in::{SignIn, State};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sign_in)]
struct Row {
    id: String,
    email_sha256: String,
    person_id: Option<String>,
    code: String,
    n_tries: i32,
    started_at: i64,
    used_at: Option<i64>,
}

fn digest_of(email: &str) -> String {
    digest(fold_email(email))
}

/// How often a sign-in was started for an address since an instant.
pub fn n_started(tx: &mut Tx, email: &str, since: Timestamp) -> Result<i64, DbError> {
    Ok(sign_in::table
        .filter(sign_in::email_sha256.eq(digest_of(email)))
        .filter(sign_in::started_at.gt(since.micros()))
        .count()
        .get_result(tx)?)
}

pub fn insert(tx: &mut Tx, email: &str, new: &SignIn) -> Result<(), DbError> {
    let (n_tries, used_at) = columns(new.state);
    let row = Row {
        id: new.id.to_string(),
        email_sha256: digest_of(email),
        person_id: new.person.map(|id| id.to_string()),
        code: new.code.clone(),
        n_tries,
        started_at: new.started_at.micros(),
        used_at,
    };
    diesel::insert_into(sign_in::table).values(row).execute(tx)?;
    Ok(())
}

pub fn find(tx: &mut Tx, id: SignInId) -> Result<Option<SignIn>, DbError> {
    let row: Option<Row> = sign_in::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(SignIn {
        id: parsed(&row.id)?,
        person: parsed_option(row.person_id.as_deref())?,
        code: row.code,
        started_at: Timestamp::from_micros(row.started_at),
        state: row
            .used_at
            .map_or(State::Waiting { n_tries: row.n_tries }, |at| State::Used { at: Timestamp::from_micros(at) }),
    }))
}

/// Writes how a try went.
pub fn update(tx: &mut Tx, new: &SignIn) -> Result<(), DbError> {
    let (n_tries, used_at) = columns(new.state);
    diesel::update(sign_in::table.find(new.id.to_string()))
        .set((sign_in::n_tries.eq(n_tries), sign_in::used_at.eq(used_at)))
        .execute(tx)?;
    Ok(())
}

/// Forgets what was started for a person: the codes went to an address that is no longer theirs.
pub fn forget_of(tx: &mut Tx, person: PersonId) -> Result<(), DbError> {
    diesel::delete(sign_in::table.filter(sign_in::person_id.eq(person.to_string()))).execute(tx)?;
    Ok(())
}

/// Forgets what was started before an instant.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    diesel::delete(sign_in::table.filter(sign_in::started_at.lt(before.micros()))).execute(tx)?;
    Ok(())
}

fn columns(state: State) -> (i32, Option<i64>) {
    match state {
        State::Waiting { n_tries } => (n_tries, None),
        State::Used { at } => (0, Some(at.micros())),
    }
}
