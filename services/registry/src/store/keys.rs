//! The public keys of the platform's roles. Retired ones stay for ever: receipts are verified with them.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::stored::inconsistent;
use kit::tokens::PublicKey;

use crate::schema::role_key;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = role_key)]
struct Row {
    kid: String,
    role: String,
    public_key: Vec<u8>,
    created_at: i64,
    retired_at: Option<i64>,
}

/// Every key, by role and then oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<PublicKey>, DbError> {
    let rows: Vec<Row> = role_key::table
        .order((role_key::role.asc(), role_key::created_at.asc(), role_key::kid.asc()))
        .select(Row::as_select())
        .load(tx)?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let x = row.public_key.try_into().map_err(|_| inconsistent(format!("the role key {} is cut", row.kid)))?;
        keys.push(PublicKey { role: row.role, x, created_at: Some(row.created_at), retired_at: row.retired_at });
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

pub fn known(tx: &mut Tx, key: &PublicKey) -> Result<Known, DbError> {
    let found: Option<Option<i64>> =
        role_key::table.find(key.kid()).select(role_key::retired_at).first(tx).optional()?;
    Ok(match found {
        None => Known::New,
        Some(None) => Known::InUse,
        Some(Some(_)) => Known::Retired,
    })
}

/// Records that a key was retired. The earlier date counts.
pub fn retire(tx: &mut Tx, key: &PublicKey, retired_at: i64) -> Result<(), DbError> {
    let row = Row {
        kid: key.kid(),
        role: key.role.clone(),
        public_key: key.x.to_vec(),
        created_at: key.created_at.unwrap_or(retired_at).min(retired_at),
        retired_at: Some(retired_at),
    };
    kit::each_backend!(tx, conn => diesel::insert_into(role_key::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    let later = role_key::retired_at.is_null().or(role_key::retired_at.assume_not_null().gt(retired_at));
    diesel::update(role_key::table.filter(role_key::kid.eq(key.kid())).filter(later))
        .set(role_key::retired_at.eq(retired_at))
        .execute(tx)?;
    Ok(())
}

/// Makes a new key known, in use from this second on, and retires the one before.
pub fn succeed(tx: &mut Tx, key: &PublicKey, now_s: i64) -> Result<(), DbError> {
    let in_use = role_key::table.filter(role_key::role.eq(&key.role)).filter(role_key::retired_at.is_null());
    // The old key may have signed within this second.
    diesel::update(in_use).set(role_key::retired_at.eq(now_s + 1)).execute(tx)?;
    let row =
        Row { kid: key.kid(), role: key.role.clone(), public_key: key.x.to_vec(), created_at: now_s, retired_at: None };
    diesel::insert_into(role_key::table).values(row).execute(tx)?;
    Ok(())
}
