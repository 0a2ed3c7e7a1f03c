//! What becomes of an award's payments and of its pot when the award changes: sums are committed and planned, fall due,
//! are varied, and are given up.

use kit::cx::Cx;
use kit::db::Tx;
use kit::money::Money;

use super::payments::{cancel, record, save};
use super::post;
use crate::award::Award;
use crate::error::Error;
use crate::events::PaymentHappened;
use crate::ledger::Kind;
use crate::payment::{Payment, State, Step, Trigger};
use crate::plan::{self, Replan};
use crate::prepare::Prepared;
use crate::store;

/// Commits the sum of an award and plans its instalments.
pub fn commit(tx: &mut Tx, cx: &Cx, award: &Award, prepared: &Prepared) -> Result<(), Error> {
    post(tx, cx, award, Kind::Commit, award.amount(), None)?;
    let parts = plan::split(award.amount(), &prepared.settings.instalments)?;
    for (sequence, (trigger, amount)) in (1..).zip(parts) {
        plan_payment(tx, cx, award, sequence, trigger, amount)?;
    }
    Ok(())
}

fn plan_payment(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    sequence: i32,
    trigger: Trigger,
    amount: Money,
) -> Result<Payment, Error> {
    let payment = Payment::new(award.id, sequence, trigger, amount, cx.now);
    store::insert_payment(tx, &payment)?;
    record(tx, cx, award, None, payment, PaymentHappened::Planned)
}

/// Gives up all that is promised and not at the bank, so that it returns to the pot.
pub fn release(tx: &mut Tx, cx: &Cx, award: &Award, reason: &str) -> Result<(), Error> {
    for payment in store::payments_of(tx, award.id)? {
        if payment.state.is_open() {
            cancel(tx, cx, award, &payment, reason)?;
        }
    }
    Ok(())
}

/// Makes the planned payments due that wait for this.
pub fn make_due(tx: &mut Tx, cx: &Cx, award: &Award, trigger: Trigger) -> Result<(), Error> {
    for payment in store::payments_of(tx, award.id)? {
        if payment.trigger == trigger && payment.state == State::Planned {
            let due = payment.step(Step::FallDue, "", cx.now)?;
            save(tx, cx, award, &payment, due, PaymentHappened::FellDue)?;
        }
    }
    Ok(())
}

/// An approval was given for the recipient of its day, so another recipient needs another one (rule 21).
///
/// # Errors
/// `IllegalStep` while a payment is at the bank: it may come back, and would be approved for the other.
pub fn void_approvals(tx: &mut Tx, cx: &Cx, award: &Award) -> Result<(), Error> {
    for payment in store::payments_of(tx, award.id)? {
        if let State::Approved { .. } | State::Instructed(_) = payment.state {
            let due = payment.step(Step::VoidApproval, "the recipient changed", cx.now)?;
            save(tx, cx, award, &payment, due, PaymentHappened::Changed)?;
        }
    }
    Ok(())
}

/// Brings payments and pot up with a sum that was varied. A raise needs money in the pot (rule 1).
pub fn replan(tx: &mut Tx, cx: &Cx, old: &Award, new: &Award, reason: &str) -> Result<(), Error> {
    let payments = store::payments_of(tx, new.id)?;
    let by = new.amount().minor_units - old.amount().minor_units;
    let changes = match by {
        0 => return Ok(()),
        1.. => {
            post(tx, cx, new, Kind::Commit, new.money(by), None)?;
            vec![plan::raise(&payments, new.money(by))?]
        }
        i64::MIN..0 => plan::reduce(&payments, new.money(-by))?,
    };
    for change in changes {
        match change {
            Replan::Add(amount) => add(tx, cx, new, &payments, amount)?,
            Replan::Change { nth, to } if to.minor_units == 0 => {
                cancel(tx, cx, new, &payments[nth], reason)?;
            }
            Replan::Change { nth, to } => {
                let payment = &payments[nth];
                let changed = payment.with_amount(to, reason, cx.now);
                save(tx, cx, new, payment, changed, PaymentHappened::Changed)?;
                let less = payment.amount.minor_units - to.minor_units;
                if less > 0 {
                    post(tx, cx, new, Kind::Release, new.money(less), Some(payment.id.to_string()))?;
                }
            }
        }
    }
    Ok(())
}

/// One more instalment, due at once where the award is active.
fn add(tx: &mut Tx, cx: &Cx, award: &Award, payments: &[Payment], amount: Money) -> Result<(), Error> {
    let last = payments.iter().map(|payment| payment.sequence).max().unwrap_or(0);
    plan_payment(tx, cx, award, last + 1, Trigger::Active, amount)?;
    if award.state.is_active() {
        make_due(tx, cx, award, Trigger::Active)?;
    }
    Ok(())
}
