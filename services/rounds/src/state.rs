//! The states of a round and every legal step between them. The golden table is `tests/golden/states.txt`.

use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// The state of a round, with the facts that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    Draft,
    Scheduled {
        scheduled_at: Timestamp,
    },
    Open {
        scheduled_at: Timestamp,
        opened_at: Timestamp,
    },
    Closed {
        scheduled_at: Timestamp,
        opened_at: Timestamp,
        closed_at: Timestamp,
    },
    /// One that was never scheduled stays unseen.
    Cancelled {
        scheduled_at: Option<Timestamp>,
        opened_at: Option<Timestamp>,
        cancelled_at: Timestamp,
    },
}

/// What can be done to a round once it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Update,
    Schedule,
    Open,
    Close,
    Extend,
    Reopen,
    Cancel,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Error::RulesFrozen`] for rules that no longer change, [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step, now: Timestamp) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Draft, Step::Update) => State::Draft,
            (State::Draft, Step::Schedule) => State::Scheduled { scheduled_at: now },
            (State::Draft, Step::Cancel) => State::Cancelled { scheduled_at: None, opened_at: None, cancelled_at: now },
            (State::Scheduled { scheduled_at }, Step::Open) => State::Open { scheduled_at, opened_at: now },
            (same @ State::Scheduled { .. }, Step::Extend) => same,
            (State::Scheduled { scheduled_at }, Step::Cancel) => {
                State::Cancelled { scheduled_at: Some(scheduled_at), opened_at: None, cancelled_at: now }
            }
            (State::Open { scheduled_at, opened_at }, Step::Close) => {
                State::Closed { scheduled_at, opened_at, closed_at: now }
            }
            (same @ State::Open { .. }, Step::Extend) => same,
            (State::Closed { scheduled_at, opened_at, closed_at: _ }, Step::Reopen) => {
                State::Open { scheduled_at, opened_at }
            }
            (State::Open { scheduled_at, opened_at } | State::Closed { scheduled_at, opened_at, .. }, Step::Cancel) => {
                State::Cancelled { scheduled_at: Some(scheduled_at), opened_at: Some(opened_at), cancelled_at: now }
            }

            (from, Step::Update) => return Err(Error::RulesFrozen { state: from.name() }),
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "round", from: from.name(), step: step.name() }.into());
            }
        })
    }

    /// The name in rows, history and the golden table.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// When the round became known to others; none for a draft and for one that was cancelled as a draft.
    pub fn scheduled_at(self) -> Option<Timestamp> {
        match self {
            State::Draft => None,
            State::Scheduled { scheduled_at }
            | State::Open { scheduled_at, .. }
            | State::Closed { scheduled_at, .. } => Some(scheduled_at),
            State::Cancelled { scheduled_at, .. } => scheduled_at,
        }
    }

    /// When the round opened for the first time.
    pub fn opened_at(self) -> Option<Timestamp> {
        match self {
            State::Draft | State::Scheduled { .. } => None,
            State::Open { opened_at, .. } | State::Closed { opened_at, .. } => Some(opened_at),
            State::Cancelled { opened_at, .. } => opened_at,
        }
    }

    /// When the round closed; none again once it is reopened or cancelled.
    pub fn closed_at(self) -> Option<Timestamp> {
        match self {
            State::Closed { closed_at, .. } => Some(closed_at),
            State::Draft | State::Scheduled { .. } | State::Open { .. } | State::Cancelled { .. } => None,
        }
    }

    pub fn cancelled_at(self) -> Option<Timestamp> {
        match self {
            State::Cancelled { cancelled_at, .. } => Some(cancelled_at),
            State::Draft | State::Scheduled { .. } | State::Open { .. } | State::Closed { .. } => None,
        }
    }
}

impl Step {
    /// The name in history and refusals.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        match self {
            Step::Extend | Step::Reopen | Step::Cancel => true,
            Step::Update | Step::Schedule | Step::Open | Step::Close => false,
        }
    }
}

#[cfg(test)]
mod tests;
