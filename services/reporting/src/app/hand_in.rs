//! Handing in: said to be complete, signed off, submitted.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{OrgId, PersonId, ReportId};

use super::{open_live, settle};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::report::ReportNow;
use crate::store;

#[derive(Clone, Debug)]
pub struct RequestSignOff {
    pub target: Target<ReportId>,
}

pub fn request_sign_off(tx: &mut Tx, cx: &Cx, cmd: &RequestSignOff) -> Result<ReportNow, Error> {
    let report = open_live(tx, cx, Action::Edit, &cmd.target)?;
    let new = report.request_sign_off(cx.now)?;
    settle(tx, cx, &report, new, Happened::SignOffRequested)
}

#[derive(Clone, Debug)]
pub struct SignOff {
    pub target: Target<ReportId>,
    /// The revision that the certifier read.
    pub revision: i32,
    pub certifier: PersonId,
    pub role: String,
}

/// `certifier_of` is the organisation of which the registry holds the certifier, asked beforehand.
pub fn sign_off(tx: &mut Tx, cx: &Cx, certifier_of: Option<OrgId>, cmd: &SignOff) -> Result<ReportNow, Error> {
    let report = open_live(tx, cx, Action::SignOff, &cmd.target)?;
    if certifier_of != Some(report.organisation) {
        return Err(Error::NoSuchCertifier);
    }
    if !cx.caller.gives_word_of(cmd.certifier) {
        return Err(Error::NotAllowed { who_may: "only the certifier named" });
    }
    let recorded_by = cx.caller.subject.to_string();
    let new = report.sign_off(cmd.revision, cmd.certifier, cmd.role.clone(), recorded_by, cx.now)?;
    settle(tx, cx, &report, new, Happened::SignedOff)
}

#[derive(Clone, Debug)]
pub struct Submit {
    pub target: Target<ReportId>,
}

/// Hands a report in. One that comes late is taken all the same: overdue is a fact, and no bar.
pub fn submit(tx: &mut Tx, cx: &Cx, cmd: &Submit) -> Result<ReportNow, Error> {
    let report = open_live(tx, cx, Action::Submit, &cmd.target)?;
    let new = report.submit(cx.now)?;
    store::insert_hand_in(tx, &new, cx.now)?;
    settle(tx, cx, &report, new, Happened::Submitted)
}
