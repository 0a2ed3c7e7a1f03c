//! Links between people and bids (rule 10), and what follows from them. Members of the panel have interests, and so has
//! staff.

use kit::ids::{AssessmentId, BidId, InterestId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray, VariantNames};

/// A link between somebody and one bid. Until it is cleared the bid does not exist for them (rule 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    pub id: InterestId,
    pub version: i64,
    pub assessment: AssessmentId,
    /// Whom it concerns.
    pub person: PersonId,
    pub bid: BidId,
    pub kind: Kind,
    pub origin: Origin,
    /// The words of whoever declared or recorded it; empty for a derived one.
    pub note: String,
    pub state: State,
    pub declared_at: Timestamp,
    /// Who recorded it, and so does not decide on it. None also for one recorded before a second person had to decide.
    pub recorded_by: Option<PersonId>,
    /// Whether the bid existed for whom it concerns when the interest became known.
    pub was_seen: bool,
    /// What whom it concerns says to it, if they said anything.
    pub answer: Option<Answered>,
}

/// An interest as one caller may read it.
#[derive(Clone, Debug)]
pub struct InterestSeen {
    pub interest: Interest,
    /// None for a bid that they may not know of.
    pub bid: Option<BidId>,
    pub recorded_by: Option<PersonId>,
}

/// The answer of whom a recorded interest concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub words: String,
    pub at: Timestamp,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// From the register. Never cleared.
    Derived,
    /// By whom it concerns.
    Declared,
    /// By a round manager, a panel chair or a clerk.
    Recorded,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Not yet decided; the bid is hidden meanwhile.
    Declared,
    /// Not yet decided by a second person; the bid is hidden meanwhile.
    Recorded,
    Recused {
        reason: String,
        at: Timestamp,
    },
    Cleared {
        reason: String,
        at: Timestamp,
    },
}

/// What can be made of a declared or recorded interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Recuse,
    Clear,
    /// Whom it concerns says something to it.
    Answer,
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

    /// Whether a second person has yet to decide on what somebody recorded.
    pub fn is_pending(&self) -> bool {
        *self == State::Recorded
    }

    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step, reason: &str, at: Timestamp) -> Result<State, Refusal> {
        let reason = reason.to_string();
        Ok(match (self, step) {
            (State::Declared | State::Recorded, Step::Recuse) => State::Recused { reason, at },
            (State::Declared | State::Recorded | State::Recused { .. }, Step::Clear) => State::Cleared { reason, at },
            (State::Recorded, Step::Answer) => State::Recorded,
            (from, step) => return Err(illegal(from, step)),
        })
    }
}

fn illegal(from: &State, step: Step) -> Refusal {
    Refusal::IllegalStep { what: "interest", from: from.name(), step: step.name() }
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl InterestSeen {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.interest.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

impl Interest {
    /// Decides on it. What the register shows is nothing to decide on.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is decided so already, and for a derived one.
    pub fn decide(&self, step: Step, reason: &str, now: Timestamp) -> Result<Interest, Refusal> {
        if self.origin == Origin::Derived {
            return Err(illegal(&self.state, step));
        }
        let state = self.state.step(step, reason, now)?;
        Ok(Interest { state, version: self.version + 1, ..self.clone() })
    }

    /// Keeps what whom it concerns says to it, in place of what they said before.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is recorded and not decided.
    pub fn answered(&self, words: &str, now: Timestamp) -> Result<Interest, Refusal> {
        let state = self.state.step(Step::Answer, "", now)?;
        let answer = Some(Answered { words: words.to_string(), at: now });
        Ok(Interest { state, answer, version: self.version + 1, ..self.clone() })
    }

    /// Whether whom it concerns finds it in their own list: what they declared, and what others recorded of them.
    pub fn is_told(&self) -> bool {
        match self.origin {
            Origin::Declared | Origin::Recorded => true,
            Origin::Derived => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    /// G-A5a, G-C4: what was recorded or recused can be cleared, and what the register shows cannot.
    #[test]
    fn only_what_the_register_shows_is_never_cleared() {
        let now = at("2020-01-20T10:00:00Z");
        let (reason, at) = (String::new(), now);
        let recused = State::Recused { reason: reason.clone(), at };
        let interest = |origin, state| Interest {
            id: InterestId::new(),
            version: 1,
            assessment: AssessmentId::new(),
            person: PersonId::new(),
            bid: BidId::new(),
            kind: Kind::Other,
            origin,
            note: String::new(),
            state,
            declared_at: now,
            recorded_by: None,
            was_seen: true,
            answer: None,
        };
        let clears = |origin, state| interest(origin, state).decide(Step::Clear, "nothing in it", now).is_ok();
        assert!(clears(Origin::Declared, State::Declared) && clears(Origin::Declared, recused.clone()));
        assert!(clears(Origin::Recorded, State::Recorded) && clears(Origin::Recorded, recused.clone()));
        assert!(!clears(Origin::Derived, recused));
        assert!(!clears(Origin::Declared, State::Cleared { reason, at }));
    }

    #[test]
    fn an_answer_is_taken_until_it_is_decided() {
        let now = at("2020-01-20T10:00:00Z");
        assert_eq!(State::Recorded.step(Step::Answer, "", now).unwrap(), State::Recorded);
        for state in [State::Declared, State::Recused { reason: String::new(), at: now }] {
            assert!(state.step(Step::Answer, "", now).is_err());
        }
    }
}
