//! What falls due by the clock: reports to open, and reminders to send.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::ReportId;
use kit::time::Timestamp;

use crate::reminder::Reminder;
use crate::schema::report;

/// Reports whose time to be written has come.
pub fn openable(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<ReportId>, DbError> {
    Ok(report::table
        .filter(report::state.eq("scheduled"))
        .filter(report::opens_at.le(now))
        .order((report::opens_at.asc(), report::id.asc()))
        .limit(limit)
        .select(report::id)
        .load(conn)?)
}

/// Reports with a reminder to send, the earliest first.
pub fn remindable(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<ReportId>, DbError> {
    Ok(report::table
        .filter(report::reminder_at.is_not_null())
        .filter(report::reminder_at.le(now))
        .order((report::reminder_at.asc(), report::id.asc()))
        .limit(limit)
        .select(report::id)
        .load(conn)?)
}

/// Puts the next reminder in the place of one that is sent. The report's version stays: a reminder changes nothing that
/// anybody wrote, and makes no etag stale. False when another process has sent it.
pub fn set_reminder(conn: &mut Conn, id: ReportId, sent: Reminder, next: Option<Reminder>) -> Result<bool, DbError> {
    let of_sent =
        report::table.find(id).filter(report::reminder_offset.eq(sent.offset)).filter(report::reminder_at.eq(sent.at));
    let n_changed = diesel::update(of_sent)
        .set((
            report::reminder_offset.eq(next.map(|next| next.offset)),
            report::reminder_at.eq(next.map(|next| next.at)),
        ))
        .execute(conn)?;
    Ok(n_changed == 1)
}
