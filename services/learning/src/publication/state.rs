//! Where a publication stands, and every legal step. The golden table is `tests/golden/states.txt`.

use kit::deadline::Deadline;
use kit::ids::PersonId;
use kit::time::Timestamp;

use crate::error::Error;

/// Where a publication stands. A state carries its facts. While a correction is worked on it is drafting again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Planned,
    Drafting,
    FactCheck,
    Approved,
    /// Waiting for its instant, seen by the named group (rule 31).
    Embargoed {
        publish_at: Deadline,
        group: Vec<PersonId>,
    },
    Published {
        at: Timestamp,
        publish_at: Option<Deadline>,
    },
    Withdrawn,
}

/// What can happen to a publication. Only an editor approves, embargoes, releases, corrects and withdraws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    SetItems,
    StartFactCheck,
    Return,
    Approve,
    Embargo {
        publish_at: Deadline,
        group: Vec<PersonId>,
    },
    /// An editor makes it public before its time.
    Release {
        at: Timestamp,
    },
    /// The clock makes it public.
    Publish {
        at: Timestamp,
    },
    /// Its instant came, and a source stands no more as it was pinned.
    HoldBack,
    Correct,
    Withdraw,
}

impl Step {
    pub fn name(&self) -> &'static str {
        match self {
            Step::SetItems => "set_items",
            Step::StartFactCheck => "start_fact_check",
            Step::Return => "return",
            Step::Approve => "approve",
            Step::Embargo { .. } => "embargo",
            Step::Release { .. } => "release",
            Step::Publish { .. } => "publish",
            Step::HoldBack => "hold_back",
            Step::Correct => "correct",
            Step::Withdraw => "withdraw",
        }
    }
}

impl State {
    pub fn name(&self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Drafting => "drafting",
            State::FactCheck => "fact_check",
            State::Approved => "approved",
            State::Embargoed { .. } => "embargoed",
            State::Published { .. } => "published",
            State::Withdrawn => "withdrawn",
        }
    }

    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Planned | State::Drafting | State::FactCheck, Step::SetItems) => State::Drafting,
            (State::Drafting, Step::StartFactCheck) => State::FactCheck,
            (State::FactCheck | State::Approved, Step::Return) => State::Drafting,
            (State::FactCheck, Step::Approve) => State::Approved,
            (State::Approved, Step::Embargo { publish_at, group }) => State::Embargoed { publish_at, group },
            (State::Embargoed { publish_at, .. }, Step::Release { at } | Step::Publish { at }) => {
                State::Published { at, publish_at: Some(publish_at.clone()) }
            }
            (State::Embargoed { .. }, Step::HoldBack) => State::Drafting,
            (State::Published { .. }, Step::Correct) => State::Drafting,
            (
                State::Planned
                | State::Drafting
                | State::FactCheck
                | State::Approved
                | State::Embargoed { .. }
                | State::Published { .. },
                Step::Withdraw,
            ) => State::Withdrawn,
            (
                from @ (State::Planned
                | State::Drafting
                | State::FactCheck
                | State::Approved
                | State::Embargoed { .. }
                | State::Published { .. }
                | State::Withdrawn),
                step @ (Step::SetItems
                | Step::StartFactCheck
                | Step::Return
                | Step::Approve
                | Step::Embargo { .. }
                | Step::Release { .. }
                | Step::Publish { .. }
                | Step::HoldBack
                | Step::Correct
                | Step::Withdraw),
            ) => return Err(Error::IllegalStep { what: "publication", from: from.name(), step: step.name() }),
        })
    }

    /// Whether its text can still change without a new edition.
    pub fn is_unpublished(&self) -> bool {
        match self {
            State::Planned | State::Drafting | State::FactCheck | State::Approved | State::Embargoed { .. } => true,
            State::Published { .. } | State::Withdrawn => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    #[test]
    fn every_step_from_every_state_is_as_the_golden_table_says() {
        let deadline = || Deadline {
            instant: at("2021-03-29T08:00:00Z"),
            zone: "Europe/London".to_string(),
            announced: "9:00am on 29 March 2021".to_string(),
        };
        let now = at("2021-03-29T08:00:00Z");
        let states = [
            State::Planned,
            State::Drafting,
            State::FactCheck,
            State::Approved,
            State::Embargoed { publish_at: deadline(), group: Vec::new() },
            State::Published { at: now, publish_at: None },
            State::Withdrawn,
        ];
        let steps = || {
            [
                Step::SetItems,
                Step::StartFactCheck,
                Step::Return,
                Step::Approve,
                Step::Embargo { publish_at: deadline(), group: Vec::new() },
                Step::Release { at: now },
                Step::Publish { at: now },
                Step::HoldBack,
                Step::Correct,
                Step::Withdraw,
            ]
        };
        let mut table = "Where each step leads a publication from each state; `-` is refused.\n".to_string();
        for from in &states {
            table += &format!("\n{}\n", from.name());
            for step in steps() {
                let (name, to) = (step.name(), from.step(step));
                table += &format!("  {name:<18} {}\n", to.as_ref().map_or("-", State::name));
            }
        }
        table += &insights_and_consents();
        crate::tests::expect_golden("states.txt", &table);
    }

    /// The same for insights, consents and case studies.
    fn insights_and_consents() -> String {
        use crate::case_study::{State as Story, Step as StoryStep};
        use crate::insight::{State as Insight, Step as InsightStep};
        use crate::passage::{Consent, ConsentStep};
        let answer_by = at("2021-03-29T08:00:00Z");
        let mut table = "\nThe same for an insight.\n".to_string();
        let insights = [
            Insight::Captured,
            Insight::Checking { answer_by },
            Insight::Checked { answer_by },
            Insight::Approved { answer_by },
            Insight::Used { answer_by },
            Insight::Dropped { answer_by: None },
        ];
        for from in insights {
            table += &format!("\n{}\n", from.name());
            for step in [
                InsightStep::Rewrite,
                InsightStep::Check { answer_by },
                InsightStep::Settle,
                InsightStep::Approve,
                InsightStep::Use,
                InsightStep::Drop,
            ] {
                table += &format!("  {:<18} {}\n", step.name(), from.step(step).map_or("-", Insight::name));
            }
        }
        table += "\nThe same for a council's consent to a passage.\n";
        let consents = [
            Consent::NotAsked,
            Consent::Asked { answer_by },
            Consent::Given { answer_by },
            Consent::Refused { answer_by },
            Consent::Withdrawn { answer_by },
        ];
        for from in consents {
            table += &format!("\n{}\n", from.name());
            for step in [ConsentStep::Ask { answer_by }, ConsentStep::Give, ConsentStep::Refuse, ConsentStep::Withdraw]
            {
                table += &format!("  {:<18} {}\n", step.name(), from.step(step).map_or("-", Consent::name));
            }
        }
        table += "\nThe same for a case study.\n";
        for from in [Story::Draft, Story::Consented, Story::Withdrawn] {
            table += &format!("\n{}\n", from.name());
            for step in [StoryStep::Rewrite, StoryStep::Consent, StoryStep::Withdraw] {
                table += &format!("  {:<18} {}\n", step.name(), from.step(step).map_or("-", Story::name));
            }
        }
        table
    }
}
