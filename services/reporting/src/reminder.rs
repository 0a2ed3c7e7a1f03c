//! Reminders of what is due: at fixed days around the due day, moved to a working day of the council's nation (rule
//! 24). Reminders are events; nothing here sends mail.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use kit::deadline::Deadline;
use kit::time::Timestamp;
use kit::working_days::{self, Calendar};

/// Days from the due day. The last one goes to the certifier too.
pub const OFFSETS: [i32; 5] = [-14, -3, 0, 7, 30];
/// Hour of the day, in the zone of the deadline, at which people are at their desks.
const AT_HOUR: i8 = 9;

/// A reminder to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub offset: i32,
    pub at: Timestamp,
}

/// The first reminder from an instant on: what would have come before it is left out.
pub fn first(due: &Deadline, calendar: Calendar, from: Timestamp) -> Option<Reminder> {
    all(due, calendar).into_iter().find(|reminder| reminder.at >= from)
}

/// The reminder after one that was sent, also when it should have come by now: each comes once, in order.
pub fn after(due: &Deadline, calendar: Calendar, sent: i32) -> Option<Reminder> {
    all(due, calendar).into_iter().find(|reminder| reminder.offset > sent)
}

fn all(due: &Deadline, calendar: Calendar) -> Vec<Reminder> {
    let mut all = Vec::with_capacity(OFFSETS.len());
    for offset in OFFSETS {
        all.extend(instant(due, calendar, offset).map(|at| Reminder { offset, at }));
    }
    all
}

/// None beyond the end of the calendar.
fn instant(due: &Deadline, calendar: Calendar, offset: i32) -> Option<Timestamp> {
    let zone = TimeZone::get(&due.zone).unwrap_or(TimeZone::UTC);
    // The last instant in time: what is due at 0:00 is due on the day before.
    let last = jiff::Timestamp::from_microsecond(due.instant.plus_micros(-1).micros()).ok()?;
    let day = zone.to_datetime(last).date().checked_add(offset.days()).ok()?;
    let at = working_days::on_or_after(day, calendar).at(AT_HOUR, 0, 0, 0);
    Some(Timestamp::from_micros(zone.to_timestamp(at).ok()?.as_microsecond()))
}

#[cfg(test)]
mod tests;
