//! What services know of a round in the same words: its texts, questions, criteria, scale, boards and classes.
//!
//! `rounds` owns them; `bids` and `grading` keep copies, and a sealed decision record holds the rubric. So a field that
//! is added here gets `#[serde(default, skip_serializing_if = ..)]`, and a name stays as it is in JSON. The aliases read
//! copies that were kept before these types were one, which was before the first release; programs of that time do not
//! read what is kept now.

mod kept;
mod wire;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::ids::BoardId;

pub use wire::{attachments, band, board, criterion, question, scale, text, text_or_none};

/// Text that the network publishes, in English and, where it exists, in Welsh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    pub en: String,
    /// Empty where there is none.
    pub cy: String,
}

/// The class in which an organisation belongs to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MembershipClass {
    #[serde(alias = "Full")]
    Full,
    #[serde(alias = "Associate")]
    Associate,
    #[serde(alias = "Affiliate")]
    Affiliate,
    #[serde(alias = "Supporter")]
    Supporter,
}

/// What an overdue report on an earlier award does to a bid (rule 9).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OverdueReports {
    #[default]
    #[serde(alias = "Ignore")]
    Ignore,
    /// It is told, and the bid stays eligible.
    #[serde(alias = "Warn")]
    Warn,
    #[serde(alias = "Block")]
    Block,
}

/// One question of the form, asked always or on a condition. An answer names it by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub label: Text,
    #[serde(default)]
    pub help: Option<Text>,
    pub kind: QuestionKind,
    pub required: bool,
    /// 0 means no limit.
    pub word_limit: i32,
    pub options: Vec<Choice>,
    /// None: always asked.
    pub condition: Option<Condition>,
}

/// Shape of an answer. It is kept as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum QuestionKind {
    ShortText,
    #[serde(alias = "Text")]
    LongText,
    #[serde(alias = "Choice")]
    Choice,
    #[serde(alias = "Choices")]
    Choices,
    #[serde(alias = "Number")]
    Number,
    #[serde(alias = "Money")]
    Money,
    #[serde(alias = "Date")]
    Date,
    /// Such as whether the bid can be funded in part (rule 18).
    #[serde(alias = "YesNo")]
    YesNo,
}

/// An option of a question. Answers name it by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub code: String,
    pub label: Text,
}

/// Asks a question only after this answer to an earlier one: the code of an option, or `yes` or `no`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    #[serde(alias = "question_id")]
    pub question: String,
    pub equals: String,
}

/// Which files a round takes with a bid: none unless it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRules {
    pub media_types: Vec<String>,
    pub max_count: i32,
    pub max_bytes_each: i64,
}

/// An aspect of a bid that is judged by itself, and counts in the total by its weight (rule 14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    pub code: String,
    pub name: Text,
    pub guidance: Option<Text>,
    /// Its share of the sum of all weights, exactly as published.
    pub weight: i32,
    /// Least mark with which a bid can be funded, whatever its total (rule 16).
    #[serde(alias = "minimum_mark")]
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

impl Scale {
    pub fn admits(&self, mark: i32) -> bool {
        (self.min..=self.max).contains(&mark)
    }

    /// Whether a mark needs a reason by itself (rule 13).
    pub fn is_end(&self, mark: i32) -> bool {
        mark == self.min || mark == self.max
    }
}

impl Part {
    /// The name in rows and messages.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
