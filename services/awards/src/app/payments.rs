//! Payments: approved by one person, instructed by another, neither of the recipient's (rule 21).

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::PaymentId;
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Date;

use super::{network_actor, post, reading};
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened, PaymentHappened};
use crate::ledger::Kind;
use crate::payee;
use crate::payment::{Payment, Step};
use crate::policy::{self, Action};
use crate::store;

pub fn approve_payment(tx: &mut Tx, cx: &Cx, cmd: &Target<PaymentId>) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::ApprovePayment, cmd)?;
    expect_apart(cx, &award)?;
    award.state.expect_active("approve_payment")?;
    let new = payment.step(Step::Approve(network_actor(cx)), "", cx.now)?;
    save(tx, cx, &payment, new, PaymentHappened::Approved)
}

#[derive(Clone, Debug)]
pub struct InstructPayment {
    pub target: Target<PaymentId>,
    pub bank_reference: String,
}

pub fn instruct_payment(tx: &mut Tx, cx: &Cx, cmd: &InstructPayment) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::InstructPayment, &cmd.target)?;
    expect_apart(cx, &award)?;
    award.state.expect_active("instruct_payment")?;
    let step = Step::Instruct { by: network_actor(cx), bank_reference: cmd.bank_reference.clone() };
    let new = payment.step(step, "", cx.now)?;
    payee::expect_usable(store::latest_payee_check(tx, award.payee())?.as_ref(), cx.now)?;
    save(tx, cx, &payment, new, PaymentHappened::Instructed)
}

#[derive(Clone, Debug)]
pub struct ConfirmPayment {
    pub target: Target<PaymentId>,
    pub paid_on: Date,
}

/// Money has left: the pot and the award say so in the same transaction.
pub fn confirm_payment(tx: &mut Tx, cx: &Cx, cmd: &ConfirmPayment) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::Book, &cmd.target)?;
    if cmd.paid_on > Date::today(cx.now) {
        return Err(Refusal::bad_field("paid_on", "date.ahead", "give a day that has come").into());
    }
    let new = payment.step(Step::Confirm { on: cmd.paid_on }, "", cx.now)?;
    let paid = save(tx, cx, &payment, new, PaymentHappened::Paid)?;
    post(tx, cx, &award, Kind::Pay, paid.amount, Some(paid.id.to_string()))?;
    super::save(tx, cx, &award, award.with_paid(paid.amount, cx.now)?, Happened::AwardPaid)?;
    Ok(paid)
}

pub fn fail_payment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PaymentId>) -> Result<Payment, Error> {
    let (_, payment) = load_for(tx, cx, Action::Book, &cmd.target)?;
    save(tx, cx, &payment, payment.step(Step::Fail, &cmd.reason, cx.now)?, PaymentHappened::Failed)
}

pub fn reconcile_payment(tx: &mut Tx, cx: &Cx, cmd: &Target<PaymentId>) -> Result<Payment, Error> {
    let (_, payment) = load_for(tx, cx, Action::Book, cmd)?;
    save(tx, cx, &payment, payment.step(Step::Reconcile, "", cx.now)?, PaymentHappened::Reconciled)
}

pub fn hold_payment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PaymentId>) -> Result<Payment, Error> {
    let (_, payment) = load_for(tx, cx, Action::HoldPayment, &cmd.target)?;
    save(tx, cx, &payment, payment.step(Step::Hold, &cmd.reason, cx.now)?, PaymentHappened::Held)
}

pub fn release_payment(tx: &mut Tx, cx: &Cx, cmd: &Target<PaymentId>) -> Result<Payment, Error> {
    let (_, payment) = load_for(tx, cx, Action::HoldPayment, cmd)?;
    save(tx, cx, &payment, payment.step(Step::Release, "", cx.now)?, PaymentHappened::Released)
}

pub fn cancel_payment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PaymentId>) -> Result<Payment, Error> {
    let (award, payment) = load_for(tx, cx, Action::HoldPayment, &cmd.target)?;
    cancel(tx, cx, &award, &payment, &cmd.reason)
}

/// Gives up one payment; its sum returns to the pot.
pub fn cancel(tx: &mut Tx, cx: &Cx, award: &Award, payment: &Payment, reason: &str) -> Result<Payment, Error> {
    let cancelled = save(tx, cx, payment, payment.step(Step::Cancel, reason, cx.now)?, PaymentHappened::Cancelled)?;
    post(tx, cx, award, Kind::Release, payment.amount, Some(payment.id.to_string()))?;
    Ok(cancelled)
}

/// Nobody approves or instructs what goes to their own council (rule 21).
fn expect_apart(cx: &Cx, award: &Award) -> Result<(), Error> {
    if policy::belongs_to_recipient(&cx.caller, award) { Err(Error::OfRecipient) } else { Ok(()) }
}

/// The payment as it is with its award, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<PaymentId>) -> Result<(Award, Payment), Error> {
    let (award, payment) = reading::payment_for(tx, cx, action, target.id)?;
    payment.expect_version(target.version)?;
    Ok((award, payment))
}

/// Saves the new version of a payment with its event.
pub fn save(tx: &mut Tx, cx: &Cx, old: &Payment, new: Payment, happened: PaymentHappened) -> Result<Payment, Error> {
    store::update_payment(tx, old, &new)?;
    record(tx, cx, new, happened)
}

/// Writes the event.
pub fn record(tx: &mut Tx, cx: &Cx, new: Payment, happened: PaymentHappened) -> Result<Payment, Error> {
    outbox::put(tx, cx, new.updated_at, events::payment(happened, &new))?;
    Ok(new)
}
