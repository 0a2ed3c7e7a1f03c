//! An insight: a reusable finding with the passages that it rests on, checked with the councils that it cites.

mod api;
pub mod app;
pub mod convert;
pub mod reading;
pub mod store;

use kit::caller::Actor;
use kit::ids::{CommissionId, InsightId, OrgId, PassageId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// A finding that a consultant draws, with the conditions under which it holds. No council is cited unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insight {
    pub id: InsightId,
    pub version: i64,
    pub commission: CommissionId,
    pub author: PersonId,
    pub text: String,
    pub conditions: String,
    pub passages: Vec<PassageId>,
    pub state: State,
    pub answers: Vec<Answer>,
    pub interest_declared: bool,
    /// The latest reason given.
    pub reason: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How far an insight is. Once councils were asked it keeps until when they could answer, ten working days on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    Captured,
    Checking { answer_by: Timestamp },
    Checked { answer_by: Timestamp },
    Approved { answer_by: Timestamp },
    Used { answer_by: Timestamp },
    Dropped { answer_by: Option<Timestamp> },
}

/// What a council says of an insight that cites it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub organisation: OrgId,
    /// None while it has not answered: silence is noted as silence.
    pub said: Option<Said>,
}

/// An answer in a council's own words. One that disagrees has a comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub agrees: bool,
    pub comment: String,
    pub at: Timestamp,
    /// None in answers that were given before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
}

/// What can happen to an insight. Its consultant rewrites and checks it, an editor approves it, either drops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    Rewrite,
    Check {
        answer_by: Timestamp,
    },
    /// Every council has answered, or the time has passed.
    Settle,
    Approve,
    /// A publication holds it.
    Use,
    Drop,
    /// A council took back a document that it rests on.
    Fall,
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl State {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn answer_by(self) -> Option<Timestamp> {
        match self {
            State::Captured => None,
            State::Checking { answer_by }
            | State::Checked { answer_by }
            | State::Approved { answer_by }
            | State::Used { answer_by } => Some(answer_by),
            State::Dropped { answer_by } => answer_by,
        }
    }

    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Captured | State::Checked { .. }, Step::Rewrite) => State::Captured,
            (State::Captured, Step::Check { answer_by }) => State::Checking { answer_by },
            (State::Checking { answer_by }, Step::Settle) => State::Checked { answer_by },
            (State::Checked { answer_by }, Step::Approve) => State::Approved { answer_by },
            (State::Approved { answer_by } | State::Used { answer_by }, Step::Use) => State::Used { answer_by },
            (
                from @ (State::Captured | State::Checking { .. } | State::Checked { .. } | State::Approved { .. }),
                Step::Drop,
            ) => State::Dropped { answer_by: from.answer_by() },
            (
                State::Checking { .. } | State::Checked { .. } | State::Approved { .. } | State::Used { .. },
                Step::Fall,
            ) => State::Captured,
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "insight", from: from.name(), step: step.name() });
            }
        })
    }
}

