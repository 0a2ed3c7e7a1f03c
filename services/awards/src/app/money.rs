//! What all writes that move money share: postings to the pot, and payments with their events.

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::AwardId;
use kit::money::Money;
use kit::outbox;

use crate::award::Award;
use crate::error::Error;
use crate::events::{self, PaymentHappened, RecoveryHappened};
use crate::ledger::{Kind, Posting};
use crate::payment::{Payment, State, Step, Trigger};
use crate::plan::{self, Replan};
use crate::prepare::Prepared;
use crate::recovery::Recovery;
use crate::store;

/// Posts a sum to the ledger of an award's pot.
pub fn post(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    kind: Kind,
    amount: Money,
    subject: Option<String>,
) -> Result<(), Error> {
    let pot = store::pot(tx, award.round, &award.instrument)?;
    store::post(tx, &pot, Posting { kind, amount, award: Some(award.id), subject }, cx.now)?;
    Ok(())
}

/// Commits the sum of an award and plans its instalments.
pub fn commit(tx: &mut Tx, cx: &Cx, award: &Award, prepared: &Prepared) -> Result<(), Error> {
    post(tx, cx, award, Kind::Commit, award.amount(), None)?;
    let parts = plan::split(award.amount(), &prepared.settings.instalments)?;
    for (sequence, (trigger, amount)) in (1..).zip(parts) {
        plan_payment(tx, cx, award.id, sequence, trigger, amount)?;
    }
    Ok(())
}

fn plan_payment(
    tx: &mut Tx,
    cx: &Cx,
    award: AwardId,
    sequence: i32,
    trigger: Trigger,
    amount: Money,
) -> Result<Payment, Error> {
    let payment = Payment::new(award, sequence, trigger, amount, cx.now);
    store::insert_payment(tx, &payment)?;
    outbox::put(tx, cx, cx.now, &events::payment(PaymentHappened::Planned, &payment))?;
    Ok(payment)
}

/// Saves the new version of a payment with its event.
pub fn save_payment(
    tx: &mut Tx,
    cx: &Cx,
    old: &Payment,
    new: &Payment,
    happened: PaymentHappened,
) -> Result<(), Error> {
    store::update_payment(tx, old, new)?;
    Ok(outbox::put(tx, cx, new.updated_at, &events::payment(happened, new))?)
}

/// Saves the new version of a recovery with its event.
pub fn save_recovery(
    tx: &mut Tx,
    cx: &Cx,
    old: &Recovery,
    new: &Recovery,
    happened: RecoveryHappened,
) -> Result<(), Error> {
    store::update_recovery(tx, old, new)?;
    Ok(outbox::put(tx, cx, new.updated_at, &events::recovery(happened, new))?)
}

/// Gives up one payment; its sum returns to the pot.
pub fn cancel(tx: &mut Tx, cx: &Cx, award: &Award, payment: &Payment, reason: &str) -> Result<Payment, Error> {
    let new = payment.step(Step::Cancel, reason, cx.now)?;
    save_payment(tx, cx, payment, &new, PaymentHappened::Cancelled)?;
    post(tx, cx, award, Kind::Release, payment.amount, Some(payment.id.to_string()))?;
    Ok(new)
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
            save_payment(tx, cx, &payment, &due, PaymentHappened::FellDue)?;
        }
    }
    Ok(())
}

/// An approval was given for the recipient of its day, so another recipient needs another one (rule 21).
///
/// # Errors
/// [`Error::IllegalStep`] while a payment is at the bank: it may come back, and would be approved for the other.
pub fn void_approvals(tx: &mut Tx, cx: &Cx, award: &Award) -> Result<(), Error> {
    for payment in store::payments_of(tx, award.id)? {
        if let State::Approved { .. } | State::Instructed(_) = payment.state {
            let due = payment.step(Step::VoidApproval, "the recipient changed", cx.now)?;
            save_payment(tx, cx, &payment, &due, PaymentHappened::Changed)?;
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
                let changed = payment.with_amount(to, cx.now);
                save_payment(tx, cx, payment, &changed, PaymentHappened::Changed)?;
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
    plan_payment(tx, cx, award.id, last + 1, Trigger::Active, amount)?;
    if award.state.is_active() {
        make_due(tx, cx, award, Trigger::Active)?;
    }
    Ok(())
}
