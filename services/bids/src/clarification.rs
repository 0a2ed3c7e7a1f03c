//! Clarifications: a question to a bidder and its answer. The bid itself stays unchanged.

use kit::caller::Actor;
use kit::ids::{BidId, ClarificationId};
use kit::refusal::Refusal;
use kit::time::Timestamp;

/// A manager's question about a received bid, with the council's answer once it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clarification {
    pub id: ClarificationId,
    pub bid: BidId,
    pub version: i64,
    pub question: String,
    pub answer_by: Timestamp,
    pub asked_at: Timestamp,
    pub asked_by: Actor,
    pub answer: Option<Answer>,
}

/// What the council said. It is given once and does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    pub at: Timestamp,
    pub by: Actor,
}

impl Clarification {
    /// Answers once. An answer after the deadline is kept and counts as late.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that was answered.
    pub fn answer(&self, text: String, by: Actor, at: Timestamp) -> Result<Clarification, Refusal> {
        match self.answer {
            None => {
                Ok(Clarification { answer: Some(Answer { text, at, by }), version: self.version + 1, ..self.clone() })
            }
            Some(_) => Err(Refusal::IllegalStep { what: "clarification", from: "answered", step: "answer" }),
        }
    }

    /// The deadline is the first late instant, as that of a round is (rule 5).
    pub fn is_late(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.at >= self.answer_by)
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}
