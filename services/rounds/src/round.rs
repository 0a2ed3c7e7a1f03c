//! A round: its states, its dates, and the steps that change them.
//!
//! Rules freeze when a round is scheduled; its dates then move by an extension or a reopening only, and only to later
//! ones. What a complete set of rules is stands in `check.rs`. Screening and all that follows belongs to the services
//! downstream.

use std::fmt;

use kit::ids::RoundId;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::Known;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::rules::Rules;

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

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Scheduled { scheduled_at: Timestamp },
    Open { scheduled_at: Timestamp, opened_at: Timestamp },
    Closed { scheduled_at: Timestamp, opened_at: Timestamp, closed_at: Timestamp },
    /// One that was never scheduled stays unseen.
    Cancelled { scheduled_at: Option<Timestamp>, opened_at: Option<Timestamp>, cancelled_at: Timestamp },
}

/// A state by name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateName {
    Draft,
    Scheduled,
    Open,
    Closed,
    Cancelled,
}

/// What can be done to a round once it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Update,
    Schedule,
    Open,
    Close,
    Extend,
    Reopen,
    Cancel,
}

impl State {
    /// The state after a step.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where the step is not legal; [`Error::RulesFrozen`] for rules that no longer change.
    pub fn step(self, step: Step, now: Timestamp) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Draft, Step::Update) => State::Draft,
            (State::Draft, Step::Schedule) => State::Scheduled { scheduled_at: now },
            (State::Draft, Step::Cancel) => {
                State::Cancelled { scheduled_at: None, opened_at: None, cancelled_at: now }
            }
            (State::Scheduled { scheduled_at }, Step::Open) => State::Open { scheduled_at, opened_at: now },
            (same @ State::Scheduled { .. }, Step::Extend) => same,
            (State::Scheduled { scheduled_at }, Step::Cancel) => {
                State::Cancelled { scheduled_at: Some(scheduled_at), opened_at: None, cancelled_at: now }
            }
            (State::Open { scheduled_at, opened_at }, Step::Close) => {
                State::Closed { scheduled_at, opened_at, closed_at: now }
            }
            (same @ State::Open { .. }, Step::Extend) => same,
            (State::Closed { scheduled_at, opened_at, closed_at: _ }, Step::Reopen) => {
                State::Open { scheduled_at, opened_at }
            }
            (State::Open { scheduled_at, opened_at } | State::Closed { scheduled_at, opened_at, .. }, Step::Cancel) => {
                State::Cancelled { scheduled_at: Some(scheduled_at), opened_at: Some(opened_at), cancelled_at: now }
            }
            (
                State::Scheduled { .. } | State::Open { .. } | State::Closed { .. } | State::Cancelled { .. },
                Step::Update,
            ) => return Err(Error::RulesFrozen { state: self.name() }),
            (State::Draft, Step::Open | Step::Close | Step::Extend | Step::Reopen)
            | (State::Scheduled { .. }, Step::Schedule | Step::Close | Step::Reopen)
            | (State::Open { .. }, Step::Schedule | Step::Open | Step::Reopen)
            | (State::Closed { .. }, Step::Schedule | Step::Open | Step::Close | Step::Extend)
            | (
                State::Cancelled { .. },
                Step::Schedule | Step::Open | Step::Close | Step::Extend | Step::Reopen | Step::Cancel,
            ) => return Err(Error::IllegalStep { from: self.name(), step }),
        })
    }

    pub fn name(self) -> StateName {
        match self {
            State::Draft => StateName::Draft,
            State::Scheduled { .. } => StateName::Scheduled,
            State::Open { .. } => StateName::Open,
            State::Closed { .. } => StateName::Closed,
            State::Cancelled { .. } => StateName::Cancelled,
        }
    }

    /// When the round became known to others; none for a draft and for one that was cancelled as a draft.
    pub fn scheduled_at(self) -> Option<Timestamp> {
        match self {
            State::Draft => None,
            State::Scheduled { scheduled_at }
            | State::Open { scheduled_at, .. }
            | State::Closed { scheduled_at, .. } => Some(scheduled_at),
            State::Cancelled { scheduled_at, .. } => scheduled_at,
        }
    }

    /// When the round opened for the first time.
    pub fn opened_at(self) -> Option<Timestamp> {
        match self {
            State::Draft | State::Scheduled { .. } => None,
            State::Open { opened_at, .. } | State::Closed { opened_at, .. } => Some(opened_at),
            State::Cancelled { opened_at, .. } => opened_at,
        }
    }

    /// When the round closed; none again once it is reopened or cancelled.
    pub fn closed_at(self) -> Option<Timestamp> {
        match self {
            State::Closed { closed_at, .. } => Some(closed_at),
            State::Draft | State::Scheduled { .. } | State::Open { .. } | State::Cancelled { .. } => None,
        }
    }

    pub fn cancelled_at(self) -> Option<Timestamp> {
        match self {
            State::Cancelled { cancelled_at, .. } => Some(cancelled_at),
            State::Draft | State::Scheduled { .. } | State::Open { .. } | State::Closed { .. } => None,
        }
    }
}

