//! Payments: approved by one person, instructed by another, neither of the recipient's (rule 21).

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::PaymentId;
use kit::time::Date;

use super::money::{cancel, post, save_payment};
use super::{network_actor, reading, save};
use crate::award::Award;
use crate::error::Error;
use crate::events::{Happened, PaymentHappened};
use crate::ledger::Kind;
use crate::payee;
use crate::payment::{Payment, Step};
use crate::policy::{self, Action};
use crate::store;

/// What somebody does with a payment.
#[derive(Clone, Debug)]
pub enum PaymentStep {
    Approve,
    Instruct { bank_reference: String },
    Confirm { on: Date },
    Fail { reason: String },
    Reconcile,
    Hold { reason: String },
    Release,
    Cancel { reason: String },
}

#[derive(Clone, Debug)]
pub struct StepPayment {
    pub target: Target<PaymentId>,
    pub step: PaymentStep,
}

pub fn step_payment(tx: &mut Tx, cx: &Cx, cmd: &StepPayment) -> Result<Payment, Error> {
    let action = match &cmd.step {
        PaymentStep::Approve => Action::ApprovePayment,
        PaymentStep::Instruct { .. } => Action::InstructPayment,
        PaymentStep::Confirm { .. } | PaymentStep::Fail { .. } | PaymentStep::Reconcile => Action::Book,
        PaymentStep::Hold { .. } | PaymentStep::Release | PaymentStep::Cancel { .. } => Action::HoldPayment,
    };
    let (award, old) = reading::payment_for(tx, cx, action, cmd.target.id)?;
    old.expect_version(cmd.target.version)?;
    match &cmd.step {
        PaymentStep::Approve => approve(tx, cx, &award, &old),
        PaymentStep::Instruct { bank_reference } => instruct(tx, cx, &award, &old, bank_reference),
        PaymentStep::Confirm { on } => confirm(tx, cx, &award, &old, *on),
        PaymentStep::Fail { reason } => take(tx, cx, &old, Step::Fail, reason, PaymentHappened::Failed),
        PaymentStep::Reconcile => take(tx, cx, &old, Step::Reconcile, "", PaymentHappened::Reconciled),
        PaymentStep::Hold { reason } => take(tx, cx, &old, Step::Hold, reason, PaymentHappened::Held),
        PaymentStep::Release => take(tx, cx, &old, Step::Release, "", PaymentHappened::Released),
        PaymentStep::Cancel { reason } => cancel(tx, cx, &award, &old, reason),
    }
}

/// A step that moves no money.
fn take(
    tx: &mut Tx,
    cx: &Cx,
    old: &Payment,
    step: Step,
    reason: &str,
    happened: PaymentHappened,
) -> Result<Payment, Error> {
    let new = old.step(step, reason, cx.now)?;
    save_payment(tx, cx, old, &new, happened)?;
    Ok(new)
}

fn approve(tx: &mut Tx, cx: &Cx, award: &Award, old: &Payment) -> Result<Payment, Error> {
    expect_apart(cx, award)?;
    award.state.expect_active("approve_payment")?;
    take(tx, cx, old, Step::Approve(network_actor(cx)), "", PaymentHappened::Approved)
}

fn instruct(tx: &mut Tx, cx: &Cx, award: &Award, old: &Payment, bank_reference: &str) -> Result<Payment, Error> {
    expect_apart(cx, award)?;
    award.state.expect_active("instruct_payment")?;
    let bank_reference = bank_reference.to_string();
    let new = old.step(Step::Instruct { by: network_actor(cx), bank_reference }, "", cx.now)?;
    payee::expect_usable(store::latest_payee_check(tx, award.payee())?.as_ref(), cx.now)?;
    save_payment(tx, cx, old, &new, PaymentHappened::Instructed)?;
    Ok(new)
}

/// Money has left: the pot and the award say so in the same transaction.
fn confirm(tx: &mut Tx, cx: &Cx, award: &Award, old: &Payment, on: Date) -> Result<Payment, Error> {
    if on > Date::today(cx.now) {
        return Err(Error::DayAhead { field: "paid_on" });
    }
    let new = take(tx, cx, old, Step::Confirm { on }, "", PaymentHappened::Paid)?;
    post(tx, cx, award, Kind::Pay, new.amount, Some(new.id.to_string()))?;
    save(tx, cx, award, &award.with_paid(new.amount, cx.now)?, Happened::Paid)?;
    Ok(new)
}

/// Nobody approves or instructs what goes to their own council (rule 21).
fn expect_apart(cx: &Cx, award: &Award) -> Result<(), Error> {
    if policy::belongs_to_recipient(&cx.caller, award) { Err(Error::OfRecipient) } else { Ok(()) }
}
