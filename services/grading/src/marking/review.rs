//! One panel member's review of one bid. Its states and legal steps are the table below. A recusal changes none of
//! them: it sets the marks aside while it lasts ([`crate::panel::quorum::Conflicts::set_aside`]).
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::call::Rubric;
use crate::error::Error;

/// Reviews of one bid that count at most. The arithmetic is proved exact up to there (`fraction.rs`).
pub const MOST_PER_BID: usize = 60;

/// One member's marks on one bid and words about it. Others read them only while it is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub id: ReviewId,
    pub version: i64,
    pub assessment: AssessmentId,
    pub bid: BidId,
    pub reviewer: PersonId,
    pub state: State,
    pub marks: Vec<Mark>,
    pub comment: String,
    /// The latest reason given.
    pub reason: String,
    pub assigned_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A mark on one criterion, or that the reviewer cannot judge it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub criterion: String,
    pub mark: Option<i32>,
    pub reason: String,
}

/// The state of a review, with its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    Assigned,
    Accepted,
    Declined,
    InProgress,
    Submitted { at: Timestamp },
    Returned { submitted_at: Timestamp },
    Locked { submitted_at: Timestamp },
    Lapsed,
    Cancelled { submitted_at: Option<Timestamp> },
}

/// What can happen to a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Accept,
    Decline,
    Save,
    Submit,
    /// Given back by a chair.
    Return,
    /// Moderation begins.
    Lock,
    /// The time for reviews is over.
    Lapse,
    /// Taken back by the manager.
    Cancel,
}

impl State {
    /// States in which the reviewer owes something; the store's queries name them.
    pub const OPEN: [&'static str; 4] = ["assigned", "accepted", "in_progress", "returned"];
    /// States in which it was handed in, and counts.
    pub const HANDED_IN: [&'static str; 2] = ["submitted", "locked"];
    /// States that make room for another review of the same pair.
    pub const GONE: [&'static str; 2] = ["declined", "cancelled"];

    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step, now: Timestamp) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Assigned, Step::Accept) => State::Accepted,
            (State::Assigned | State::Accepted | State::InProgress | State::Returned { .. }, Step::Decline) => {
                State::Declined
            }
            (State::Accepted | State::InProgress | State::Returned { .. }, Step::Save) => State::InProgress,
            (State::InProgress, Step::Submit) => State::Submitted { at: now },
            (State::Submitted { at }, Step::Return) => State::Returned { submitted_at: at },
            (State::Submitted { at }, Step::Lock) => State::Locked { submitted_at: at },
            (State::Assigned | State::Accepted | State::InProgress | State::Returned { .. }, Step::Lapse) => {
                State::Lapsed
            }
            (State::Assigned | State::Accepted | State::InProgress, Step::Cancel) => {
                State::Cancelled { submitted_at: None }
            }
            (State::Returned { submitted_at }, Step::Cancel) => State::Cancelled { submitted_at: Some(submitted_at) },

            (from, step) => return Err(Refusal::IllegalStep { what: "review", from: from.name(), step: step.name() }),
        })
    }

    /// The name in rows, history and the golden table.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// When it was handed in last.
    pub fn submitted_at(self) -> Option<Timestamp> {
        match self {
            State::Submitted { at: submitted_at }
            | State::Returned { submitted_at }
            | State::Locked { submitted_at } => Some(submitted_at),
            State::Cancelled { submitted_at } => submitted_at,
            State::Assigned | State::Accepted | State::Declined | State::InProgress | State::Lapsed => None,
        }
    }

    pub fn is_handed_in(self) -> bool {
        counts(self.name())
    }
}

