//! Recoveries: money returned on a claim or by choice, and claims that are given up (rule 26).

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AwardId, RecoveryId};
use kit::money::Money;
use kit::outbox;

use super::money::{post, save_recovery};
use super::{reading, save};
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
        return Err(Error::IllegalStep { what: "award", from: award.state.name(), step: "open_recovery" });
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
    outbox::put(tx, cx, cx.now, &events::recovery(RecoveryHappened::Opened, &recovery))?;
    Ok(recovery)
}

/// What somebody does with a recovery.
#[derive(Clone, Debug)]
pub enum RecoveryStep {
    Request,
    RecordReturn { amount: Money },
    WriteOff { reason: String },
    Reconcile,
}

#[derive(Clone, Debug)]
pub struct StepRecovery {
    pub target: Target<RecoveryId>,
    pub step: RecoveryStep,
}

pub fn step_recovery(tx: &mut Tx, cx: &Cx, cmd: &StepRecovery) -> Result<Recovery, Error> {
    let action = match &cmd.step {
        RecoveryStep::Request | RecoveryStep::RecordReturn { .. } | RecoveryStep::Reconcile => Action::Book,
        RecoveryStep::WriteOff { .. } => Action::WriteOff,
    };
    let (award, old) = reading::recovery_for(tx, cx, action, cmd.target.id)?;
    old.expect_version(cmd.target.version)?;
    match &cmd.step {
        RecoveryStep::Request => {
            let new = old.step(Step::Request, cx.now)?;
            save_recovery(tx, cx, &old, &new, RecoveryHappened::Requested)?;
            Ok(new)
        }
        RecoveryStep::Reconcile => {
            let new = old.step(Step::Reconcile, cx.now)?;
            save_recovery(tx, cx, &old, &new, RecoveryHappened::Reconciled)?;
            Ok(new)
        }
        RecoveryStep::RecordReturn { amount } => take_back(tx, cx, &award, &old, *amount),
        RecoveryStep::WriteOff { reason } => write_off(tx, cx, &award, &old, reason),
    }
}

/// What comes back is free in the pot again, in the same transaction.
fn take_back(tx: &mut Tx, cx: &Cx, award: &Award, old: &Recovery, amount: Money) -> Result<Recovery, Error> {
    let new = old.take_back(amount, cx.now)?;
    save_recovery(tx, cx, old, &new, RecoveryHappened::Returned)?;
    post(tx, cx, award, Kind::Return, amount, Some(new.id.to_string()))?;
    save(tx, cx, award, &award.with_returned(amount, cx.now)?, Happened::Returned)?;
    Ok(new)
}

fn write_off(tx: &mut Tx, cx: &Cx, award: &Award, old: &Recovery, reason: &str) -> Result<Recovery, Error> {
    let small = store::round(tx, award.round)?.settings.small_balance;
    let given_up = old.outstanding();
    let new = old.write_off(small, reason, cx.now)?;
    save_recovery(tx, cx, old, &new, RecoveryHappened::WrittenOff)?;
    post(tx, cx, award, Kind::WriteOff, given_up, Some(new.id.to_string()))?;
    save(tx, cx, award, &award.with_written_off(given_up, cx.now)?, Happened::WrittenOff)?;
    Ok(new)
}