impl StateName {
    pub const ALL: [StateName; 5] =
        [StateName::Draft, StateName::Scheduled, StateName::Open, StateName::Closed, StateName::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            StateName::Draft => "draft",
            StateName::Scheduled => "scheduled",
            StateName::Open => "open",
            StateName::Closed => "closed",
            StateName::Cancelled => "cancelled",
        }
    }
}

/// A text names no state.
#[derive(Debug, thiserror::Error)]
#[error("no state of a round")]
pub struct UnknownState;

impl std::str::FromStr for StateName {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<StateName, UnknownState> {
        StateName::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Step {
    pub const ALL: [Step; 7] =
        [Step::Update, Step::Schedule, Step::Open, Step::Close, Step::Extend, Step::Reopen, Step::Cancel];

    pub fn as_str(self) -> &'static str {
        match self {
            Step::Update => "update",
            Step::Schedule => "schedule",
            Step::Open => "open",
            Step::Close => "close",
            Step::Extend => "extend",
            Step::Reopen => "reopen",
            Step::Cancel => "cancel",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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
        let state = self.state.step(Step::Update, now)?;
        let rules = rules.with_form_version_after(&self.rules);
        Ok(Round { state, rules, timetable, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Publishes a draft.
    ///
    /// # Errors
    /// [`Error::NotReady`] with everything that is missing.
    pub fn schedule(&self, known: &Known, now: Timestamp) -> Result<Round, Error> {
        let state = self.state.step(Step::Schedule, now)?;
        let missing = self.missing(known, now);
        if !missing.is_empty() {
            return Err(Error::NotReady(missing));
        }
        Ok(Round { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Moves the close of a round that has not closed to a later instant.
    ///
    /// # Errors
    /// [`Error::ClosePassed`] once the close has passed; [`Error::Invalid`] with everything wrong in the dates.
    pub fn extend(&self, dates: LaterDates, reason: String, now: Timestamp) -> Result<Round, Error> {
        let state = self.state.step(Step::Extend, now)?;
        if let Some(closes_at) = self.closes_at().filter(|closes_at| *closes_at <= now) {
            return Err(Error::ClosePassed { closes_at });
        }
        self.moved(state, dates, reason, now)
    }

    /// Opens a closed round again until a later close.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything wrong in the dates.
    pub fn reopen(&self, dates: LaterDates, reason: String, now: Timestamp) -> Result<Round, Error> {
        let state = self.state.step(Step::Reopen, now)?;
        self.moved(state, dates, reason, now)
    }

    /// Calls the round off.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] when it was called off before.
    pub fn cancel(&self, reason: String, now: Timestamp) -> Result<Round, Error> {
        let state = self.state.step(Step::Cancel, now)?;
        Ok(Round { state, reason, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// What the clock brings about at this instant, if anything. A round whose whole window has passed opens first.
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
    /// [`Error::IllegalStep`] where it is not legal.
    pub fn tick(&self, step: Step, now: Timestamp) -> Result<Round, Error> {
        let state = self.state.step(step, now)?;
        Ok(Round { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// # Errors
    /// [`Error::StaleRound`] when the caller read another version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::StaleRound { newer: Box::new(self.clone()) }) }
    }

    fn moved(&self, state: State, dates: LaterDates, reason: String, now: Timestamp) -> Result<Round, Error> {
        let mut violations = dates.violations(&self.timetable, now);
        let timetable = self.timetable.moved(dates);
        if violations.is_empty() {
            violations = timetable.order_violations("dates");
        }
        Error::invalid_if_any(violations)?;
        let originally_closes = self.originally_closes.clone().or_else(|| self.timetable.closes.clone());
        Ok(Round { state, timetable, originally_closes, reason, version: self.version + 1, updated_at: now, ..self.clone() })
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

/// One transition of a round, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub step: &'static str,
    /// None for the creation.
    pub from: Option<StateName>,
    pub to: StateName,
    pub reason: String,
    /// The dates before and after, where the step moved them.
    pub moved: Option<(Timetable, Timetable)>,
}

impl Entry {
    pub fn created(round: &Round) -> Entry {
        Entry { step: "create", from: None, to: round.state.name(), reason: String::new(), moved: None }
    }

    /// What a step did, told from the round before and after it.
    pub fn of(step: Step, before: &Round, after: &Round) -> Entry {
        let reason = match step {
            Step::Extend | Step::Reopen | Step::Cancel => after.reason.clone(),
            Step::Update | Step::Schedule | Step::Open | Step::Close => String::new(),
        };
        let moved = (before.timetable != after.timetable).then(|| (before.timetable.clone(), after.timetable.clone()));
        Entry { step: step.as_str(), from: Some(before.state.name()), to: after.state.name(), reason, moved }
    }
}

#[cfg(test)]
mod tests;
