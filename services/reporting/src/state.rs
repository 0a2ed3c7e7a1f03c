//! The states of a report and every legal step between them. The golden table is `tests/golden/states.txt`. Overdue is
//! computed, and no state.

use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// The state of a report, with the facts that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    /// To be written later.
    Scheduled,
    Open,
    /// Being written. One that was given back keeps when it was handed in.
    InDraft {
        handed_in: Option<Timestamp>,
    },
    AwaitingSignOff {
        handed_in: Option<Timestamp>,
    },
    Submitted {
        at: Timestamp,
    },
    ChangesRequested {
        handed_in: Timestamp,
    },
    Accepted {
        handed_in: Timestamp,
        at: Timestamp,
    },
    Waived,
    Cancelled,
}

/// What can happen to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    /// Its time to be written has come.
    Open,
    Edit,
    RequestSignOff,
    SignOff,
    Submit {
        at: Timestamp,
    },
    RequestChanges,
    Accept {
        at: Timestamp,
    },
    Waive,
    /// Its award ended.
    Cancel,
    /// Its due instant, or the holder of its award, is another.
    Reschedule,
    AddAddendum,
    SetRelease,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Error::Immutable`] for writing in an accepted one, [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Scheduled, Step::Open) => State::Open,
            (State::Open, Step::Edit) => State::InDraft { handed_in: None },
            (State::InDraft { handed_in } | State::AwaitingSignOff { handed_in }, Step::Edit) => {
                State::InDraft { handed_in }
            }
            (State::ChangesRequested { handed_in }, Step::Edit) => State::InDraft { handed_in: Some(handed_in) },
            (State::InDraft { handed_in }, Step::RequestSignOff) => State::AwaitingSignOff { handed_in },
            (State::ChangesRequested { handed_in }, Step::RequestSignOff) => {
                State::AwaitingSignOff { handed_in: Some(handed_in) }
            }
            (
                from @ (State::InDraft { .. } | State::AwaitingSignOff { .. } | State::ChangesRequested { .. }),
                Step::SignOff,
            ) => from,
            (
                State::InDraft { .. } | State::AwaitingSignOff { .. } | State::ChangesRequested { .. },
                Step::Submit { at },
            ) => State::Submitted { at },
            (State::Submitted { at }, Step::RequestChanges) => State::ChangesRequested { handed_in: at },
            (State::Submitted { at: handed_in }, Step::Accept { at }) => State::Accepted { handed_in, at },
            (
                State::Scheduled
                | State::Open
                | State::InDraft { handed_in: None }
                | State::AwaitingSignOff { handed_in: None },
                Step::Waive,
            ) => State::Waived,
            (
                State::Scheduled
                | State::Open
                | State::InDraft { .. }
                | State::AwaitingSignOff { .. }
                | State::ChangesRequested { .. },
                Step::Cancel,
            ) => State::Cancelled,
            (
                from @ (State::Scheduled
                | State::Open
                | State::InDraft { .. }
                | State::AwaitingSignOff { .. }
                | State::Submitted { .. }
                | State::ChangesRequested { .. }),
                Step::Reschedule,
            ) => from,
            (from @ State::Accepted { .. }, Step::AddAddendum | Step::SetRelease) => from,

            // Corrections are addenda.
            (State::Accepted { .. }, Step::Edit | Step::RequestSignOff | Step::SignOff | Step::Submit { .. }) => {
                return Err(Error::Immutable);
            }
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "report", from: from.name(), step: step.name() }.into());
            }
        })
    }

    /// The name in the store and in refusals.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// When it was handed in last.
    pub fn handed_in(self) -> Option<Timestamp> {
        match self {
            State::Submitted { at: handed_in }
            | State::ChangesRequested { handed_in }
            | State::Accepted { handed_in, .. } => Some(handed_in),
            State::InDraft { handed_in } | State::AwaitingSignOff { handed_in } => handed_in,
            State::Scheduled | State::Open | State::Waived | State::Cancelled => None,
        }
    }

    pub fn accepted_at(self) -> Option<Timestamp> {
        match self {
            State::Accepted { at, .. } => Some(at),
            State::Scheduled
            | State::Open
            | State::InDraft { .. }
            | State::AwaitingSignOff { .. }
            | State::Submitted { .. }
            | State::ChangesRequested { .. }
            | State::Waived
            | State::Cancelled => None,
        }
    }

    /// Whether what it now says was handed in, so that the network reads it. A draft stays the council's.
    pub fn is_handed_in(self) -> bool {
        match self {
            State::Submitted { .. } | State::ChangesRequested { .. } | State::Accepted { .. } => true,
            State::Scheduled
            | State::Open
            | State::InDraft { .. }
            | State::AwaitingSignOff { .. }
            | State::Waived
            | State::Cancelled => false,
        }
    }

    /// Whether the network still waits for it. One that was given back was handed in.
    pub fn is_awaited(self) -> bool {
        match self {
            State::Scheduled | State::Open => true,
            State::InDraft { handed_in } | State::AwaitingSignOff { handed_in } => handed_in.is_none(),
            State::Submitted { .. }
            | State::ChangesRequested { .. }
            | State::Accepted { .. }
            | State::Waived
            | State::Cancelled => false,
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
