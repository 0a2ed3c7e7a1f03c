//! The terms of an award, version by version. A version is never changed: a variation writes the next one, and a
//! certifier accepts the digest of one.
//!
//! [`Terms`] are sealed: a field is added, here or to what they hold, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones are in `tests/golden/*terms.v1.json`.

use kit::deadline::Deadline;
use kit::digest::digest;
use kit::ids::{OrgId, VariationId};
use kit::money::Money;
use kit::refusal::Refusal;
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

    /// The organisations that it names.
    pub fn named(&self) -> Vec<OrgId> {
        self.payee.into_iter().chain(self.successor).collect()
    }

    /// A successor takes an award over as it is, and agrees to other terms afterwards.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a novation with anything beside it.
    pub fn expect_novation_alone(&self) -> Result<(), Refusal> {
        let alone = Change { successor: self.successor, ..Change::default() };
        if self.successor.is_none() || *self == alone {
            return Ok(());
        }
        let says = "ask for this by itself; the successor agrees to other changes afterwards";
        Err(Refusal::bad_field("change.successor_organisation_id", "novation.alone", says))
    }

    /// # Errors
    /// [`Refusal::Invalid`] for an end or a deadline that has passed already.
    pub fn expect_ahead(&self, now: Timestamp) -> Result<(), Refusal> {
        let passed = |due: &Option<Deadline>| due.as_ref().is_some_and(|due| due.instant <= now);
        let dates = [
            ("ends_on", self.ends_on.is_some_and(|day| day < Date::today(now))),
            ("interim_report_due", passed(&self.interim_report_due)),
            ("final_report_due", passed(&self.final_report_due)),
        ];
        match dates.into_iter().find(|(_, has_passed)| *has_passed) {
            Some((field, _)) => Err(Refusal::bad_field(field, "date.passed", "give a day that has not passed")),
            None => Ok(()),
        }
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

    /// Whether another version leaves the council all that it agreed to, and at most gives it more money or more time.
    /// What an award is novated to follows from the law, and is not looked at (rule 28).
    pub fn is_kept_by(&self, next: &Terms) -> bool {
        let Terms { amount, scope, conditions, starts_on, ends_on, interim_report_due, final_report_due, .. } = next;
        let keeps_interim_report = match (&self.interim_report_due, interim_report_due) {
            (Some(old), Some(new)) => new.instant >= old.instant,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        let keeps_payee = next.payee == self.payee || next.recipient != self.recipient;
        keeps_payee
            && amount.minor_units >= self.amount.minor_units
            && *scope == self.scope
            && *conditions == self.conditions
            && *starts_on == self.starts_on
            && *ends_on >= self.ends_on
            && keeps_interim_report
            && final_report_due.instant >= self.final_report_due.instant
    }

    /// The next version, with the council's scope note (rule 2).
    pub fn with_scope(&self, scope: &str) -> Terms {
        Terms { version: self.version + 1, scope: scope.to_string(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
