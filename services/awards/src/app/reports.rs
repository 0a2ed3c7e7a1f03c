//! What awards takes from `reporting`: an accepted final report, and a report that is long overdue.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::Tx;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::money::make_due;
use super::{payments, save};
use crate::award::Award;
use crate::dates;
use crate::error::Error;
use crate::events::{Happened, PaymentHappened};
use crate::payment::{State, Trigger};
use crate::report::{AboutReport, Overdue};
use crate::store;

/// Days after which an overdue report holds payments (rule 24).
const HOLD_AFTER_DAYS: i64 = 30;

/// Rule 25: whatever the report says of the project, its acceptance counts.
pub fn take_report(tx: &mut Tx, report: &AboutReport, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_area(Area::Awards, now);
    let award = match store::get(tx, report.award) {
        Ok(award) => award,
        // Of a store that was since restored from an older copy: no retry makes it known.
        Err(Error::Refused(Refusal::NotFound { .. })) => return Ok(()),
        Err(other) => return Err(other),
    };
    if let (Some(accepted_at), None) = (report.final_accepted_at, award.final_report_accepted_at) {
        let new = award.with_final_report(accepted_at, now);
        let told = save(tx, &cx, &award, new, Happened::FinalReportAccepted)?;
        return make_due(tx, &cx, &told.award, Trigger::FinalReport);
    }
    match report.overdue {
        Some(overdue) if dates::days_between(overdue.since, now) >= HOLD_AFTER_DAYS => hold(tx, &cx, &award, overdue),
        Some(_) | None => Ok(()),
    }
}

/// Holds what is due, approved or not, until a round manager releases it; then this report holds it no more. Nothing
/// ends by itself (rule 24).
fn hold(tx: &mut Tx, cx: &Cx, award: &Award, overdue: Overdue) -> Result<(), Error> {
    for payment in store::payments_of(tx, award.id)? {
        if let State::Due | State::Approved { .. } = payment.state
            && payment.held_for != Some(overdue)
        {
            let held = payment.hold_for(overdue, "a report is overdue by 30 days", cx.now)?;
            payments::save(tx, cx, award, &payment, held, PaymentHappened::Held)?;
        }
    }
    Ok(())
}
