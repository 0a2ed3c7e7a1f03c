//! Recoveries: money returned on a claim or by choice, and claims that are given up (rule 26).

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{AwardId, RecoveryId};
use kit::money::Money;
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Date;

use super::{actor, post, post_on, reading};
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened, MONEY_RETURNED, RecoveryHappened};
use crate::ledger::Kind;
use crate::money_history::{MoneyLine, Receipt, Subject};
use crate::policy::Action;
use crate::recovery::{Recovery, State, Step};
use crate::{dates, state, store};

#[derive(Clone, Debug)]
pub struct OpenRecovery {
    pub id: RecoveryId,
    pub award: AwardId,
    pub amount: Money,
    pub reason: String,
}

pub fn open_recovery(tx: &mut Tx, cx: &Cx, cmd: &OpenRecovery) -> Result<Recovery, Error> {
    let award = reading::award_to_recover(tx, cx, cmd.award)?;
    if let state::State::Closed(_) = award.state {
        return Err(Refusal::IllegalStep { what: "award", from: award.state.name(), step: "open_recovery" }.into());
    }
    begin(tx, cx, &award, cmd.id, cmd.amount, &cmd.reason)
}

/// Finds money to be due back: at most what is with the council and not on its way back already.
pub fn begin(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    id: RecoveryId,
    amount: Money,
    reason: &str,
) -> Result<Recovery, Error> {
    let mut held = award.held().minor_units;
    // Sums of another currency are refused here.
    award.held().plus(amount)?;
    for other in store::recoveries_of(tx, award.id)? {
        match other.state {
            State::Due | State::Requested | State::PartReturned => held -= other.outstanding().minor_units,
            State::Returned | State::Reconciled | State::WrittenOff => {}
        }
    }
    if amount.minor_units > held {
        return Err(Error::MoreThanHeld { held: award.money(held) });
    }
    let recovery = Recovery::new(id, award.id, amount, reason, cx.now);
    store::insert_recovery(tx, &recovery)?;
    record(tx, cx, award, None, recovery, RecoveryHappened::RecoveryOpened, None)
}

pub fn request_return(tx: &mut Tx, cx: &Cx, cmd: &Target<RecoveryId>) -> Result<Recovery, Error> {
    let (award, recovery) = load_for(tx, cx, Action::Book, cmd)?;
    save(tx, cx, &award, &recovery, recovery.step(Step::Request, cx.now)?, RecoveryHappened::ReturnRequested, None)
}

#[derive(Clone, Debug)]
pub struct RecordReturn {
    pub target: Target<RecoveryId>,
    pub amount: Money,
    /// The day of the bank; none for today.
    pub received_on: Option<Date>,
    /// Empty where there is none.
    pub bank_reference: String,
}

/// What comes back is free in the pot again, in the same transaction.
pub fn record_return(tx: &mut Tx, cx: &Cx, cmd: &RecordReturn) -> Result<Recovery, Error> {
    let (award, recovery) = load_for(tx, cx, Action::Book, &cmd.target)?;
    let new = recovery.take_back(cmd.amount, cx.now)?;
    let on = cmd.received_on.unwrap_or(Date::today(cx.now));
    let first_paid_on = store::payments_of(tx, award.id)?.iter().filter_map(|payment| payment.state.paid_on()).min();
    dates::expect_happened("received_on", on, first_paid_on, cx.now)?;
    let receipt = Receipt { on, reference: cmd.bank_reference.clone() };
    let returned = save(tx, cx, &award, &recovery, new, RecoveryHappened::MoneyReturned, Some(&receipt))?;
    post_on(tx, cx, &award, on, Kind::Return, cmd.amount, Some(returned.id.to_string()))?;
    super::save(tx, cx, &award, award.with_returned(cmd.amount, cx.now)?, Happened::AwardReturned)?;
    Ok(returned)
}

pub fn write_off_recovery(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<RecoveryId>) -> Result<Recovery, Error> {
    let (award, recovery) = load_for(tx, cx, Action::WriteOff, &cmd.target)?;
    let small = store::round(tx, award.round)?.settings.small_balance;
    let given_up = recovery.outstanding();
    let new = recovery.write_off(small, award.written_off, &cmd.reason, cx.now)?;
    let written_off = save(tx, cx, &award, &recovery, new, RecoveryHappened::RecoveryWrittenOff, None)?;
    post(tx, cx, &award, Kind::WriteOff, given_up, Some(written_off.id.to_string()))?;
    super::save(tx, cx, &award, award.with_written_off(given_up, cx.now)?, Happened::BalanceWrittenOff)?;
    Ok(written_off)
}

/// Whoever recorded that money came back does not find it in the accounts too.
pub fn reconcile_recovery(tx: &mut Tx, cx: &Cx, cmd: &Target<RecoveryId>) -> Result<Recovery, Error> {
    let (award, recovery) = load_for(tx, cx, Action::Book, cmd)?;
    let new = recovery.step(Step::Reconcile, cx.now)?;
    let by = cx.caller.subject.to_string();
    if store::took_step(tx, Subject::Recovery(recovery.id), MONEY_RETURNED, &by)? {
        return Err(Refusal::Apart { whose: "money whose return you recorded" }.into());
    }
    save(tx, cx, &award, &recovery, new, RecoveryHappened::RecoveryReconciled, None)
}

/// The recovery as it is with its award, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<RecoveryId>) -> Result<(Award, Recovery), Error> {
    let (award, recovery) = reading::recovery_for(tx, cx, action, target.id)?;
    recovery.expect_version(target.version)?;
    Ok((award, recovery))
}

/// Saves the new version of a recovery with its line of history, in which the receipt stands, and its event.
fn save(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    old: &Recovery,
    new: Recovery,
    happened: RecoveryHappened,
    receipt: Option<&Receipt>,
) -> Result<Recovery, Error> {
    store::update_recovery(tx, old, &new)?;
    record(tx, cx, award, Some(old), new, happened, receipt)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    old: Option<&Recovery>,
    new: Recovery,
    happened: RecoveryHappened,
    receipt: Option<&Receipt>,
) -> Result<Recovery, Error> {
    let line = MoneyLine::of_recovery(old, &new, happened.step(), actor(cx, award), happened.has_reason(), receipt);
    store::insert_money_line(tx, &line)?;
    outbox::put(tx, cx, new.updated_at, events::recovery(happened, &new))?;
    Ok(new)
}
