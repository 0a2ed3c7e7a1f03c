//! Links between panel members and bids (rule 10), and what follows from them.

use kit::ids::{AssessmentId, BidId, InterestId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray, VariantNames};

/// A link between one member and one bid. Until it is cleared the bid does not exist for the member (rule 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    pub id: InterestId,
    pub version: i64,
    pub assessment: AssessmentId,
    pub person: PersonId,
    pub bid: BidId,
    pub kind: Kind,
    pub origin: Origin,
    /// The words of the person who declared it; empty for a derived one.
    pub note: String,
    pub state: State,
    pub declared_at: Timestamp,
}

/// What the link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    OwnCouncil,
    RelatedCouncil,
    Family,
    Employment,
    PreparedBid,
    SupplierOrPartner,
    Other,
}

/// How it became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// From the register. Never cleared.
    Derived,
    /// By the member.
    Declared,
    /// By a round manager or a panel chair.
    Recorded,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Not yet decided; the bid is hidden from the member meanwhile.
    Declared,
    Recused {
        reason: String,
        at: Timestamp,
    },
    Cleared {
        reason: String,
        at: Timestamp,
    },
}

/// What can be made of a declared interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Recuse,
    Clear,
}

impl Kind {
    /// The name in rows and in the decision record.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Origin {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl State {
    /// Names of those that hide nothing. Any other hides its bid, also one that is added later and forgotten here.
    pub const OPEN: [&'static str; 1] = ["cleared"];

    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is decided already.
    pub fn step(&self, step: Step, reason: &str, at: Timestamp) -> Result<State, Refusal> {
        let reason = reason.to_string();
        Ok(match (self, step) {
            (State::Declared, Step::Recuse) => State::Recused { reason, at },
            (State::Declared, Step::Clear) => State::Cleared { reason, at },
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "interest", from: from.name(), step: step.name() });
            }
        })
    }
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Interest {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Decides on it. A derived one never was undecided, so the table of states keeps it from being cleared.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is decided already, as a derived or recorded one always is.
    pub fn decide(&self, step: Step, reason: &str, now: Timestamp) -> Result<Interest, Refusal> {
        let state = self.state.step(step, reason, now)?;
        Ok(Interest { state, version: self.version + 1, ..self.clone() })
    }
}
