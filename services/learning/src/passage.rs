//! A passage: an exact piece of an exact document, marked with codes, and whether its council lets it be quoted.
//! Silence is not consent.

pub mod app;
pub mod convert;
pub mod export;
pub mod reading;
pub mod record;
pub mod store;

use jiff::tz::TimeZone;
use kit::caller::Actor;
use kit::ids::{CodebookId, CommissionId, DocumentId, OrgId, PassageId, PersonId};
use kit::refusal::Refusal;
use kit::time::{LONDON, Timestamp};
use kit::working_days;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

/// What a consultant marked under a commission: the very bytes of a section, with codes of one codebook version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    pub id: PassageId,
    pub version: i64,
    pub commission: CommissionId,
    pub document: DocumentId,
    pub source: String,
    pub source_revision: i32,
    pub source_sha256: String,
    pub section: String,
    /// Bytes of UTF-8, half-open.
    pub start: usize,
    pub end: usize,
    pub quote: String,
    pub codes: Vec<String>,
    pub codebook: CodebookId,
    pub codebook_version: i32,
    pub memo: String,
    pub consent: Consent,
    /// Who answered last for the council. None for what fell with the release: nobody said so of this passage.
    pub answered: Option<Answered>,
    pub organisation: OrgId,
    pub award_reference: String,
    pub marked_by: PersonId,
    pub created_at: Timestamp,
}

/// Who answered for a council, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub by: Actor,
    pub at: Timestamp,
}

/// Whether a council lets a passage be quoted. An answer that never comes leaves it asked, and it is not quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(ConsentName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum Consent {
    NotAsked,
    Asked { answer_by: Timestamp },
    Given { answer_by: Timestamp },
    Refused { answer_by: Timestamp },
    Withdrawn { answer_by: Timestamp },
}

/// What can happen to a consent. The consultant asks, and all else is the council's: its answer to the question, or
/// what it does with the release of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(ConsentStepName), derive(VariantArray))]
pub enum ConsentStep {
    Ask {
        answer_by: Timestamp,
    },
    Give,
    Refuse,
    Withdraw,
    /// The council took the document back, or lets it be quoted no more.
    Fall,
    /// It released the document anew, which asks and answers nothing.
    Renew,
}

impl ConsentStep {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Consent {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn is_given(self) -> bool {
        matches!(self, Consent::Given { .. })
    }

    pub fn answer_by(self) -> Option<Timestamp> {
        match self {
            Consent::NotAsked => None,
            Consent::Asked { answer_by }
            | Consent::Given { answer_by }
            | Consent::Refused { answer_by }
            | Consent::Withdrawn { answer_by } => Some(answer_by),
        }
    }

    /// Every legal move is a row. A council may answer at any time once it was asked, and change its mind.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: ConsentStep) -> Result<Consent, Refusal> {
        Ok(match (self, step) {
            (Consent::NotAsked, ConsentStep::Ask { answer_by }) => Consent::Asked { answer_by },
            (
                Consent::Asked { answer_by } | Consent::Refused { answer_by } | Consent::Withdrawn { answer_by },
                ConsentStep::Give,
            ) => Consent::Given { answer_by },
            (Consent::Asked { answer_by }, ConsentStep::Refuse) => Consent::Refused { answer_by },
            (Consent::Given { answer_by }, ConsentStep::Withdraw | ConsentStep::Fall) => {
                Consent::Withdrawn { answer_by }
            }
            (Consent::Asked { .. }, ConsentStep::Fall) => Consent::NotAsked,
            (
                Consent::Asked { .. } | Consent::Given { .. } | Consent::Refused { .. } | Consent::Withdrawn { .. },
                ConsentStep::Renew,
            ) => Consent::NotAsked,
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "consent", from: from.name(), step: step.name() });
            }
        })
    }
}

impl Passage {
    pub fn recode(&self, codebook_version: i32, codes: Vec<String>, memo: String) -> Passage {
        Passage { codebook_version, codes, memo, version: self.version + 1, ..self.clone() }
    }

    /// Takes a step with the council's consent that is none of its answers.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: ConsentStep) -> Result<Passage, Refusal> {
        let consent = self.consent.step(step)?;
        Ok(Passage { consent, answered: None, version: self.version + 1, ..self.clone() })
    }

    /// Keeps the council's answer.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn answer(&self, step: ConsentStep, answered: Answered) -> Result<Passage, Refusal> {
        Ok(Passage { answered: Some(answered), ..self.step(step)? })
    }

    /// Whether its council was ever asked, and so may know of it.
    pub fn is_asked(&self) -> bool {
        self.consent != Consent::NotAsked
    }

    /// As its council reads it: its own words, not what the consultant notes of them.
    pub fn without_notes(self) -> Passage {
        Passage { memo: String::new(), ..self }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

/// Working days that a council has for its answer.
const DAYS_TO_ANSWER: u32 = 10;

/// Until when a council's answer is awaited: ten working days on, at the same time of the day. The councils asked may
/// lie in several nations, so a bank holiday of any of them does not count.
pub fn answer_by(asked_at: Timestamp) -> Timestamp {
    let zone = TimeZone::get(LONDON).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(asked_at.micros()).expect("the clock shows a year of the calendar");
    let local = zone.to_datetime(instant);
    let due = working_days::after_everywhere(local.date(), DAYS_TO_ANSWER).to_datetime(local.time());
    let due = zone.to_timestamp(due).expect("a day of the calendar is an instant in every zone");
    Timestamp::from_micros(due.as_microsecond())
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    #[test]
    fn an_answer_is_awaited_for_ten_working_days_and_never_until_a_weekend() {
        assert_eq!(answer_by(at("2021-03-01T10:00:00Z")), at("2021-03-15T10:00:00Z"));
        // From a Saturday on, and past St Patrick's Day.
        assert_eq!(answer_by(at("2021-03-06T10:00:00Z")), at("2021-03-23T10:00:00Z"));
        // The same time of the day when the clocks have gone forward.
        assert_eq!(answer_by(at("2021-03-22T10:00:00Z")), at("2021-04-07T09:00:00Z"));
    }
}
