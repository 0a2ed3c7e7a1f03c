//! What the network does with a report: given back, accepted, or excused.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::ReportId;

use super::{open_live, settle};
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
    let report = open_live(tx, cx, Action::Review, &cmd.target)?;
    let new = report.request_changes(cmd.changes.clone(), &cmd.reason, cx.now)?;
    settle(tx, cx, &report, new, Happened::ChangesRequested)
}

#[derive(Clone, Debug)]
pub struct Accept {
    pub target: Target<ReportId>,
}

/// What the report says is no condition: that it did not work is an account too (rule 25).
pub fn accept(tx: &mut Tx, cx: &Cx, cmd: &Accept) -> Result<ReportNow, Error> {
    let report = open_live(tx, cx, Action::Review, &cmd.target)?;
    let new = report.accept(cx.now)?;
    settle(tx, cx, &report, new, Happened::Accepted)
}

#[derive(Clone, Debug)]
pub struct Waive {
    pub target: Target<ReportId>,
    pub reason: String,
}

pub fn waive(tx: &mut Tx, cx: &Cx, cmd: &Waive) -> Result<ReportNow, Error> {
    let report = open_live(tx, cx, Action::Waive, &cmd.target)?;
    let new = report.waive(&cmd.reason, cx.now)?;
    settle(tx, cx, &report, new, Happened::Waived)
}
