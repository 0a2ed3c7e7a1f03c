//! Where an assessment stands, and every legal step between states. The golden table is `tests/golden/states.txt`.

use kit::time::Timestamp;

use crate::error::Error;

/// Where an assessment stands. A state carries its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Interests are declared and reviews are written.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A state without its facts, as the policy and the queries need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Reviewing,
    Moderation,
    Determination,
    Decided,
    BiddersInformed,
    Announced,
    Cancelled,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step, now: Timestamp) -> Result<State, Error> {
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

            (
                from @ State::Reviewing,
                step @ (Step::StartDetermination
                | Step::ReturnToModeration
                | Step::Close
                | Step::Inform
                | Step::Announce),
            )
            | (
                from @ State::Moderation { .. },
                step @ (Step::StartModeration | Step::ReturnToModeration | Step::Close | Step::Inform | Step::Announce),
            )
            | (
                from @ State::Determination(_),
                step @ (Step::StartModeration | Step::StartDetermination | Step::Inform | Step::Announce),
            )
            | (
                from @ State::Decided(_),
                step @ (Step::StartModeration
                | Step::StartDetermination
                | Step::ReturnToModeration
                | Step::Close
                | Step::Announce
                | Step::Cancel),
            )
            | (
                from @ State::BiddersInformed { .. },
                step @ (Step::StartModeration
                | Step::StartDetermination
                | Step::ReturnToModeration
                | Step::Close
                | Step::Inform
                | Step::Cancel),
            )
            | (from @ (State::Announced { .. } | State::Cancelled { .. }), step) => {
                return Err(Error::IllegalStep { what: "assessment", from: from.stage().name(), step: step.name() });
            }
        })
    }

    pub fn stage(self) -> Stage {
        match self {
            State::Reviewing => Stage::Reviewing,
            State::Moderation { .. } => Stage::Moderation,
            State::Determination(_) => Stage::Determination,
            State::Decided(_) => Stage::Decided,
            State::BiddersInformed { .. } => Stage::BiddersInformed,
            State::Announced { .. } => Stage::Announced,
            State::Cancelled { .. } => Stage::Cancelled,
        }
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
}

impl Stage {
    pub const ALL: [Stage; 7] = [
        Stage::Reviewing,
        Stage::Moderation,
        Stage::Determination,
        Stage::Decided,
        Stage::BiddersInformed,
        Stage::Announced,
        Stage::Cancelled,
    ];

    /// The name in rows, history and the golden tables.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Reviewing => "reviewing",
            Stage::Moderation => "moderation",
            Stage::Determination => "determination",
            Stage::Decided => "decided",
            Stage::BiddersInformed => "bidders_informed",
            Stage::Announced => "announced",
            Stage::Cancelled => "cancelled",
        }
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
        match self {
            Step::StartModeration => "start_moderation",
            Step::StartDetermination => "start_determination",
            Step::ReturnToModeration => "return_to_moderation",
            Step::Close => "close",
            Step::Inform => "inform",
            Step::Announce => "announce",
            Step::Cancel => "cancel",
        }
    }
}

#[cfg(test)]
mod tests;