impl Insight {
    fn step(&self, step: Step, now: Timestamp) -> Result<Insight, Refusal> {
        let state = self.state.step(step)?;
        Ok(Insight { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// What councils said is void: they said it of other words.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is captured or checked.
    pub fn rewrite(
        &self,
        text: String,
        conditions: String,
        passages: Vec<PassageId>,
        now: Timestamp,
    ) -> Result<Insight, Refusal> {
        Ok(Insight { text, conditions, passages, answers: Vec::new(), ..self.step(Step::Rewrite, now)? })
    }

    /// Puts it to every council that it cites.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is captured.
    pub fn check(&self, councils: Vec<OrgId>, answer_by: Timestamp, now: Timestamp) -> Result<Insight, Refusal> {
        let answers = councils.into_iter().map(|organisation| Answer { organisation, said: None }).collect();
        Ok(Insight { answers, ..self.step(Step::Check { answer_by }, now)? })
    }

    /// A council's answer; the last one that is awaited ends the check.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is being checked, [`Error::AnswerLate`] from the instant on at which answers
    /// were due, [`Refusal::Invalid`] from who disagrees and says no more, [`Refusal::NotFound`] for a council that was
    /// not asked.
    pub fn answer(&self, organisation: OrgId, said: Said) -> Result<Insight, Error> {
        let State::Checking { answer_by } = self.state else {
            return Err(Refusal::IllegalStep { what: "insight", from: self.state.name(), step: "answer" }.into());
        };
        if said.at >= answer_by {
            return Err(Error::AnswerLate { answer_by });
        }
        if !said.agrees && said.comment.trim().is_empty() {
            return Err(Refusal::bad_field("comment", "required", "say what you disagree with").into());
        }
        let now = said.at;
        let mut answers = self.answers.clone();
        let answer = answers.iter_mut().find(|answer| answer.organisation == organisation);
        answer.ok_or(Refusal::NotFound { what: "insight" })?.said = Some(said);
        let answered = Insight { answers, version: self.version + 1, updated_at: now, ..self.clone() };
        match answered.answers.iter().all(|answer| answer.said.is_some()) {
            true => Ok(Insight { state: answered.state.step(Step::Settle)?, ..answered }),
            false => Ok(answered),
        }
    }

    /// Ends the check: a council that has not answered by then was silent.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is being checked.
    pub fn end_check(&self, now: Timestamp) -> Result<Insight, Refusal> {
        self.step(Step::Settle, now)
    }

    /// An editor lets it into publications.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is checked, [`Refusal::Invalid`] without a reason where a council
    /// disagreed or was silent.
    pub fn approve(&self, reason: &str, now: Timestamp) -> Result<Insight, Refusal> {
        let approved = self.step(Step::Approve, now)?;
        let all_agree = self.answers.iter().all(|answer| answer.said.as_ref().is_some_and(|said| said.agrees));
        if !all_agree && reason.trim().is_empty() {
            let says = "give a reason: a council disagreed or did not answer";
            return Err(Refusal::bad_field("reason", "required", says));
        }
        Ok(Insight { reason: reason.to_string(), ..approved })
    }

    /// A publication holds it now; others may hold it too.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is approved.
    pub fn used(&self, now: Timestamp) -> Result<Insight, Refusal> {
        self.step(Step::Use, now)
    }

    /// Gives it up.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is used, or dropped already.
    pub fn dropped(&self, reason: &str, now: Timestamp) -> Result<Insight, Refusal> {
        Ok(Insight { reason: reason.to_string(), ..self.step(Step::Drop, now)? })
    }

    /// Begins anew, for a council took back a document that it rests on: what was said and approved is void.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that nobody was asked about, or that is dropped.
    pub fn fall(&self, now: Timestamp) -> Result<Insight, Refusal> {
        let reason = "a council took back a document that it rests on".to_string();
        Ok(Insight { answers: Vec::new(), reason, ..self.step(Step::Fall, now)? })
    }

    /// Marks it where its author declared an interest since.
    pub fn mark_interest(&self, now: Timestamp) -> Insight {
        Insight { interest_declared: true, version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// As these councils read it: with their own answers alone.
    pub fn with_answers_of(mut self, councils: &[OrgId]) -> Insight {
        self.answers.retain(|answer| councils.contains(&answer.organisation));
        self
    }

    /// The councils that were asked.
    pub fn councils(&self) -> Vec<OrgId> {
        self.answers.iter().map(|answer| answer.organisation).collect()
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    #[test]
    fn an_answer_counts_until_the_instant_at_which_it_is_due_and_no_longer() {
        let (council, due) = (OrgId::new(), at("2021-01-19T09:00:00Z"));
        let checking = Insight {
            id: InsightId::new(),
            version: 2,
            commission: CommissionId::new(),
            author: PersonId::new(),
            text: "Carers cook.".to_string(),
            conditions: String::new(),
            passages: vec![PassageId::new()],
            state: State::Checking { answer_by: due },
            answers: vec![Answer { organisation: council, said: None }],
            interest_declared: false,
            reason: String::new(),
            created_at: at("2021-01-05T09:00:00Z"),
            updated_at: at("2021-01-05T09:00:00Z"),
        };
        let said = |at| Said { agrees: true, comment: String::new(), at, by: None };
        assert_eq!(checking.answer(council, said(due.plus_micros(-1))).unwrap().state.name(), "checked");
        let late = checking.answer(council, said(due)).unwrap_err();
        assert!(matches!(late, Error::AnswerLate { answer_by } if answer_by == due), "{late}");
    }
}
