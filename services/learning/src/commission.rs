//! The commission: the only way into the corpus (rule 30). It opens at an instant and ends at one, and a consultant
//! declares their interests before they read.

pub mod access;
mod api;
pub mod app;
pub mod convert;
pub mod reading;
pub mod store;

use kit::ids::{CommissionId, OrgId, PersonId, RoundId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::error::Error;

/// The task of consultants to draw the learning of some rounds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    pub id: CommissionId,
    /// Counts every change; the etag.
    pub version: i64,
    pub title: String,
    pub organisation: OrgId,
    pub consultants: Vec<PersonId>,
    pub rounds: Vec<RoundId>,
    /// Included.
    pub from: Timestamp,
    /// Not included.
    pub until: Timestamp,
    pub declarations: Vec<Declaration>,
    /// Why it was ended before its time; empty unless it was.
    pub reason: String,
    pub created_at: Timestamp,
}

/// The organisations of the corpus in which a consultant has an interest, declared before they read (rule 30). It may
/// be none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    pub person: PersonId,
    pub organisations: Vec<OrgId>,
    pub note: String,
    pub at: Timestamp,
}

/// The state of a commission at an instant. Its window alone decides it, so no ticker moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    Planned,
    Running,
    Ended,
}

impl State {
    /// The name in history.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A commission as an answer shows it: with the server's instant, which decides its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommissionNow {
    pub commission: Commission,
    pub as_of: Timestamp,
}

/// Which of the passages and insights that they ask for a caller sees.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    /// Those about which these councils were asked.
    About(Vec<OrgId>),
}

impl Commission {
    /// The window is half-open: `from <= now < until`.
    pub fn state(&self, now: Timestamp) -> State {
        match (now >= self.from, now >= self.until) {
            (_, true) => State::Ended,
            (true, false) => State::Running,
            (false, false) => State::Planned,
        }
    }

    /// # Errors
    /// [`Error::NotBegun`] before its window, [`Error::Ended`] after it.
    pub fn expect_running(&self, now: Timestamp) -> Result<(), Error> {
        match self.state(now) {
            State::Running => Ok(()),
            State::Planned => Err(Error::NotBegun { from: self.from }),
            State::Ended => Err(Error::Ended { until: self.until }),
        }
    }

    /// # Errors
    /// [`Error::DeclarationNeeded`] until this consultant has declared.
    pub fn expect_declared(&self, person: PersonId) -> Result<(), Error> {
        self.declaration(person).map(|_| ()).ok_or(Error::DeclarationNeeded)
    }

    pub fn declaration(&self, person: PersonId) -> Option<&Declaration> {
        self.declarations.iter().find(|declaration| declaration.person == person)
    }

    /// The consultants who have declared.
    pub fn declared(&self) -> Vec<PersonId> {
        self.declarations.iter().map(|declaration| declaration.person).collect()
    }

    /// Whether a consultant declared an interest in one of these organisations.
    pub fn is_interested(&self, person: PersonId, organisations: &[OrgId]) -> bool {
        let declared = self.declaration(person).map_or(&[][..], |declaration| &declaration.organisations);
        organisations.iter().any(|organisation| declared.contains(organisation))
    }

    /// A later declaration takes the place of the one before.
    pub fn declare(&self, declaration: Declaration) -> Commission {
        let mut declarations = self.declarations.clone();
        declarations.retain(|known| known.person != declaration.person);
        declarations.push(declaration);
        declarations.sort_by_key(|declaration| declaration.person);
        Commission { declarations, version: self.version + 1, ..self.clone() }
    }

    /// Ends it before its time: at an instant, or now.
    ///
    /// # Errors
    /// [`Error::Ended`] for one that is over, [`Refusal::Invalid`] for an instant that lies behind or not before its
    /// present end.
    pub fn end(&self, until: Option<Timestamp>, reason: &str, now: Timestamp) -> Result<Commission, Error> {
        if self.state(now) == State::Ended {
            return Err(Error::Ended { until: self.until });
        }
        let until = until.unwrap_or(now);
        if until < now || until >= self.until {
            let says = format!("give an end from now on and before the present one, {}", self.until);
            return Err(Refusal::bad_field("until", "timestamp.earlier", says).into());
        }
        Ok(Commission { until, reason: reason.to_string(), version: self.version + 1, ..self.clone() })
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

#[cfg(test)]
mod tests;
