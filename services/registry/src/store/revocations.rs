//! Revocations, in gapless order.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kit::db::{Conn, DbError};
use kit::time::Timestamp;

use crate::schema::{revocation, revocation_counter};
use crate::sign_in::{Revocation, revoked_at};

/// The clock that tokens are issued and ended by: the database's, as every process sees it; embedded, this machine's.
pub fn real_now(conn: &mut Conn) -> Result<Timestamp, DbError> {
    match conn {
        Conn::Sqlite(_) => Ok(Timestamp::of_this_machine()),
        Conn::Postgres(_) => {
            let micros = sql::<BigInt>("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
            Ok(diesel::select(micros).get_result(conn)?)
        }
    }
}

/// Ends every token of a subject that was issued until now. The counter's row makes writers wait for each other, so
/// nobody who has read a position can miss an earlier one; the instant is taken behind it, so no token is issued
/// meanwhile that this would miss ([`hold`]).
pub fn insert(conn: &mut Conn, subject: &str) -> Result<Revocation, DbError> {
    let position = diesel::update(revocation_counter::table)
        .set(revocation_counter::last_position.eq(revocation_counter::last_position + 1))
        .returning(revocation_counter::last_position)
        .get_result(conn)?;
    let revoked_at = revoked_at(real_now(conn)?, latest(conn, subject)?);
    let row =
        (revocation::position.eq(position), revocation::subject.eq(subject), revocation::revoked_at.eq(revoked_at));
    diesel::insert_into(revocation::table).values(row).execute(conn)?;
    Ok(Revocation { position, subject: subject.to_string(), revoked_at })
}

/// Lets no tokens end until this transaction does: what it reads of a subject after that still holds when a token says
/// it, or the token is ended by the write that changes it.
pub fn hold(conn: &mut Conn) -> Result<(), DbError> {
    let same = revocation_counter::last_position.eq(revocation_counter::last_position);
    diesel::update(revocation_counter::table).set(same).execute(conn)?;
    Ok(())
}

/// When a subject's tokens were last ended.
pub fn latest(conn: &mut Conn, subject: &str) -> Result<Option<Timestamp>, DbError> {
    let of_subject = revocation::table.filter(revocation::subject.eq(subject));
    Ok(of_subject.order(revocation::position.desc()).select(revocation::revoked_at).first(conn).optional()?)
}

/// The position given last; 0 when nothing was ever revoked.
pub fn last_position(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(revocation_counter::table.select(revocation_counter::last_position).first(conn)?)
}

/// Revocations after a position, oldest first, less those that end nothing but tokens which expired before `since`.
pub fn after(conn: &mut Conn, position: i64, since: Timestamp, limit: i64) -> Result<Vec<Revocation>, DbError> {
    let rows: Vec<(i64, String, Timestamp)> = revocation::table
        .filter(revocation::position.gt(position))
        .filter(revocation::revoked_at.gt(since))
        .order(revocation::position.asc())
        .limit(limit)
        .select((revocation::position, revocation::subject, revocation::revoked_at))
        .load(conn)?;
    let found = rows.into_iter().map(|(position, subject, revoked_at)| Revocation { position, subject, revoked_at });
    Ok(found.collect())
}