/// Whether a review in a state of this name is handed in, and so counts.
pub fn counts(state: &str) -> bool {
    State::HANDED_IN.contains(&state)
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A review, and whether it does not count because its reviewer is kept from the bid.
#[derive(Clone, Debug)]
pub struct ReviewSeen {
    pub review: Review,
    pub set_aside: bool,
}

/// What was assigned, in the order of the pairs.
pub struct Assigned(pub Vec<Review>);

impl Review {
    pub fn assigned(id: ReviewId, assessment: AssessmentId, bid: BidId, reviewer: PersonId, now: Timestamp) -> Review {
        Review {
            id,
            version: 1,
            assessment,
            bid,
            reviewer,
            state: State::Assigned,
            marks: Vec::new(),
            comment: String::new(),
            reason: String::new(),
            assigned_at: now,
            updated_at: now,
        }
    }

    /// As others than its reviewer may read it.
    pub fn for_others(self) -> Review {
        if self.state.is_handed_in() { self } else { Review { marks: Vec::new(), comment: String::new(), ..self } }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Takes a step that changes nothing but its state. Without words the reason stays what it was.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Review, Refusal> {
        let state = self.state.step(step, now)?;
        let reason = if reason.is_empty() { self.reason.clone() } else { reason.to_string() };
        Ok(Review { state, reason, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Writes marks and comment, which may be incomplete.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is accepted, in progress or returned, [`Refusal::Invalid`] for marks that do
    /// not fit the rubric.
    pub fn save(&self, marks: Vec<Mark>, comment: String, rubric: &Rubric, now: Timestamp) -> Result<Review, Refusal> {
        let saved = self.step(Step::Save, "", now)?;
        Refusal::if_any(misfits(&marks, rubric))?;
        Ok(Review { marks, comment, ..saved })
    }

    /// Hands it in, if nothing is missing.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is in progress, [`Error::ReviewIncomplete`] with all that is missing (rule
    /// 13).
    pub fn submit(&self, rubric: &Rubric, now: Timestamp) -> Result<Review, Error> {
        let submitted = self.step(Step::Submit, "", now)?;
        let missing = missing(&self.marks, rubric);
        if missing.is_empty() { Ok(submitted) } else { Err(Error::ReviewIncomplete(missing)) }
    }
}

/// Marks that do not fit the rubric.
fn misfits(marks: &[Mark], rubric: &Rubric) -> Vec<Violation> {
    let mut found = Vec::new();
    let scale = &rubric.scale;
    for (place, mark) in marks.iter().enumerate() {
        let field = format!("marks[{place}].criterion");
        if rubric.criterion(&mark.criterion).is_none() {
            found.push(Violation::new(&field, "rubric.criterion", "the round has no such criterion; leave it out"));
        } else if marks[..place].iter().any(|other| other.criterion == mark.criterion) {
            found.push(Violation::new(&field, "rubric.criterion_twice", "judge each criterion once"));
        }
        if let Some(given) = mark.mark.filter(|&given| !scale.admits(given)) {
            let says = format!("{given} is not on the scale from {} to {}", scale.min, scale.max);
            found.push(Violation::new(format!("marks[{place}].mark"), "rubric.scale", says));
        }
    }
    found
}

/// What keeps a review from being handed in (rule 13).
fn missing(marks: &[Mark], rubric: &Rubric) -> Vec<Violation> {
    let mut found = Vec::new();
    for criterion in &rubric.criteria {
        let field = format!("marks[{}]", criterion.code);
        let Some(mark) = marks.iter().find(|mark| mark.criterion == criterion.code) else {
            let says = format!("give \u{201c}{}\u{201d} a mark, or say that you cannot judge it", criterion.name.en);
            found.push(Violation::new(field, "review.mark", says));
            continue;
        };
        let says = match mark.mark {
            None => "say why you cannot judge it".to_string(),
            Some(given) if rubric.scale.is_end(given) => format!("say why: {given} is an end of the scale"),
            Some(_) => continue,
        };
        if mark.reason.trim().is_empty() {
            found.push(Violation::new(format!("{field}.reason"), "review.reason", says));
        }
    }
    found
}

#[cfg(test)]
mod tests;
