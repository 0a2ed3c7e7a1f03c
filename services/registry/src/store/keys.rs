//! The public keys of the platform's areas. Retired ones stay for ever: receipts are verified with them.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::stored::inconsistent;
use kit::tokens::PublicKey;

use crate::schema::role_key;

/// Every key, by role and then oldest first.
pub fn all(conn: &mut Conn) -> Result<Vec<PublicKey>, DbError> {
    let rows: Vec<(String, String, Vec<u8>, _, _)> = role_key::table
        .order((role_key::role.asc(), role_key::created_at.asc(), role_key::kid.asc()))
        .select((role_key::kid, role_key::role, role_key::public_key, role_key::created_at, role_key::retired_at))
        .load(conn)?;
    let mut keys = Vec::with_capacity(rows.len());
    for (id, role, x, created_at, retired_at) in rows {
        let x = x.try_into().map_err(|_| inconsistent(format!("the role key {id} is cut")))?;
        keys.push(PublicKey { role, x, created_at: Some(created_at), retired_at });
    }
    Ok(keys)
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    New,
    InUse,
    Retired,
}

pub fn known(conn: &mut Conn, key: &PublicKey) -> Result<Known, DbError> {
    let found: Option<Option<i64>> =
        role_key::table.find(key.kid()).select(role_key::retired_at).first(conn).optional()?;
    Ok(match found {
        None => Known::New,
        Some(None) => Known::InUse,
        Some(Some(_)) => Known::Retired,
    })
}

/// Records that a key was retired. The earlier date counts.
pub fn retire(conn: &mut Conn, key: &PublicKey, at_s: i64) -> Result<(), DbError> {
    let row = (
        role_key::kid.eq(key.kid()),
        role_key::role.eq(&key.role),
        role_key::public_key.eq(key.x.to_vec()),
        role_key::created_at.eq(key.created_at.unwrap_or(at_s).min(at_s)),
        role_key::retired_at.eq(at_s),
    );
    kit::each_backend!(conn, conn => diesel::insert_into(role_key::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    let later = role_key::retired_at.is_null().or(role_key::retired_at.assume_not_null().gt(at_s));
    diesel::update(role_key::table.find(key.kid()).filter(later)).set(role_key::retired_at.eq(at_s)).execute(conn)?;
    Ok(())
}

/// Makes a new key known, in use from this second on, and retires the one before.
pub fn succeed(conn: &mut Conn, key: &PublicKey, now_s: i64) -> Result<(), DbError> {
    let in_use = role_key::table.filter(role_key::role.eq(&key.role)).filter(role_key::retired_at.is_null());
    // The old key may have signed within this second.
    diesel::update(in_use).set(role_key::retired_at.eq(now_s + 1)).execute(conn)?;
    let row = (
        role_key::kid.eq(key.kid()),
        role_key::role.eq(&key.role),
        role_key::public_key.eq(key.x.to_vec()),
        role_key::created_at.eq(now_s),
    );
    diesel::insert_into(role_key::table).values(row).execute(conn)?;
    Ok(())
}
