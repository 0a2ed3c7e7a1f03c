//! What falls due by the clock: reports to open, and reminders to send.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::ReportId;
use kit::stored::parsed;
use kit::time::Timestamp;

use crate::reminder::Reminder;
use crate::schema::report;

/// Reports whose time to be written has come.
pub fn openable(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<ReportId>, DbError> {
    let ids: Vec<String> = report::table
        .filter(report::state.eq("scheduled"))
        .filter(report::opens_at.le(now.micros()))
        .order((report::opens_at.asc(), report::id.asc()))
        .limit(limit)
        .select(report::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

/// Reports with a reminder to send, the earliest first.
pub fn remindable(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<ReportId>, DbError> {
    let ids: Vec<String> = report::table
        .filter(report::reminder_at.is_not_null())
        .filter(report::reminder_at.le(now.micros()))
        .order((report::reminder_at.asc(), report::id.asc()))
        .limit(limit)
        .select(report::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

/// Puts the next reminder in the place of one that is sent. The report's version stays: a reminder changes nothing that
/// anybody wrote, and makes no etag stale. False when another process has sent it.
pub fn set_reminder(tx: &mut Tx, id: ReportId, sent: Reminder, next: Option<Reminder>) -> Result<bool, DbError> {
    let of_sent = report::table
        .filter(report::id.eq(id.to_string()))
        .filter(report::reminder_offset.eq(sent.offset))
        .filter(report::reminder_at.eq(sent.at.micros()));
    let n_changed = diesel::update(of_sent)
        .set((
            report::reminder_offset.eq(next.map(|next| next.offset)),
            report::reminder_at.eq(next.map(|next| next.at.micros())),
        ))
        .execute(tx)?;
    Ok(n_changed == 1)
}
