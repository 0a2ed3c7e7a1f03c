//! Submission: sign-off requested, signed off, submitted.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{OrgId, PersonId, ReportId};
use kit::register::expect_word_of;

use super::{load_live_for, save};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::report::ReportNow;
use crate::store;

pub fn request_sign_off(tx: &mut Tx, cx: &Cx, cmd: &Target<ReportId>) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Edit, cmd)?;
    let new = report.request_sign_off(cx.now)?;
    save(tx, cx, &report, new, Happened::SignOffRequested)
}

#[derive(Clone, Debug)]
pub struct SignOffReport {
    pub target: Target<ReportId>,
    /// The revision that the certifier read.
    pub revision: i32,
    pub certifier: PersonId,
    pub role: String,
}

/// `certifier_of` is the organisation that the certifier named belongs to, as the registry said beforehand.
pub fn sign_off_report(
    tx: &mut Tx,
    cx: &Cx,
    certifier_of: &Option<OrgId>,
    cmd: &SignOffReport,
) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::SignOff, &cmd.target)?;
    expect_word_of(&cx.caller, cmd.certifier, *certifier_of, report.organisation)?;
    let recorded_by = cx.caller.subject.to_string();
    let new = report.sign_off(cmd.revision, cmd.certifier, cmd.role.clone(), recorded_by, cx.now)?;
    save(tx, cx, &report, new, Happened::ReportSignedOff)
}

/// Hands a report in. One that comes late is taken all the same: overdue is a fact, and no bar.
pub fn submit_report(tx: &mut Tx, cx: &Cx, cmd: &Target<ReportId>) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Submit, cmd)?;
    let new = report.submit(cx.now)?;
    store::insert_hand_in(tx, &new, cx.now)?;
    save(tx, cx, &report, new, Happened::ReportSubmitted)
}
