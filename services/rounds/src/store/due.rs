//! What falls due by the clock: rounds to open and to close.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::RoundId;
use kit::time::Timestamp;

use crate::schema::round;

/// Rounds for which the clock brings something about at this instant.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<RoundId>, DbError> {
    let to_open = round::state.eq("scheduled").and(round::opens_at.le(now));
    let to_close = round::state.eq("open").and(round::closes_at.le(now));
    Ok(round::table.filter(to_open.or(to_close)).order(round::id.asc()).limit(limit).select(round::id).load(conn)?)
}
