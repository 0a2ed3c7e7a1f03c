//! What the network does with a report: changes requested, accepted, or waived.

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::ReportId;

use super::{load_live_for, save};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::report::{ReportNow, RequestedChange};

#[derive(Clone, Debug)]
pub struct RequestChanges {
    pub target: Target<ReportId>,
    pub changes: Vec<RequestedChange>,
    pub reason: String,
}

pub fn request_changes(tx: &mut Tx, cx: &Cx, cmd: &RequestChanges) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Review, &cmd.target)?;
    let new = report.request_changes(cmd.changes.clone(), &cmd.reason, cx.now)?;
    save(tx, cx, &report, new, Happened::ChangesRequested)
}

/// What the report says is no condition: that it did not work is an account too (rule 25).
pub fn accept_report(tx: &mut Tx, cx: &Cx, cmd: &Target<ReportId>) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Review, cmd)?;
    let new = report.accept(cx.now)?;
    save(tx, cx, &report, new, Happened::ReportAccepted)
}

pub fn waive_report(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<ReportId>) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Waive, &cmd.target)?;
    let new = report.waive(&cmd.reason, cx.now)?;
    save(tx, cx, &report, new, Happened::ReportWaived)
}
