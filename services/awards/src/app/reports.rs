//! What awards takes from `reporting`: an accepted final report, and a report that is long overdue.

use kit::caller::Role;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::AwardId;
use kit::time::Timestamp;

use super::money::{make_due, settle_payment};
use super::settle;
use crate::award::Award;
use crate::dates;
use crate::error::Error;
use crate::events::{Happened, PaymentHappened};
use crate::payment::{Overdue, State};
use crate::plan::Trigger;
use crate::store;

/// Days after which an overdue report holds payments (rule 24).
const HOLD_AFTER_DAYS: i64 = 30;

/// What an event of `reporting` says of a report.
#[derive(Clone, Copy, Debug)]
pub struct AboutReport {
    pub award: AwardId,
    /// When it was accepted, if it is a final report and was.
    pub final_accepted_at: Option<Timestamp>,
    /// If it is not handed in and should have been.
    pub overdue: Option<Overdue>,
}

/// Rule 25: whatever the report says of the project, its acceptance counts.
pub fn take_report(tx: &mut Tx, report: &AboutReport, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_role(Role::Awards, now);
    let award = match store::get(tx, report.award) {
        Ok(award) => award,
        // Of a store that was since restored from an older copy: no retry makes it known.
        Err(Error::NotFound { .. }) => return Ok(()),
        Err(other) => return Err(other),
    };
    if let (Some(accepted_at), None) = (report.final_accepted_at, award.final_report_accepted_at) {
        let new = award.with_final_report(accepted_at, now);
        settle(tx, &cx, &award, &new, Happened::FinalReportAccepted)?;
        return make_due(tx, &cx, &new, Trigger::FinalReport);
    }
    match report.overdue {
        Some(overdue) if dates::days_between(overdue.since, now) >= HOLD_AFTER_DAYS => hold(tx, &cx, &award, overdue),
        Some(_) | None => Ok(()),
    }
}

/// Holds what is due, approved or not. A round manager releases it, and for this report that stands; nothing ends by
/// itself (rule 24).
fn hold(tx: &mut Tx, cx: &Cx, award: &Award, overdue: Overdue) -> Result<(), Error> {
    for payment in store::payments_of(tx, award.id)? {
        if let State::Due | State::Approved { .. } = payment.state
            && payment.held_for != Some(overdue)
        {
            let held = payment.hold_for(overdue, "a report is overdue by 30 days", cx.now)?;
            settle_payment(tx, cx, &payment, &held, PaymentHappened::Held)?;
        }
    }
    Ok(())
}
