//! Payments: approved by one person, instructed by another, to an account that a third has checked, none of them of the
//! recipient's (rule 21).

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::PaymentId;
use kit::outbox;
use kit::time::Date;

use super::{actor, network_actor, post, post_on, reading};
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened, PaymentHappened};
use crate::ledger::Kind;
use crate::money_history::MoneyLine;
use crate::payee;
use crate::payment::{Destination, Payment, Step};
use crate::policy::Action;
use crate::store;

pub fn approve_payment(tx: &mut Tx, cx: &Cx, cmd: &Target<PaymentId>) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::ApprovePayment, cmd)?;
    award.state.expect_active("approve_payment")?;
    let by = network_actor(cx);
    payee::expect_checked_by_another(store::latest_payee_check(tx, award.payee())?.as_ref(), &by)?;
    let new = payment.step(Step::Approve(by), "", cx.now)?;
    save(tx, cx, &award, &payment, new, PaymentHappened::Approved)
}

#[derive(Clone, Debug)]
pub struct InstructPayment {
    pub target: Target<PaymentId>,
    pub bank_reference: String,
}

pub fn instruct_payment(tx: &mut Tx, cx: &Cx, cmd: &InstructPayment) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::InstructPayment, &cmd.target)?;
    award.state.expect_active("instruct_payment")?;
    let (by, approver) = (network_actor(cx), payment.state.approved_by());
    let latest = store::latest_payee_check(tx, award.payee())?;
    let check = payee::expect_usable(latest, approver, &by, cx.now)?;
    let to = Destination {
        payee: check.organisation,
        check: check.sequence,
        account_reference: check.account_reference,
        at: cx.now,
    };
    let new = payment.step(Step::Instruct { by, bank_reference: cmd.bank_reference.clone(), to }, "", cx.now)?;
    save(tx, cx, &award, &payment, new, PaymentHappened::Instructed)
}

#[derive(Clone, Debug)]
pub struct ConfirmPayment {
    pub target: Target<PaymentId>,
    pub paid_on: Date,
}

/// Money has left: the pot and the award say so in the same transaction.
pub fn confirm_payment(tx: &mut Tx, cx: &Cx, cmd: &ConfirmPayment) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::Book, &cmd.target)?;
    let new = payment.step(Step::Confirm { by: network_actor(cx), on: cmd.paid_on }, "", cx.now)?;
    payment.expect_paid_on(cmd.paid_on, cx.now)?;
    let paid = save(tx, cx, &award, &payment, new, PaymentHappened::Paid)?;
    post_on(tx, cx, &award, cmd.paid_on, Kind::Pay, paid.amount, Some(paid.id.to_string()))?;
    super::save(tx, cx, &award, award.with_paid(paid.amount, cx.now)?, Happened::AwardPaid)?;
    Ok(paid)
}

pub fn fail_payment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PaymentId>) -> Result<Payment, Error> {
    let step = Step::Fail(network_actor(cx));
    take(tx, cx, Action::Book, &cmd.target, step, &cmd.reason, PaymentHappened::Failed)
}

pub fn reconcile_payment(tx: &mut Tx, cx: &Cx, cmd: &Target<PaymentId>) -> Result<Payment, Error> {
    take(tx, cx, Action::Book, cmd, Step::Reconcile(network_actor(cx)), "", PaymentHappened::Reconciled)
}

pub fn hold_payment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PaymentId>) -> Result<Payment, Error> {
    take(tx, cx, Action::HoldPayment, &cmd.target, Step::Hold, &cmd.reason, PaymentHappened::Held)
}

pub fn release_payment(tx: &mut Tx, cx: &Cx, cmd: &Target<PaymentId>) -> Result<Payment, Error> {
    take(tx, cx, Action::HoldPayment, cmd, Step::Release, "", PaymentHappened::Released)
}

/// A step that moves no money.
fn take(
    tx: &mut Tx,
    cx: &Cx,
    action: Action,
    target: &Target<PaymentId>,
    step: Step,
    reason: &str,
    happened: PaymentHappened,
) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, action, target)?;
    save(tx, cx, &award, &payment, payment.step(step, reason, cx.now)?, happened)
}

pub fn cancel_payment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PaymentId>) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::HoldPayment, &cmd.target)?;
    cancel(tx, cx, &award, &payment, &cmd.reason)
}

/// Gives up one payment; its sum returns to the pot.
pub fn cancel(tx: &mut Tx, cx: &Cx, award: &Award, payment: &Payment, reason: &str) -> Result<Payment, Error> {
    let new = payment.step(Step::Cancel, reason, cx.now)?;
    let cancelled = save(tx, cx, award, payment, new, PaymentHappened::Cancelled)?;
    post(tx, cx, award, Kind::Release, payment.amount, Some(payment.id.to_string()))?;
    Ok(cancelled)
}

/// The payment as it is with its award, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<PaymentId>) -> Result<(Award, Payment), Error> {
    let (award, payment) = reading::payment_for(tx, cx, action, target.id)?;
    payment.expect_version(target.version)?;
    Ok((award, payment))
}

/// Saves the new version of a payment with its line of history and its event.
pub fn save(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    old: &Payment,
    new: Payment,
    happened: PaymentHappened,
) -> Result<Payment, Error> {
    store::update_payment(tx, old, &new)?;
    record(tx, cx, award, Some(old), new, happened)
}

/// Writes a line of history and the event.
pub fn record(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    old: Option<&Payment>,
    new: Payment,
    happened: PaymentHappened,
) -> Result<Payment, Error> {
    let line = MoneyLine::of_payment(old, &new, happened.step(), actor(cx, award));
    store::insert_money_line(tx, &line)?;
    outbox::put(tx, cx, new.updated_at, events::payment(happened, &new))?;
    Ok(new)
}
