//! What bids needs to know about a round: its window and what it asks of a bid. A copy, kept by events and by a pull,
//! so that submitting does not need `rounds`.

use kit::ids::RoundId;
use kit::money::Money;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The published invitation to bid in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub round: RoundId,
    /// Version of the round that this was copied from.
    pub version: i64,
    pub reference: String,
    pub opens_at: Timestamp,
    /// The close and its grace (rule 5).
    pub closes_at: Timestamp,
    /// Zone in which the close was announced, such as `Europe/London`.
    pub zone: String,
    pub cancelled: bool,
    pub instruments: Vec<Instrument>,
    pub form: Form,
    pub attachments: AttachmentRules,
    #[serde(default)]
    pub overdue_reports: OverdueReports,
}

/// What an overdue report on an earlier award does to a bid (rule 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OverdueReports {
    #[default]
    Ignore,
    /// It is told, and the bid stays eligible.
    Warn,
    Block,
}

/// A kind of support on offer, such as a policy prototype, with what it asks of a bid and of its lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    pub code: String,
    /// Both included.
    pub floor: Money,
    pub ceiling: Money,
    /// Both included.
    pub months_min: i32,
    pub months_max: i32,
    pub admitted: Vec<Class>,
    /// Most bids that one organisation may lead for this instrument in this round (rule 3).
    pub lead_limit: Option<i64>,
    /// Most projects, of whatever round, that one organisation may lead at a time (rule 3).
    #[serde(default)]
    pub live_limit: Option<i64>,
}

/// Class of membership of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    Full,
    Associate,
    Affiliate,
    Supporter,
}

/// What a bid is asked in words. The rules of a scheduled round are frozen, so its form stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub version: i32,
    /// 0 sets no limit beyond the contract's.
    pub title_max_chars: usize,
    /// 0 sets no limit beyond the contract's.
    pub summary_max_words: usize,
    pub questions: Vec<Question>,
}

/// One question of the form, asked always or on a condition. An answer names it by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub label: String,
    pub kind: QuestionKind,
    pub required: bool,
    /// 0 means no limit.
    pub word_limit: usize,
    pub options: Vec<String>,
    pub condition: Option<Condition>,
}

/// The shape that an answer must have. It is kept as text, and `form.rs` says what fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuestionKind {
    Text,
    Choice,
    Choices,
    Number,
    Money,
    Date,
    YesNo,
}

/// The question is asked only after this answer to an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub question: String,
    pub equals: String,
}

/// Which files a round takes with a bid: none unless it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRules {
    pub media_types: Vec<String>,
    pub max_count: usize,
    pub max_bytes_each: i64,
}

impl Call {
    pub fn instrument(&self, code: &str) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.code == code)
    }
}

impl Instrument {
    /// Whether a sum lies between floor and ceiling, in their currency.
    pub fn admits_sum(&self, sum: Money) -> bool {
        let range = self.floor.minor_units..=self.ceiling.minor_units;
        sum.currency == self.floor.currency && range.contains(&sum.minor_units)
    }

    pub fn admits_months(&self, months: i32) -> bool {
        (self.months_min..=self.months_max).contains(&months)
    }
}
