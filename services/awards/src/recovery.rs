//! Money to be recovered, or returned by choice (rule 26). It belongs to the award, not to an instalment, so a refund
//! may be larger than any one instalment.

use kit::ids::{AwardId, RecoveryId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error::Error;

/// One sum of an award that is to come back. What has come back and what was given up count against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    pub id: RecoveryId,
    pub award: AwardId,
    pub version: i64,
    pub amount: Money,
    pub returned: Money,
    pub written_off: Money,
    pub state: State,
    /// Why it is due, or was given up: the latest reason given.
    pub reason: String,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The state of a recovery, with the facts that belong to it. Money may come back before anybody has asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    Due,
    Requested,
    PartReturned,
    /// All of it came back, or the rest was given up.
    Returned,
    Reconciled,
    /// Given up as a whole.
    WrittenOff,
}

/// What can happen to a recovery. The sum tells whether a part comes back or the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Request,
    ReturnPart,
    ReturnRest,
    WriteOff,
    Reconcile,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Due, Step::Request) => State::Requested,
            (State::Due | State::Requested | State::PartReturned, Step::ReturnPart) => State::PartReturned,
            (State::Due | State::Requested | State::PartReturned, Step::ReturnRest) => State::Returned,
            (State::Due | State::Requested, Step::WriteOff) => State::WrittenOff,
            (State::PartReturned, Step::WriteOff) => State::Returned,
            (State::Returned, Step::Reconcile) => State::Reconciled,
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "recovery", from: from.name(), step: step.name() });
            }
        })
    }

    /// The name in rows and in the golden table.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Over and done with.
    pub fn is_settled(self) -> bool {
        match self {
            State::Reconciled | State::WrittenOff => true,
            State::Due | State::Requested | State::PartReturned | State::Returned => false,
        }
    }
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Recovery {
    pub fn new(id: RecoveryId, award: AwardId, amount: Money, reason: &str, now: Timestamp) -> Recovery {
        let nothing = Money { minor_units: 0, ..amount };
        Recovery {
            id,
            award,
            version: 1,
            amount,
            returned: nothing,
            written_off: nothing,
            state: State::Due,
            reason: reason.to_string(),
            opened_at: now,
            updated_at: now,
        }
    }

    /// What has neither come back nor been given up.
    pub fn outstanding(&self) -> Money {
        let settled = self.returned.minor_units + self.written_off.minor_units;
        Money { minor_units: self.amount.minor_units - settled, ..self.amount }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Takes a step that moves no money.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step, now: Timestamp) -> Result<Recovery, Refusal> {
        Ok(Recovery { state: self.state.step(step)?, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Money comes back.
    ///
    /// # Errors
    /// [`Error::MoreThanOutstanding`] when it is more than is to come, [`Refusal::IllegalStep`] once nothing is to
    /// come, [`Error::Money`] for a sum that cannot be added.
    pub fn take_back(&self, amount: Money, now: Timestamp) -> Result<Recovery, Error> {
        let returned = self.returned.plus(amount)?;
        let outstanding = self.outstanding();
        let step = match amount.minor_units.cmp(&outstanding.minor_units) {
            std::cmp::Ordering::Less => Step::ReturnPart,
            std::cmp::Ordering::Equal => Step::ReturnRest,
            // The state speaks first: what is settled takes nothing at all.
            std::cmp::Ordering::Greater => {
                self.state.step(Step::ReturnPart)?;
                return Err(Error::MoreThanOutstanding { outstanding });
            }
        };
        Ok(Recovery { returned, ..self.step(step, now)? })
    }

    /// Gives the rest up, where that is small together with what was given up of the award `before` (rule 26).
    ///
    /// # Errors
    /// [`Error::BalanceNotSmall`] when it is not, [`Error::Money`] for a sum that cannot be added,
    /// [`Refusal::IllegalStep`] once nothing is to come.
    pub fn write_off(&self, small: Money, before: Money, reason: &str, now: Timestamp) -> Result<Recovery, Error> {
        let written_off = self.outstanding();
        let new = self.step(Step::WriteOff, now)?;
        if before.plus(written_off)?.minor_units > small.minor_units {
            return Err(Error::BalanceNotSmall { outstanding: written_off, before, small });
        }
        Ok(Recovery { written_off, reason: reason.to_string(), ..new })
    }
}
