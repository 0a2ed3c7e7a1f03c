//! The states of an assessment, and every legal step between them. The golden table is `tests/golden/states.txt`.

use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

/// The state of an assessment, with its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(
    name(Stage),
    derive(Default, PartialOrd, Ord, IntoStaticStr, VariantArray),
    strum(serialize_all = "snake_case"),
    doc = "A state without its facts, as the policy and the queries need it."
)]
pub enum State {
    /// Interests are declared and reviews are written.
    #[strum_discriminants(default)]
    Reviewing,
    Moderation {
        moderation_at: Timestamp,
    },
    Determination(Settled),
    Decided(Decided),
    BiddersInformed {
        decided: Decided,
        informed_at: Timestamp,
    },
    Announced {
        decided: Decided,
        informed_at: Timestamp,
        announced_at: Timestamp,
    },
    Cancelled {
        moderation_at: Option<Timestamp>,
        determination_at: Option<Timestamp>,
        cancelled_at: Timestamp,
    },
}

/// Marks are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub moderation_at: Timestamp,
    pub determination_at: Timestamp,
}

/// Every bid is determined, and the record is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    pub settled: Settled,
    pub decided_at: Timestamp,
}

/// What can happen to an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    StartModeration,
    StartDetermination,
    ReturnToModeration,
    Close,
    /// Letters are released.
    Inform,
    Announce,
    Cancel,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step, now: Timestamp) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Reviewing, Step::StartModeration) => State::Moderation { moderation_at: now },
            (State::Moderation { moderation_at }, Step::StartDetermination) => {
                State::Determination(Settled { moderation_at, determination_at: now })
            }
            (State::Determination(Settled { moderation_at, .. }), Step::ReturnToModeration) => {
                State::Moderation { moderation_at }
            }
            (State::Determination(settled), Step::Close) => State::Decided(Decided { settled, decided_at: now }),
            (State::Decided(decided), Step::Inform) => State::BiddersInformed { decided, informed_at: now },
            (State::BiddersInformed { decided, informed_at }, Step::Announce) => {
                State::Announced { decided, informed_at, announced_at: now }
            }
            (State::Reviewing | State::Moderation { .. } | State::Determination(_), Step::Cancel) => {
                let (moderation_at, determination_at) = (self.moderation_at(), self.determination_at());
                State::Cancelled { moderation_at, determination_at, cancelled_at: now }
            }

            (from, step) => {
                return Err(Refusal::IllegalStep { what: "assessment", from: from.stage().name(), step: step.name() });
            }
        })
    }

    pub fn stage(self) -> Stage {
        self.into()
    }

    pub fn moderation_at(self) -> Option<Timestamp> {
        match self {
            State::Reviewing => None,
            State::Moderation { moderation_at } => Some(moderation_at),
            State::Cancelled { moderation_at, .. } => moderation_at,
            State::Determination(_) | State::Decided(_) | State::BiddersInformed { .. } | State::Announced { .. } => {
                self.settled().map(|settled| settled.moderation_at)
            }
        }
    }

    pub fn determination_at(self) -> Option<Timestamp> {
        match self {
            State::Reviewing | State::Moderation { .. } => None,
            State::Cancelled { determination_at, .. } => determination_at,
            State::Determination(_) | State::Decided(_) | State::BiddersInformed { .. } | State::Announced { .. } => {
                self.settled().map(|settled| settled.determination_at)
            }
        }
    }

    fn settled(self) -> Option<Settled> {
        match self {
            State::Determination(settled) => Some(settled),
            State::Decided(decided) | State::BiddersInformed { decided, .. } | State::Announced { decided, .. } => {
                Some(decided.settled)
            }
            State::Reviewing | State::Moderation { .. } | State::Cancelled { .. } => None,
        }
    }

    pub fn decided_at(self) -> Option<Timestamp> {
        match self {
            State::Decided(decided) | State::BiddersInformed { decided, .. } | State::Announced { decided, .. } => {
                Some(decided.decided_at)
            }
            State::Reviewing | State::Moderation { .. } | State::Determination(_) | State::Cancelled { .. } => None,
        }
    }

    pub fn informed_at(self) -> Option<Timestamp> {
        match self {
            State::BiddersInformed { informed_at, .. } | State::Announced { informed_at, .. } => Some(informed_at),
            State::Reviewing
            | State::Moderation { .. }
            | State::Determination(_)
            | State::Decided(_)
            | State::Cancelled { .. } => None,
        }
    }

    pub fn announced_at(self) -> Option<Timestamp> {
        match self {
            State::Announced { announced_at, .. } => Some(announced_at),
            State::Reviewing
            | State::Moderation { .. }
            | State::Determination(_)
            | State::Decided(_)
            | State::BiddersInformed { .. }
            | State::Cancelled { .. } => None,
        }
    }
}

impl Stage {
    /// The name in rows, history and the golden tables.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether interests, meetings and decisions can still change.
    pub fn is_open(self) -> bool {
        match self {
            Stage::Reviewing | Stage::Moderation | Stage::Determination => true,
            Stage::Decided | Stage::BiddersInformed | Stage::Announced | Stage::Cancelled => false,
        }
    }

    /// Whether every bid has its decision.
    pub fn is_decided(self) -> bool {
        match self {
            Stage::Decided | Stage::BiddersInformed | Stage::Announced => true,
            Stage::Reviewing | Stage::Moderation | Stage::Determination | Stage::Cancelled => false,
        }
    }

    /// Whether bidders know (rule 20).
    pub fn is_informed(self) -> bool {
        match self {
            Stage::BiddersInformed | Stage::Announced => true,
            Stage::Reviewing | Stage::Moderation | Stage::Determination | Stage::Decided | Stage::Cancelled => false,
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
