//! A round: its rules, its dates, and what each step does to them.
//!
//! Rules freeze when a round is scheduled; its dates then move by an extension or a reopening only, and only
//! to later ones. `check.rs` says what a complete set of rules is. Screening and all that follows
//! belongs to the services downstream.

use std::collections::BTreeSet;

use kit::caller::Actor;
use kit::deadline::Deadline;
use kit::history::Line;
use kit::ids::{BoardId, RoundId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::framework::FrameworkVersion;
use crate::rules::Rules;
use crate::state::{State, Step};

/// One time-limited cycle of a programme with its own rules, pots and dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub id: RoundId,
    /// Counts the changes, from 1; the etag.
    pub version: i64,
    pub state: State,
    pub rules: Rules,
    /// The dates as they now stand.
    pub timetable: Timetable,
    /// The close as it was first scheduled, once it has been moved.
    pub originally_closes: Option<Deadline>,
    /// The latest reason given.
    pub reason: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A round as an answer shows it: with the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundNow {
    pub round: Round,
    pub as_of: Timestamp,
}

/// What exists of the things that a round's rules name.
#[derive(Clone, Debug)]
pub struct Known {
    /// The version of the framework.
    pub framework: Option<FrameworkVersion>,
    pub boards: BTreeSet<BoardId>,
}

/// The dates of a round. A draft may leave any of them out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timetable {
    pub opens: Option<Deadline>,
    pub closes: Option<Deadline>,
    pub announces: Option<Deadline>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
}

/// The dates that move when a close does. What is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterDates {
    pub closes: Deadline,
    pub announces: Option<Deadline>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
}

impl Round {
    /// A draft, complete or not.
    pub fn draft(id: RoundId, rules: Rules, timetable: Timetable, now: Timestamp) -> Round {
        Round {
            id,
            version: 1,
            state: State::Draft,
            rules: rules.with_form_version(1),
            timetable,
            originally_closes: None,
            reason: String::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// From when bids are taken (included).
    pub fn opens_at(&self) -> Option<Timestamp> {
        self.timetable.opens.as_ref().map(|opens| opens.instant)
    }

    /// Until when bids are taken (not included): the close and its grace (rule 5).
    pub fn closes_at(&self) -> Option<Timestamp> {
        let grace = i64::from(self.rules.grace_seconds);
        self.timetable.closes.as_ref().map(|closes| closes.instant.plus_seconds(grace))
    }

    /// Replaces rules and dates of a draft.
    ///
    /// # Errors
    /// [`Error::RulesFrozen`] from scheduled on.
    pub fn update(&self, rules: Rules, timetable: Timetable, now: Timestamp) -> Result<Round, Error> {
        let after = self.after(Step::Update, now)?;
        Ok(Round { rules: rules.with_form_version_after(&self.rules), timetable, ..after })
    }

    /// Publishes a draft.
    ///
    /// # Errors
    /// [`Error::NotReady`] with everything that is missing, [`Refusal::IllegalStep`] unless it is a draft.
    pub fn schedule(&self, known: &Known, now: Timestamp) -> Result<Round, Error> {
        let after = self.after(Step::Schedule, now)?;
        let missing = self.missing(known, now)?;
        if missing.is_empty() { Ok(after) } else { Err(Error::NotReady(missing)) }
    }

    /// Moves the close of a round that has not closed to a later instant.
    ///
    /// # Errors
    /// [`Error::ClosePassed`] once the close has passed, [`Refusal::Invalid`] with everything wrong in the dates,
    /// [`Refusal::IllegalStep`] unless it is scheduled or open.
    pub fn extend(&self, dates: LaterDates, reason: &str, now: Timestamp) -> Result<Round, Error> {
        let after = self.after(Step::Extend, now)?;
        if let Some(closes) = &self.timetable.closes
            && self.closes_at().is_some_and(|closes_at| closes_at <= now)
        {
            return Err(Error::ClosePassed { announced: closes.announced.clone() });
        }
        self.moved(after, dates, reason, now)
    }

    /// Opens a closed round again until a later close.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with everything wrong in the dates, [`Refusal::IllegalStep`] unless it is closed.
    pub fn reopen(&self, dates: LaterDates, reason: &str, now: Timestamp) -> Result<Round, Error> {
        self.moved(self.after(Step::Reopen, now)?, dates, reason, now)
    }

    /// Calls the round off.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] when it was called off before.
    pub fn cancel(&self, reason: &str, now: Timestamp) -> Result<Round, Error> {
        Ok(Round { reason: reason.to_string(), ..self.after(Step::Cancel, now)? })
    }

    /// What the clock brings about at this instant, if anything. A round whose whole window has passed opens
    /// first.
    pub fn due(&self, now: Timestamp) -> Option<Step> {
        let passed = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        match self.state {
            State::Scheduled { .. } => passed(self.opens_at()).then_some(Step::Open),
            State::Open { .. } => passed(self.closes_at()).then_some(Step::Close),
            State::Draft | State::Closed { .. } | State::Cancelled { .. } => None,
        }
    }

    /// Takes a step that the clock brought about.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where it is not legal.
    pub fn tick(&self, step: Step, now: Timestamp) -> Result<Round, Error> {
        self.after(step, now)
    }

    /// The round after a step, nothing else changed.
    fn after(&self, step: Step, now: Timestamp) -> Result<Round, Error> {
        let state = self.state.step(step, now)?;
        Ok(Round { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// # Errors
    /// [`Refusal::Stale`] when the caller read another version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// The round after a step that moves its dates.
    fn moved(&self, after: Round, dates: LaterDates, reason: &str, now: Timestamp) -> Result<Round, Error> {
        let mut violations = dates.violations(&self.timetable, now);
        let timetable = self.timetable.moved(dates);
        if violations.is_empty() {
            violations = timetable.order_violations("dates");
        }
        Refusal::if_any(violations)?;
        let originally_closes = self.originally_closes.clone().or_else(|| self.timetable.closes.clone());
        Ok(Round { timetable, originally_closes, reason: reason.to_string(), ..after })
    }
}

impl Timetable {
    fn moved(&self, dates: LaterDates) -> Timetable {
        Timetable {
            opens: self.opens.clone(),
            closes: Some(dates.closes),
            announces: dates.announces.or_else(|| self.announces.clone()),
            interim_report_due: dates.interim_report_due.or_else(|| self.interim_report_due.clone()),
            final_report_due: dates.final_report_due.or_else(|| self.final_report_due.clone()),
        }
    }
}

/// One transition of a round, for the record. Not every version has one: rewriting a draft is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub line: Line,
    /// The dates before and after, where the step moved them.
    pub moved: Option<(Timetable, Timetable)>,
}

impl Entry {
    pub fn created(by: Actor, round: &Round) -> Entry {
        Entry { line: line(by, "create", round), moved: None }
    }

    /// What a step did, by the round before and after it.
    pub fn of(by: Actor, step: Step, before: &Round, after: &Round) -> Entry {
        let line =
            line(by, step.name(), after).after(Some(before.state.name())).because(step.has_reason(), &after.reason);
        let moved = (before.timetable != after.timetable).then(|| (before.timetable.clone(), after.timetable.clone()));
        Entry { line, moved }
    }
}

fn line(by: Actor, step: &str, round: &Round) -> Line {
    Line::first(round.version, round.updated_at, by, step, round.state.name())
}

#[cfg(test)]
mod tests;
