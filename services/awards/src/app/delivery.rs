//! From acceptance to close-out: conditions, suspension, termination, completion.

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{AwardId, RecoveryId};
use kit::money::Money;
use kit::refusal::Refusal;

use super::money::release;
use super::offers::activate;
use super::recoveries::begin;
use super::{load_for, save};
use crate::award::{Award, AwardNow};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::state::{State, Step};
use crate::{payment, store};

#[derive(Clone, Debug)]
pub struct ConfirmCondition {
    pub target: Target<AwardId>,
    /// Place of the condition, from 1.
    pub nth: usize,
    pub evidence: String,
}

pub fn confirm_condition(tx: &mut Tx, cx: &Cx, cmd: &ConfirmCondition) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::ConfirmCondition, &cmd.target)?;
    let met = save(tx, cx, &award, award.confirm(cmd.nth, &cmd.evidence, cx.now)?, Happened::ConditionMet)?;
    if let State::Accepted(_) = met.award.state { activate(tx, cx, met) } else { Ok(met) }
}

#[derive(Clone, Debug)]
pub struct NameAward {
    pub target: Target<AwardId>,
    pub public_title: String,
}

pub fn name_award(tx: &mut Tx, cx: &Cx, cmd: &NameAward) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Manage, &cmd.target)?;
    save(tx, cx, &award, award.named(&cmd.public_title, cx.now), Happened::AwardNamed)
}

pub fn suspend_award(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<AwardId>) -> Result<AwardNow, Error> {
    manage(tx, cx, &cmd.target, Step::Suspend, &cmd.reason, Happened::AwardSuspended)
}

pub fn resume_award(tx: &mut Tx, cx: &Cx, cmd: &Target<AwardId>) -> Result<AwardNow, Error> {
    manage(tx, cx, cmd, Step::Resume, "", Happened::AwardResumed)
}

pub fn reopen_award(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<AwardId>) -> Result<AwardNow, Error> {
    manage(tx, cx, &cmd.target, Step::Reopen, &cmd.reason, Happened::AwardReopened)
}

/// A step of a round manager that moves no money.
fn manage(
    tx: &mut Tx,
    cx: &Cx,
    target: &Target<AwardId>,
    step: Step,
    reason: &str,
    happened: Happened,
) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Manage, target)?;
    save(tx, cx, &award, award.step(step, reason, cx.now)?, happened)
}

pub fn complete_award(tx: &mut Tx, cx: &Cx, cmd: &Target<AwardId>) -> Result<AwardNow, Error> {
    conclude(tx, cx, cmd, Step::Complete, Happened::AwardCompleted)
}

/// Once completed more can be claimed back, after an audit for one. So it is looked at anew.
pub fn close_award(tx: &mut Tx, cx: &Cx, cmd: &Target<AwardId>) -> Result<AwardNow, Error> {
    conclude(tx, cx, cmd, Step::Close, Happened::AwardClosed)
}

/// A step that is taken once report and money are in order.
fn conclude(tx: &mut Tx, cx: &Cx, target: &Target<AwardId>, step: Step, happened: Happened) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Manage, target)?;
    let new = award.step(step, "", cx.now)?;
    expect_in_order(tx, &award)?;
    save(tx, cx, &award, new, happened)
}

/// What the report says does not matter (rule 25).
fn expect_in_order(tx: &mut Tx, award: &Award) -> Result<(), Error> {
    if award.final_report_accepted_at.is_none() {
        return Err(Error::FinalReportMissing);
    }
    let paid = store::payments_of(tx, award.id)?.iter().all(|payment| payment.state.is_settled());
    let back = store::recoveries_of(tx, award.id)?.iter().all(|recovery| recovery.state.is_settled());
    if paid && back { Ok(()) } else { Err(Error::MoneyNotReconciled) }
}

#[derive(Clone, Debug)]
pub struct TerminateAward {
    pub target: Target<AwardId>,
    pub reason: String,
    /// What is to come back of what was paid.
    pub recover: Option<(RecoveryId, Money)>,
}

/// Ends an award. What is not paid returns to the pot; what was paid is recovered as far as asked (rules 26, 29).
pub fn terminate_award(tx: &mut Tx, cx: &Cx, cmd: &TerminateAward) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Terminate, &cmd.target)?;
    let new = award.step(Step::Terminate, &cmd.reason, cx.now)?;
    let at_the_bank = |state: &payment::State| state.sent().is_some() && state.paid_on().is_none();
    if let Some(payment) = store::payments_of(tx, award.id)?.iter().find(|payment| at_the_bank(&payment.state)) {
        return Err(Refusal::IllegalStep { what: "payment", from: payment.state.name(), step: "cancel" }.into());
    }
    let terminated = save(tx, cx, &award, new, Happened::AwardTerminated)?;
    release(tx, cx, &terminated.award, &cmd.reason)?;
    if let Some((id, amount)) = cmd.recover {
        begin(tx, cx, &terminated.award, id, amount, &cmd.reason)?;
    }
    Ok(terminated)
}
