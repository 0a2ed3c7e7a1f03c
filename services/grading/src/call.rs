//! What grading knows about a round: its rules as they were published with the call, pinned when the assessment is
//! opened.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::deadline::Deadline;
use kit::ids::{BoardId, RoundId};
use kit::money::Money;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

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

/// Text that the network publishes. The Welsh is empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub en: String,
    pub cy: String,
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

/// An aspect of a bid that is judged by itself, and counts in the total by its weight (rule 14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    pub code: String,
    pub name: Text,
    pub guidance: Option<Text>,
    /// Its share of the total, exactly as published.
    pub weight: i32,
    /// Least mark with which a bid can be funded (rule 16).
    pub minimum: Option<i32>,
    /// Code of the principle that it judges; empty where there is none.
    pub principle: String,
}

/// The whole marks that may be given, both ends included. The total is a part of the highest one (rule 14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    pub min: i32,
    pub max: i32,
    pub anchors: Vec<Anchor>,
}

/// The published text that fixes what a mark means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    pub mark: i32,
    pub text: Text,
}

/// A grade and the least total for it, from 0 to 100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    pub grade: String,
    pub at_least: i32,
}

/// A board and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradingBoard {
    pub board: BoardId,
    pub part: Part,
}

/// What a board does in grading: all act together, or one recommends and another determines (rule 19).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    /// All boards in one meeting, each person counted once (rule 12).
    Joint,
    Recommends,
    Determines,
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

/// A question of the bid form, as the panel reads it beside the bidder's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub label: Text,
    pub help: Option<Text>,
    pub kind: QuestionKind,
    pub required: bool,
    pub word_limit: i32,
    pub options: Vec<Choice>,
    pub condition: Option<Condition>,
}

/// Shape of an answer. Only [`Self::YesNo`] matters to a rule here: it may say that a bid can scale (rule 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum QuestionKind {
    ShortText,
    LongText,
    Choice,
    Choices,
    Number,
    Money,
    Date,
    YesNo,
}

/// An option of a question. Answers name it by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub code: String,
    pub label: Text,
}

/// Asks a question only after this answer to an earlier one: the code of an option, or `yes` or `no`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub question: String,
    pub equals: String,
}

/// What `rounds` published of a round that is being assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoundNow {
    Cancelled { reason: String },
    Announces(Deadline),
}

impl Part {
    /// The name in rows and messages.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl QuestionKind {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Rubric {
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.code == code)
    }
}

impl Scale {
    pub fn admits(&self, mark: i32) -> bool {
        (self.min..=self.max).contains(&mark)
    }

    /// Whether a mark needs a reason by itself (rule 13).
    pub fn is_end(&self, mark: i32) -> bool {
        mark == self.min || mark == self.max
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
