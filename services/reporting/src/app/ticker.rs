//! What falls due by the clock: reports open, and reminders go out.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::ReportId;
use kit::outbox;
use kit::time::Timestamp;

use super::reading::shown;
use super::save;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::reminder;
use crate::state::State;
use crate::store;

/// Opens a report whose time has come.
pub fn open_due(tx: &mut Tx, id: ReportId, now: Timestamp) -> Result<(), Error> {
    let report = store::get(tx, id)?;
    // It may have moved on since it was looked for.
    if report.state != State::Scheduled || report.opens_at > now {
        return Ok(());
    }
    let new = report.open(now)?;
    save(tx, &Cx::of_area(Area::Reporting, now), &report, new, Happened::ReportOpened)?;
    Ok(())
}

/// Sends the reminder that is due, once (rule 24). The last one goes to the certifier too; holding payments and
/// blocking bids is for those who own them, who read what is overdue.
pub fn remind(tx: &mut Tx, id: ReportId, now: Timestamp) -> Result<(), Error> {
    let report = store::get(tx, id)?;
    let Some(due) = report.next_reminder.filter(|due| due.at <= now) else {
        return Ok(());
    };
    let next = reminder::after(&report.due, report.award.calendar, due.offset);
    if store::set_reminder(tx, id, due, next)? {
        let cx = Cx::of_area(Area::Reporting, now);
        let report = shown(&cx, report);
        outbox::put(tx, &cx, now, events::fact(Happened::ReportReminded(due.offset), &report))?;
    }
    Ok(())
}
