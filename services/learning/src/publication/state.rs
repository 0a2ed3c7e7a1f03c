//! The states of a publication, and every legal step. The golden table is `tests/golden/states.txt`.

use kit::deadline::Deadline;
use kit::ids::PersonId;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

/// How far a publication is. A state carries its facts. While a correction is worked on it is drafting again.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    Planned,
    Drafting,
    FactCheck,
    Approved,
    /// Waiting for its instant, seen by the named group (rule 31).
    Embargoed {
        publish_at: Deadline,
        group: Vec<PersonId>,
    },
    Published {
        at: Timestamp,
        publish_at: Option<Deadline>,
    },
    Withdrawn,
}

/// What can happen to a publication. Only an editor approves, embargoes, releases, corrects and withdraws it.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    SetItems,
    StartFactCheck,
    Return,
    Approve,
    Embargo {
        publish_at: Deadline,
        group: Vec<PersonId>,
    },
    /// An editor makes it public before its time.
    Release {
        at: Timestamp,
    },
    /// The clock makes it public.
    Publish {
        at: Timestamp,
    },
    /// Its instant came, and a source was no longer as it was pinned.
    HoldBack,
    Correct,
    Withdraw,
    /// A council took back what it quotes: whoever approved it approved another text.
    LoseQuotes,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Planned | State::Drafting | State::FactCheck, Step::SetItems) => State::Drafting,
            (State::Drafting, Step::StartFactCheck) => State::FactCheck,
            (State::FactCheck | State::Approved, Step::Return) => State::Drafting,
            (State::FactCheck, Step::Approve) => State::Approved,
            (State::Approved, Step::Embargo { publish_at, group }) => State::Embargoed { publish_at, group },
            (State::Embargoed { publish_at, .. }, Step::Release { at } | Step::Publish { at }) => {
                State::Published { at, publish_at: Some(publish_at.clone()) }
            }
            (State::Embargoed { .. }, Step::HoldBack) => State::Drafting,
            (State::Published { .. }, Step::Correct) => State::Drafting,
            (from @ (State::Planned | State::Drafting | State::FactCheck), Step::LoseQuotes) => from.clone(),
            (State::Approved | State::Embargoed { .. }, Step::LoseQuotes) => State::Drafting,
            (
                State::Planned
                | State::Drafting
                | State::FactCheck
                | State::Approved
                | State::Embargoed { .. }
                | State::Published { .. },
                Step::Withdraw,
            ) => State::Withdrawn,

            (from, step) => {
                return Err(Refusal::IllegalStep { what: "publication", from: from.name(), step: step.name() });
            }
        })
    }

    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Whether its text can still change without a new edition.
    pub fn is_unpublished(&self) -> bool {
        match self {
            State::Planned | State::Drafting | State::FactCheck | State::Approved | State::Embargoed { .. } => true,
            State::Published { .. } | State::Withdrawn => false,
        }
    }
}

impl Step {
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
