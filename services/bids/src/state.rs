//! The states of a bid and every legal step between them. The golden table is `tests/golden/states.txt`.

use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;
use crate::intake::{Place, Timing};

/// The state of a bid, with the facts that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(VariantArray, IntoStaticStr), strum(serialize_all = "snake_case"))]
pub enum State {
    /// Being written. A reopened one keeps its number (rule 4).
    Draft {
        kept: Option<Receipt>,
    },
    Submitted(Receipt),
    /// Received after the close, without a number (rule 7).
    HeldLate(Held),
    Eligible(Receipt),
    Ineligible(Receipt),
    Withdrawn(Before),
    NotSubmitted {
        kept: Option<Receipt>,
    },
    RejectedLate(Held),
}

/// Received in time, or admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub number: i64,
    /// The instant of the first hand-in, which orders the bid.
    pub at: Timestamp,
    pub revision: i32,
}

/// Received late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub at: Timestamp,
    /// Orders the late ones of a round, where instants are equal too.
    pub queue: i64,
    pub revision: i32,
    /// What a bid keeps that was received in time, reopened and handed in again too late.
    pub kept: Option<Receipt>,
}

/// What a withdrawn bid was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Unreceived,
    Received(Receipt),
    Late(Held),
}

/// What can happen to a bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    Submit(Place),
    Reopen,
    Withdraw,
    /// A late bid is let in with the next number, by a manager or by an extension that covers its instant.
    AdmitLate {
        number: i64,
    },
    RejectLate,
    DecideEligible,
    DecideIneligible,
    /// The round closed.
    Close,
    /// The round was extended or reopened.
    Resume,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Error::NotYetOpen`] for handing in before the opening, [`Refusal::IllegalStep`] where the table has no such
    /// step.
    pub fn step(self, step: Step, revision: i32) -> Result<State, Error> {
        Ok(match (self, step) {
            // A late bid is held, never lost, also when the sweep has passed over its draft (rule 7).
            (State::Draft { kept } | State::NotSubmitted { kept }, Step::Submit(Place { at, timing })) => {
                match (timing, kept) {
                    (Timing::Early, _) => return Err(Error::NotYetOpen),
                    (Timing::InTime { .. }, Some(kept)) => State::Submitted(Receipt { revision, ..kept }),
                    (Timing::InTime { number }, None) => State::Submitted(Receipt { number, at, revision }),
                    (Timing::Late { queue }, kept) => State::HeldLate(Held { at, queue, revision, kept }),
                }
            }
            (State::Submitted(receipt), Step::Reopen) => State::Draft { kept: Some(receipt) },
            (State::Draft { kept } | State::NotSubmitted { kept }, Step::Withdraw) => {
                State::Withdrawn(kept.map_or(Before::Unreceived, Before::Received))
            }
            (State::Submitted(receipt) | State::Eligible(receipt), Step::Withdraw) => {
                State::Withdrawn(Before::Received(receipt))
            }
            (State::HeldLate(held), Step::Withdraw) => State::Withdrawn(Before::Late(held)),
            (State::HeldLate(Held { kept: Some(kept), revision, .. }), Step::AdmitLate { .. }) => {
                State::Submitted(Receipt { revision, ..kept })
            }
            (State::HeldLate(Held { at, revision, kept: None, .. }), Step::AdmitLate { number }) => {
                State::Submitted(Receipt { number, at, revision })
            }
            (State::HeldLate(held), Step::RejectLate) => State::RejectedLate(held),
            (State::Submitted(receipt) | State::Ineligible(receipt), Step::DecideEligible) => State::Eligible(receipt),
            (State::Submitted(receipt) | State::Eligible(receipt), Step::DecideIneligible) => {
                State::Ineligible(receipt)
            }
            (State::Draft { kept }, Step::Close) => State::NotSubmitted { kept },
            (State::NotSubmitted { kept }, Step::Resume) => State::Draft { kept },

            (from, step) => {
                return Err(Refusal::IllegalStep { what: "bid", from: from.name(), step: step.name() }.into());
            }
        })
    }

    /// The name in rows, history and the golden table.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The number and instant, where the bid has or keeps them.
    pub fn receipt(self) -> Option<Receipt> {
        match self {
            State::Submitted(receipt) | State::Eligible(receipt) | State::Ineligible(receipt) => Some(receipt),
            State::Draft { kept } | State::NotSubmitted { kept } => kept,
            State::Withdrawn(Before::Received(receipt)) => Some(receipt),
            State::HeldLate(held) | State::RejectedLate(held) | State::Withdrawn(Before::Late(held)) => held.kept,
            State::Withdrawn(Before::Unreceived) => None,
        }
    }

    /// How it was received late, where that was its last hand-in.
    pub fn held(self) -> Option<Held> {
        match self {
            State::HeldLate(held) | State::RejectedLate(held) | State::Withdrawn(Before::Late(held)) => Some(held),
            State::Draft { .. } | State::Submitted(_) | State::Eligible(_) | State::Ineligible(_) => None,
            State::Withdrawn(Before::Unreceived | Before::Received(_)) | State::NotSubmitted { .. } => None,
        }
    }

    /// Whether the network has received it, and so may see it.
    pub fn is_received(self) -> bool {
        match self {
            State::Submitted(_) | State::HeldLate(_) | State::Eligible(_) | State::Ineligible(_) => true,
            State::RejectedLate(_) => true,
            State::Withdrawn(before) => before != Before::Unreceived,
            State::Draft { .. } | State::NotSubmitted { .. } => false,
        }
    }
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
