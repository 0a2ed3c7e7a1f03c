//! The terms of an award, version by version. A version is never changed: a variation writes the next one, and a
//! certifier's word is for the digest of one.
//!
//! [`Terms`] are sealed: a field is added, here or to what they hold, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones lie in `tests/golden/*terms.v1.json`.

use kit::deadline::Deadline;
use kit::digest::digest;
use kit::ids::{OrgId, VariationId};
use kit::money::Money;
use kit::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A condition on which the grant is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub text: String,
    /// Must be met before anything is paid, rather than during delivery.
    pub precedent: bool,
}

/// What is agreed. The canonical JSON of this is what the digest is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Public reference of the award.
    pub reference: String,
    /// Counts from 1 within the award.
    pub version: i32,
    pub recipient: OrgId,
    pub payee: OrgId,
    pub amount: Money,
    /// What is to be done, where it differs from the bid (rule 2).
    pub scope: String,
    pub conditions: Vec<Condition>,
    #[serde(with = "crate::dates::text")]
    pub starts_on: Date,
    #[serde(with = "crate::dates::text")]
    pub ends_on: Date,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Deadline,
}

/// What is to change of an agreement. What is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub amount: Option<Money>,
    pub scope: Option<String>,
    #[serde(with = "crate::dates::text_or_none")]
    pub starts_on: Option<Date>,
    #[serde(with = "crate::dates::text_or_none")]
    pub ends_on: Option<Date>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
    pub payee: Option<OrgId>,
    /// The successor that takes the award over (rule 28).
    pub successor: Option<OrgId>,
}

impl Change {
    pub fn moves_dates(&self) -> bool {
        self.starts_on.is_some()
            || self.ends_on.is_some()
            || self.interim_report_due.is_some()
            || self.final_report_due.is_some()
    }

    /// # Errors
    /// [`Error::DatePassed`] for an end or a deadline that has passed already.
    pub fn expect_ahead(&self, now: Timestamp) -> Result<(), Error> {
        if self.ends_on.is_some_and(|day| day < Date::today(now)) {
            return Err(Error::DatePassed { field: "ends_on" });
        }
        let passed = |due: &Option<Deadline>| due.as_ref().is_some_and(|due| due.instant <= now);
        if passed(&self.interim_report_due) {
            return Err(Error::DatePassed { field: "interim_report_due" });
        }
        if passed(&self.final_report_due) {
            return Err(Error::DatePassed { field: "final_report_due" });
        }
        Ok(())
    }
}

/// One version of the agreement, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub terms: Terms,
    pub canonical_json: String,
    /// Lower-case hexadecimal SHA-256 of the canonical JSON.
    pub digest: String,
    /// The variation that wrote it; none for the first, and for one that took up the council's scope note.
    pub variation: Option<VariationId>,
    pub written_at: Timestamp,
}

impl Agreement {
    pub fn new(terms: Terms, variation: Option<VariationId>, written_at: Timestamp) -> Agreement {
        let canonical_json = serde_json_canonicalizer::to_string(&terms)
            .expect("terms are made of texts, flags and whole numbers under 2^53");
        let digest = digest(&canonical_json);
        Agreement { terms, canonical_json, digest, variation, written_at }
    }

    /// Whether this is the version that somebody read.
    ///
    /// # Errors
    /// [`Error::AgreementMismatch`] unless both number and digest are its own.
    pub fn expect(&self, version: i32, digest: &str) -> Result<(), Error> {
        if self.terms.version == version && self.digest == digest { Ok(()) } else { Err(Error::AgreementMismatch) }
    }
}

