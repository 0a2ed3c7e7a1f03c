//! What grading knows about a round: its rules as they were published with the call, pinned when the assessment is
//! opened.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::call::{Band, Criterion, GradingBoard, Question, Scale, Text};
use kit::deadline::Deadline;
use kit::ids::RoundId;
use kit::money::Money;
use serde::{Deserialize, Serialize};

/// A round, as far as grading needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub round: RoundId,
    pub reference: String,
    pub title: Text,
    pub rubric: Rubric,
    pub boards: Vec<GradingBoard>,
    pub instruments: Vec<Instrument>,
    pub questions: Vec<Question>,
    pub announces: Deadline,
}

/// What bids are judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rubric {
    pub criteria: Vec<Criterion>,
    pub scale: Scale,
    /// Best first; empty where the panel agrees on grades itself.
    pub bands: Vec<Band>,
    /// Rule 12.
    pub non_voting_may_score: bool,
}

/// A kind of support, with a pot of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    pub code: String,
    pub name: Text,
    pub pot: Money,
    pub floor: Money,
    pub ceiling: Money,
}

/// What `rounds` published of a round that is being assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    Cancelled { reason: String },
    Announces(Deadline),
}

impl Rubric {
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.code == code)
    }
}

impl Call {
    pub fn instrument(&self, code: &str) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.code == code)
    }

    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}
