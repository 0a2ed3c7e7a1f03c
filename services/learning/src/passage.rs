//! A passage: an exact piece of an exact document, marked with codes, and whether its council lets it be quoted.
//! Silence is no consent.

use kit::ids::{CodebookId, CommissionId, DocumentId, OrgId, PassageId, PersonId};
use kit::time::Timestamp;

use crate::error::{Error, same_version};

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
    pub organisation: OrgId,
    pub award_reference: String,
    pub marked_by: PersonId,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    NotAsked,
    Asked { answer_by: Timestamp },
    Given { answer_by: Timestamp },
    Refused { answer_by: Timestamp },
    Withdrawn { answer_by: Timestamp },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentStep {
    Ask { answer_by: Timestamp },
    Give,
    Refuse,
    Withdraw,
}

impl ConsentStep {
    pub fn name(self) -> &'static str {
        match self {
            ConsentStep::Ask { .. } => "ask",
            ConsentStep::Give => "give",
            ConsentStep::Refuse => "refuse",
            ConsentStep::Withdraw => "withdraw",
        }
    }
}

impl Consent {
    pub fn name(self) -> &'static str {
        match self {
            Consent::NotAsked => "not_asked",
            Consent::Asked { .. } => "asked",
            Consent::Given { .. } => "given",
            Consent::Refused { .. } => "refused",
            Consent::Withdrawn { .. } => "withdrawn",
        }
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
    pub fn step(self, step: ConsentStep) -> Result<Consent, Error> {
        Ok(match (self, step) {
            (Consent::NotAsked, ConsentStep::Ask { answer_by }) => Consent::Asked { answer_by },
            (
                Consent::Asked { answer_by } | Consent::Refused { answer_by } | Consent::Withdrawn { answer_by },
                ConsentStep::Give,
            ) => Consent::Given { answer_by },
            (Consent::Asked { answer_by }, ConsentStep::Refuse) => Consent::Refused { answer_by },
            (Consent::Given { answer_by }, ConsentStep::Withdraw) => Consent::Withdrawn { answer_by },
            (from @ Consent::NotAsked, step @ (ConsentStep::Give | ConsentStep::Refuse | ConsentStep::Withdraw))
            | (from @ Consent::Asked { .. }, step @ (ConsentStep::Ask { .. } | ConsentStep::Withdraw))
            | (
                from @ Consent::Given { .. },
                step @ (ConsentStep::Ask { .. } | ConsentStep::Give | ConsentStep::Refuse),
            )
            | (
                from @ (Consent::Refused { .. } | Consent::Withdrawn { .. }),
                step @ (ConsentStep::Ask { .. } | ConsentStep::Refuse | ConsentStep::Withdraw),
            ) => return Err(Error::IllegalStep { what: "consent", from: from.name(), step: step.name() }),
        })
    }
}

impl Passage {
    pub fn recode(&self, codebook_version: i32, codes: Vec<String>, memo: String) -> Passage {
        Passage { codebook_version, codes, memo, version: self.version + 1, ..self.clone() }
    }

    pub fn consent_step(&self, step: ConsentStep) -> Result<Passage, Error> {
        Ok(Passage { consent: self.consent.step(step)?, version: self.version + 1, ..self.clone() })
    }

    /// Whether its council was ever asked, and so may know of it.
    pub fn is_asked(&self) -> bool {
        self.consent != Consent::NotAsked
    }

    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        same_version(self, self.version, version)
    }
}

/// Until when a council's answer is awaited: ten working days, counted as 14 calendar days and moved past a weekend.
/// Bank holidays of the council's nation are not counted yet: `reporting` knows them, and the third that needs them
/// moves them to `kit`.
pub fn answer_by(asked_at: Timestamp) -> Timestamp {
    const DAY_S: i64 = 86_400;
    let due = asked_at.plus_seconds(14 * DAY_S);
    // 1970-01-01 was a Thursday: Monday is 0.
    match (due.seconds().div_euclid(DAY_S) + 3).rem_euclid(7) {
        5 => due.plus_seconds(2 * DAY_S),
        6 => due.plus_seconds(DAY_S),
        _ => due,
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    #[test]
    fn an_answer_is_awaited_for_ten_working_days_and_never_until_a_weekend() {
        assert_eq!(answer_by(at("2021-03-01T10:00:00Z")), at("2021-03-15T10:00:00Z"));
        assert_eq!(answer_by(at("2021-03-06T10:00:00Z")), at("2021-03-22T10:00:00Z"));
        assert_eq!(answer_by(at("2021-03-07T10:00:00Z")), at("2021-03-22T10:00:00Z"));
    }
}
