//! Reminders of what is due: at fixed days around the due day, moved to a working day of the council's nation
//! (rule 24). They are facts of ours; who is written to, and how, is `notices`' matter.

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
mod tests {
    use kit::time::at;

    use super::*;

    fn due(instant: &str) -> Deadline {
        Deadline { instant: at(instant), zone: "Europe/London".to_string(), announced: "by then".to_string() }
    }

    fn instants(instant: &str, calendar: Calendar) -> Vec<String> {
        all(&due(instant), calendar).iter().map(|reminder| reminder.at.to_string()).collect()
    }

    #[test]
    fn reminders_keep_to_working_days_and_to_the_clock_on_the_wall() {
        // A Friday, 11 December 2020.
        let found = instants("2020-12-12T00:00:00Z", Calendar::EnglandAndWales);
        let expected = [
            "2020-11-27T09:00:00Z",
            "2020-12-08T09:00:00Z",
            "2020-12-11T09:00:00Z",
            "2020-12-18T09:00:00Z",
            // The 10th is a Sunday.
            "2021-01-11T09:00:00Z",
        ];
        assert_eq!(found, expected);
        // A Monday in summer: 9 o'clock is 8 in UTC, and three days before is a Friday.
        let found = instants("2021-05-31T23:00:00Z", Calendar::EnglandAndWales);
        let expected = [
            "2021-05-17T08:00:00Z",
            "2021-05-28T08:00:00Z",
            // The spring bank holiday.
            "2021-06-01T08:00:00Z",
            "2021-06-07T08:00:00Z",
            "2021-06-30T08:00:00Z",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_nation_decides_what_a_working_day_is() {
        let at = |calendar| instants("2020-11-30T17:00:00Z", calendar)[2].clone();
        assert_eq!(at(Calendar::EnglandAndWales), "2020-11-30T09:00:00Z");
        assert_eq!(at(Calendar::Scotland), "2020-12-01T09:00:00Z");
    }

    #[test]
    fn what_lay_before_the_scheduling_is_left_out_and_what_follows_comes_in_order() {
        let due = due("2020-12-12T00:00:00Z");
        let first = first(&due, Calendar::EnglandAndWales, at("2020-12-09T00:00:00Z")).unwrap();
        assert_eq!((first.offset, first.at), (0, at("2020-12-11T09:00:00Z")));
        let offset = |sent| after(&due, Calendar::EnglandAndWales, sent).map(|reminder| reminder.offset);
        assert_eq!([offset(-14), offset(0), offset(7), offset(30)], [Some(-3), Some(7), Some(30), None]);
    }
}
