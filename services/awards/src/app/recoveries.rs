//! Recoveries: money returned on a claim or by choice, and claims that are given up (rule 26).

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{AwardId, RecoveryId};
use kit::money::Money;
use kit::outbox;
use kit::refusal::Refusal;

use super::{post, reading};
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened, RecoveryHappened};
use crate::ledger::Kind;
use crate::policy::Action;
use crate::recovery::{Recovery, State, Step};
use crate::{state, store};

#[derive(Clone, Debug)]
pub struct OpenRecovery {
    pub id: RecoveryId,
    pub award: AwardId,
    pub amount: Money,
    pub reason: String,
}

pub fn open_recovery(tx: &mut Tx, cx: &Cx, cmd: &OpenRecovery) -> Result<Recovery, Error> {
    let award = reading::seen(tx, cx, Action::OpenRecovery, cmd.award)?;
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
    record(tx, cx, recovery, RecoveryHappened::RecoveryOpened)
}

pub fn request_return(tx: &mut Tx, cx: &Cx, cmd: &Target<RecoveryId>) -> Result<Recovery, Error> {
    let (_, recovery) = load_for(tx, cx, Action::Book, cmd)?;
    save(tx, cx, &recovery, recovery.step(Step::Request, cx.now)?, RecoveryHappened::ReturnRequested)
}

#[derive(Clone, Debug)]
pub struct RecordReturn {
    pub target: Target<RecoveryId>,
    pub amount: Money,
}

/// What comes back is free in the pot again, in the same transaction.
pub fn record_return(tx: &mut Tx, cx: &Cx, cmd: &RecordReturn) -> Result<Recovery, Error> {
    let (award, recovery) = load_for(tx, cx, Action::Book, &cmd.target)?;
    let new = recovery.take_back(cmd.amount, cx.now)?;
    let returned = save(tx, cx, &recovery, new, RecoveryHappened::MoneyReturned)?;
    post(tx, cx, &award, Kind::Return, cmd.amount, Some(returned.id.to_string()))?;
    super::save(tx, cx, &award, award.with_returned(cmd.amount, cx.now)?, Happened::AwardReturned)?;
    Ok(returned)
}

pub fn write_off_recovery(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<RecoveryId>) -> Result<Recovery, Error> {
    let (award, recovery) = load_for(tx, cx, Action::WriteOff, &cmd.target)?;
    let small = store::round(tx, award.round)?.settings.small_balance;
    let given_up = recovery.outstanding();
    let new = recovery.write_off(small, &cmd.reason, cx.now)?;
    let written_off = save(tx, cx, &recovery, new, RecoveryHappened::RecoveryWrittenOff)?;
    post(tx, cx, &award, Kind::WriteOff, given_up, Some(written_off.id.to_string()))?;
    super::save(tx, cx, &award, award.with_written_off(given_up, cx.now)?, Happened::BalanceWrittenOff)?;
    Ok(written_off)
}

pub fn reconcile_recovery(tx: &mut Tx, cx: &Cx, cmd: &Target<RecoveryId>) -> Result<Recovery, Error> {
    let (_, recovery) = load_for(tx, cx, Action::Book, cmd)?;
    save(tx, cx, &recovery, recovery.step(Step::Reconcile, cx.now)?, RecoveryHappened::RecoveryReconciled)
}

/// The recovery as it is with its award, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<RecoveryId>) -> Result<(Award, Recovery), Error> {
    let (award, recovery) = reading::recovery_for(tx, cx, action, target.id)?;
    recovery.expect_version(target.version)?;
    Ok((award, recovery))
}

/// Saves the new version of a recovery with its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Recovery, new: Recovery, happened: RecoveryHappened) -> Result<Recovery, Error> {
    store::update_recovery(tx, old, &new)?;
    record(tx, cx, new, happened)
}

/// Writes the event.
fn record(tx: &mut Tx, cx: &Cx, new: Recovery, happened: RecoveryHappened) -> Result<Recovery, Error> {
    outbox::put(tx, cx, new.updated_at, events::recovery(happened, &new))?;
    Ok(new)
}
