//! The grading of one round. Its states, and every legal step, are in `state.rs`. Bids, panel, reviews and decisions
//! are stored separately, so the version reveals nothing about them.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::call::{Part, QuestionKind};
use kit::deadline::Deadline;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BoardId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::error::Error;
use crate::state::{Stage, State, Step};

/// The grading of one round, at most one for each. Its rules and boards stay as they were when it was opened, and only
/// the announcement moves with the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub id: AssessmentId,
    /// Counts the steps of the assessment itself; the etag.
    pub version: i64,
    pub state: State,
    pub call: Call,
    pub boards: Vec<Board>,
    pub settings: Settings,
    pub opened_at: Timestamp,
    /// Why it was returned to moderation or called off: the latest reason given.
    pub reason: String,
}

/// An assessment as an answer shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentNow {
    pub assessment: Assessment,
    pub as_of: Timestamp,
}

/// A board that grades, as the registry held it when the assessment was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    pub id: BoardId,
    pub name: String,
    pub part: Part,
    pub quorum: usize,
}

/// What a round manager sets when an assessment is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub reviews_due: Timestamp,
    pub least_reviews: usize,
    /// Criterion that settles ties first (rule 15).
    pub tie_criterion: String,
    /// Letters are released this long before the announcement (rule 20).
    pub letters_ahead_minutes: i32,
    /// Question whose `yes` says that a bid can be funded in part (rule 18).
    pub scaling_question: Option<String>,
}

impl Settings {
    /// What does not fit the round.
    pub fn misfits(&self, call: &Call, now: Timestamp) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.reviews_due <= now {
            found.push(Violation::new("reviews_due", "timestamp.gt_now", "give an instant that lies ahead"));
        }
        if call.rubric.criterion(&self.tie_criterion).is_none() {
            found.push(Violation::new("tie_criterion", "rubric.criterion", "the round has no such criterion"));
        }
        if let Some(id) = &self.scaling_question {
            let says = match call.question(id).map(|question| question.kind) {
                Some(QuestionKind::YesNo) => None,
                Some(_) => Some("name a question of yes or no"),
                None => Some("the round's form has no such question"),
            };
            found.extend(says.map(|says| Violation::new("scaling_question_id", "form.question", says)));
        }
        found
    }
}

impl Assessment {
    pub fn stage(&self) -> Stage {
        self.state.stage()
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Refuses what is done in one stage only.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] in any other stage.
    pub fn expect_stage(&self, stage: Stage, step: &'static str) -> Result<(), Refusal> {
        if self.stage() == stage { Ok(()) } else { Err(self.illegal(step)) }
    }

    /// Refuses what is done until the decision.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] once it is decided or cancelled.
    pub fn expect_open(&self, step: &'static str) -> Result<(), Refusal> {
        if self.stage().is_open() { Ok(()) } else { Err(self.illegal(step)) }
    }

    /// Refuses what is done from moderation on until the decision.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] before reviews are locked, and once it is decided or cancelled.
    pub fn expect_locked(&self, step: &'static str) -> Result<(), Refusal> {
        self.expect_results(step)?;
        self.expect_open(step)
    }

    /// Refuses what is read from moderation on.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where reviews are not locked, or never were before it was cancelled.
    pub fn expect_results(&self, step: &'static str) -> Result<(), Refusal> {
        if self.has_results() { Ok(()) } else { Err(self.illegal(step)) }
    }

    /// Whether reviews are locked, so that there are results to look at.
    pub fn has_results(&self) -> bool {
        self.state.moderation_at().is_some()
    }

    /// Refuses what comes too late for the reviews, also while the ticker has yet to notice.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] in any other stage, [`Error::ReviewsDue`] from the instant at which reviews are due.
    pub fn expect_reviewing(&self, step: &'static str, now: Timestamp) -> Result<(), Error> {
        self.expect_stage(Stage::Reviewing, step)?;
        let due = self.settings.reviews_due;
        if now < due { Ok(()) } else { Err(Error::ReviewsDue { due }) }
    }

    fn illegal(&self, step: &'static str) -> Refusal {
        Refusal::IllegalStep { what: "assessment", from: self.stage().name(), step }
    }

    /// Takes a step. Without words the reason stays what it was.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table of `state.rs` has no such step.
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Assessment, Refusal> {
        let state = self.state.step(step, now)?;
        let reason = if reason.is_empty() { self.reason.clone() } else { reason.to_string() };
        Ok(Assessment { state, reason, version: self.version + 1, ..self.clone() })
    }

    /// The announcement was moved by the round.
    pub fn announced_by(&self, announces: Deadline) -> Assessment {
        let call = Call { announces, ..self.call.clone() };
        Assessment { call, version: self.version + 1, ..self.clone() }
    }

    /// When letters are released, if the decision is there by then.
    pub fn letters_at(&self) -> Timestamp {
        self.call.announces.instant.plus_seconds(-60 * i64::from(self.settings.letters_ahead_minutes))
    }

    /// From when bidders may read their letters.
    pub fn released_at(&self) -> Timestamp {
        let planned = self.state.decided_at().map_or(self.letters_at(), |decided_at| decided_at.max(self.letters_at()));
        self.state.informed_at().unwrap_or(planned)
    }

    /// The step that the clock has brought about by now.
    pub fn due(&self, now: Timestamp) -> Option<Step> {
        match self.stage() {
            Stage::Decided => (self.letters_at() <= now).then_some(Step::Inform),
            Stage::BiddersInformed => (self.call.announces.instant <= now).then_some(Step::Announce),
            Stage::Reviewing | Stage::Moderation | Stage::Determination | Stage::Announced | Stage::Cancelled => None,
        }
    }

    /// Whether one board recommends and another determines (rule 19).
    pub fn is_in_two_stages(&self) -> bool {
        self.boards.iter().any(|board| board.part == Part::Determines)
    }

    /// Boards that sit in a meeting of this part. The joint meeting is that of all of them.
    pub fn acting(&self, part: Part) -> Vec<&Board> {
        self.boards.iter().filter(|board| part == Part::Joint || board.part == part).collect()
    }
}
