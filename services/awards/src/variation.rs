//! Changes of an agreement: asked for one by one, or made for all live awards of a round in one act (rule 23).

use kit::caller::Actor;
use kit::deadline::Deadline;
use kit::ids::{AwardId, ExtensionId, OrgId, RoundId, VariationId};
use kit::money::Money;
use kit::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::agreement::Terms;
use crate::award::Award;
use crate::error::{Error, Newer};

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

/// An asked-for change of one award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    pub id: VariationId,
    pub award: AwardId,
    pub version: i64,
    pub change: Change,
    pub reason: String,
    /// The extension of the whole round that made it.
    pub extension: Option<ExtensionId>,
    pub requested_by: Actor,
    pub requested_at: Timestamp,
    pub state: State,
}

/// Where a variation stands. One that was asked for is decided once, by a round manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Requested,
    /// It wrote this version of the agreement.
    Approved {
        version: i32,
        decision: Decision,
    },
    Refused(Decision),
}

/// Who decided, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub by: Actor,
    pub at: Timestamp,
    pub reason: String,
}

impl State {
    /// The name in rows and in the golden table.
    pub fn name(&self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Approved { .. } => "approved",
            State::Refused(_) => "refused",
        }
    }

    pub fn decision(&self) -> Option<&Decision> {
        match self {
            State::Requested => None,
            State::Approved { decision, .. } | State::Refused(decision) => Some(decision),
        }
    }
}

impl Variation {
    /// # Errors
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(Newer::Variation(self.clone()))) }
    }

    /// Decides on it. `written` is the version that an approval wrote; none refuses.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] for one that is decided already.
    pub fn decide(&self, written: Option<i32>, decision: Decision) -> Result<Variation, Error> {
        let state = match (&self.state, written) {
            (State::Requested, Some(version)) => State::Approved { version, decision },
            (State::Requested, None) => State::Refused(decision),
            (from @ (State::Approved { .. } | State::Refused(_)), _) => {
                return Err(Error::IllegalStep { what: "variation", from: from.name(), step: "decide" });
            }
        };
        Ok(Variation { state, version: self.version + 1, ..self.clone() })
    }
}

/// Dates that all live awards of a round are to have at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub id: ExtensionId,
    pub round: RoundId,
    pub reason: String,
    pub ends_on: Option<Date>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
    pub n_varied: i32,
    pub made_at: Timestamp,
    pub made_by: Actor,
}

impl Extension {
    /// What it changes of an agreement: dates that lie before those of the extension. An award's own later date wins
    /// (rule 23), and where no interim report was asked for there is none.
    pub fn change_of(&self, terms: &Terms) -> Change {
        let later =
            |new: &Option<Deadline>, present: &Deadline| new.clone().filter(|new| new.instant > present.instant);
        Change {
            ends_on: self.ends_on.filter(|day| *day > terms.ends_on),
            interim_report_due: terms
                .interim_report_due
                .as_ref()
                .and_then(|present| later(&self.interim_report_due, present)),
            final_report_due: later(&self.final_report_due, &terms.final_report_due),
            ..Change::default()
        }
    }

    /// All of it, as if it were for one award.
    pub fn whole(&self) -> Change {
        Change {
            ends_on: self.ends_on,
            interim_report_due: self.interim_report_due.clone(),
            final_report_due: self.final_report_due.clone(),
            ..Change::default()
        }
    }

    /// The awards that it varies, each with what changes.
    ///
    /// # Errors
    /// [`Error::MovesNothing`] for a date that moves no live award.
    pub fn changes(&self, awards: Vec<Award>) -> Result<Vec<(Award, Change)>, Error> {
        let mut changes = Vec::new();
        for award in awards.into_iter().filter(Award::has_dates_to_move) {
            let change = self.change_of(&award.agreement.terms);
            if change.moves_dates() {
                changes.push((award, change));
            }
        }
        let moved = |moves: fn(&Change) -> bool| changes.iter().any(|(_, change)| moves(change));
        let given = [
            ("ends_on", self.ends_on.is_some(), moved(|change| change.ends_on.is_some())),
            (
                "interim_report_due",
                self.interim_report_due.is_some(),
                moved(|change| change.interim_report_due.is_some()),
            ),
            ("final_report_due", self.final_report_due.is_some(), moved(|change| change.final_report_due.is_some())),
        ];
        match given.into_iter().find(|(_, given, moves)| *given && !moves) {
            Some((field, ..)) => Err(Error::MovesNothing { field }),
            None => Ok(changes),
        }
    }
}
