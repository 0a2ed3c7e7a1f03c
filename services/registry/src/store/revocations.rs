//! Revocations, in gapless order.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kit::db::{DbError, Tx};
use kit::time::Timestamp;

use crate::schema::{revocation, revocation_counter};
use crate::sign_in::{Revocation, revoked_at};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = revocation)]
struct Row {
    position: i64,
    subject: String,
    revoked_at: i64,
}

/// The clock that tokens are issued and ended by: the database's, as every process sees it; embedded, this machine's.
pub fn real_now(tx: &mut Tx) -> Result<Timestamp, DbError> {
    match tx {
        Tx::Sqlite(_) => Ok(Timestamp::of_this_machine()),
        Tx::Postgres(_) => {
            let micros = sql::<BigInt>("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
            Ok(Timestamp::from_micros(diesel::select(micros).get_result(tx)?))
        }
    }
}

/// Ends every token of a subject that was issued until now. The counter's row makes writers wait for each other, so
/// nobody who has read a position can miss an earlier one; the instant is taken behind it, so no token is issued
/// meanwhile that this would miss ([`hold`]).
pub fn insert(tx: &mut Tx, subject: &str) -> Result<Revocation, DbError> {
    let position = diesel::update(revocation_counter::table)
        .set(revocation_counter::last_position.eq(revocation_counter::last_position + 1))
        .returning(revocation_counter::last_position)
        .get_result(tx)?;
    let revoked_at = revoked_at(real_now(tx)?, latest(tx, subject)?);
    let row = Row { position, subject: subject.to_string(), revoked_at: revoked_at.micros() };
    diesel::insert_into(revocation::table).values(row).execute(tx)?;
    Ok(Revocation { position, subject: subject.to_string(), revoked_at })
}

/// Lets no tokens end until this transaction does: what it reads of a subject after that still holds when a token says
/// it, or the token is ended by whoever changes it.
pub fn hold(tx: &mut Tx) -> Result<(), DbError> {
    let same = revocation_counter::last_position.eq(revocation_counter::last_position);
    diesel::update(revocation_counter::table).set(same).execute(tx)?;
    Ok(())
}

/// When a subject's tokens were last ended.
pub fn latest(tx: &mut Tx, subject: &str) -> Result<Option<Timestamp>, DbError> {
    let latest: Option<i64> = revocation::table
        .filter(revocation::subject.eq(subject))
        .order(revocation::position.desc())
        .select(revocation::revoked_at)
        .first(tx)
        .optional()?;
    Ok(latest.map(Timestamp::from_micros))
}

/// The position given last; 0 when nothing was ever revoked.
pub fn last_position(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(revocation_counter::table.select(revocation_counter::last_position).first(tx)?)
}

/// Revocations after a position, oldest first, less those that end nothing but tokens which expired before `since`.
pub fn after(tx: &mut Tx, position: i64, since: Timestamp, limit: i64) -> Result<Vec<Revocation>, DbError> {
    let rows: Vec<Row> = revocation::table
        .filter(revocation::position.gt(position))
        .filter(revocation::revoked_at.gt(since.micros()))
        .order(revocation::position.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    let found = rows.into_iter().map(|row| Revocation {
        position: row.position,
        subject: row.subject,
        revoked_at: Timestamp::from_micros(row.revoked_at),
    });
    Ok(found.collect())
}
