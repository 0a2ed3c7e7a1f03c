//! From acceptance to close-out: conditions, suspension, termination, completion.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AwardId, RecoveryId};
use kit::money::Money;

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
    let met = save(tx, cx, &award, &award.confirm(cmd.nth, &cmd.evidence, cx.now)?, Happened::ConditionMet)?;
    if let State::Accepted(_) = met.award.state { activate(tx, cx, met) } else { Ok(met) }
}

#[derive(Clone, Debug)]
pub struct NameAward {
    pub target: Target<AwardId>,
    pub public_title: String,
}

pub fn name_award(tx: &mut Tx, cx: &Cx, cmd: &NameAward) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Manage, &cmd.target)?;
    save(tx, cx, &award, &award.named(&cmd.public_title, cx.now), Happened::Named)
}

/// What a round manager does with an award. It moves no money.
#[derive(Clone, Debug)]
pub enum AwardStep {
    Suspend { reason: String },
    Resume,
    Complete,
    Close,
    Reopen { reason: String },
}

#[derive(Clone, Debug)]
pub struct StepAward {
    pub target: Target<AwardId>,
    pub step: AwardStep,
}

pub fn step_award(tx: &mut Tx, cx: &Cx, cmd: &StepAward) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Manage, &cmd.target)?;
    let (step, reason, happened) = match &cmd.step {
        AwardStep::Suspend { reason } => (Step::Suspend, reason.as_str(), Happened::Suspended),
        AwardStep::Resume => (Step::Resume, "", Happened::Resumed),
        AwardStep::Complete => (Step::Complete, "", Happened::Completed),
        AwardStep::Close => (Step::Close, "", Happened::Closed),
        AwardStep::Reopen { reason } => (Step::Reopen, reason.as_str(), Happened::Reopened),
    };
    let new = award.step(step, reason, cx.now)?;
    // Once completed more can be claimed back, after an audit for one.
    if let AwardStep::Complete | AwardStep::Close = cmd.step {
        expect_complete(tx, &award)?;
    }
    save(tx, cx, &award, &new, happened)
}

/// Whether report and money are in order. What the report says does not matter (rule 25).
fn expect_complete(tx: &mut Tx, award: &Award) -> Result<(), Error> {
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
        return Err(Error::IllegalStep { what: "payment", from: payment.state.name(), step: "cancel" });
    }
    let terminated = save(tx, cx, &award, &new, Happened::Terminated)?;
    release(tx, cx, &new, &cmd.reason)?;
    if let Some((id, amount)) = cmd.recover {
        begin(tx, cx, &new, id, amount, &cmd.reason)?;
    }
    Ok(terminated)
}