impl Terms {
    /// The next version, as a variation asks for it.
    ///
    /// # Errors
    /// [`Error::EndsBeforeStart`] for a project that would end before it starts.
    pub fn varied(&self, change: &Change) -> Result<Terms, Error> {
        let recipient = change.successor.unwrap_or(self.recipient);
        // Money follows the council to its successor, unless another body is paid.
        let follows = if self.payee == self.recipient { recipient } else { self.payee };
        let terms = Terms {
            version: self.version + 1,
            recipient,
            payee: change.payee.unwrap_or(follows),
            amount: change.amount.unwrap_or(self.amount),
            scope: change.scope.clone().unwrap_or_else(|| self.scope.clone()),
            starts_on: change.starts_on.unwrap_or(self.starts_on),
            ends_on: change.ends_on.unwrap_or(self.ends_on),
            interim_report_due: change.interim_report_due.clone().or_else(|| self.interim_report_due.clone()),
            final_report_due: change.final_report_due.clone().unwrap_or_else(|| self.final_report_due.clone()),
            ..self.clone()
        };
        if terms.ends_on < terms.starts_on {
            return Err(Error::EndsBeforeStart);
        }
        Ok(terms)
    }

    /// The next version, with the council's scope note (rule 2).
    pub fn with_scope(&self, scope: &str) -> Terms {
        Terms { version: self.version + 1, scope: scope.to_string(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    fn terms() -> Terms {
        let council = "org_0190163d8694739baea5966c26f8ad91".parse().unwrap();
        Terms {
            reference: "r3-2020-01".to_string(),
            version: 1,
            recipient: council,
            payee: council,
            amount: Money::pence(150_000),
            scope: String::new(),
            conditions: Vec::new(),
            starts_on: "2020-03-01".parse().unwrap(),
            ends_on: "2020-11-30".parse().unwrap(),
            interim_report_due: None,
            final_report_due: Deadline {
                instant: at("2021-01-01T00:00:00Z"),
                zone: "Europe/London".to_string(),
                announced: "31 December 2020".to_string(),
            },
        }
    }

    #[test]
    fn the_first_terms_keep_their_bytes_and_their_digest() {
        for (sealed, sha256) in [
            (
                include_str!("../tests/golden/terms.v1.json"),
                "66e3ea92b4f16291c61320824ad28d43b9e74300afd4db2c1db5a96568a64608",
            ),
            (
                include_str!("../tests/golden/first_terms.v1.json"),
                "4abf2ad70ee86a6a27d9c2d804c8edc01370ce3af7674ea7a387e312b19bbe4a",
            ),
        ] {
            let terms: Terms = testing::sealed::expect(sealed, sha256);
            let agreement = Agreement::new(terms, None, at("2020-02-04T10:00:00Z"));
            assert_eq!((agreement.canonical_json.as_str(), agreement.digest.as_str()), (sealed, sha256));
        }
    }

    #[test]
    fn the_digest_covers_every_term_and_is_the_same_for_the_same_terms() {
        let first = Agreement::new(terms(), None, at("2020-02-04T10:00:00Z"));
        assert!(
            first.canonical_json.starts_with(r#"{"amount":{"currency":"GBP","minor_units":150000},"conditions":[]"#)
        );
        assert_eq!(first.digest, Agreement::new(terms(), None, at("2020-02-05T10:00:00Z")).digest);
        let other = Terms { amount: Money::pence(150_001), ..terms() };
        assert_ne!(first.digest, Agreement::new(other, None, at("2020-02-04T10:00:00Z")).digest);
    }

    #[test]
    fn the_money_follows_a_council_to_its_successor_but_not_another_payee() {
        let (successor, accountable) = (OrgId::new(), OrgId::new());
        let change = Change { successor: Some(successor), ..Change::default() };
        assert_eq!(terms().varied(&change).unwrap().payee, successor);
        let paid_elsewhere = Terms { payee: accountable, ..terms() };
        let varied = paid_elsewhere.varied(&change).unwrap();
        assert_eq!((varied.recipient, varied.payee, varied.version), (successor, accountable, 2));
    }

    #[test]
    fn a_project_never_ends_before_it_starts() {
        let change = Change { ends_on: Some("2020-02-29".parse().unwrap()), ..Change::default() };
        assert!(matches!(terms().varied(&change), Err(Error::EndsBeforeStart)));
    }
}
