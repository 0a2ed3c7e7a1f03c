use kit::time::at;
use testing::golden::covers;

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
            Step::LoseQuotes,
        ]
    };
    covers(StateName::VARIANTS, states.iter().map(StateName::from));
    covers(StepName::VARIANTS, steps().iter().map(StepName::from));
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
    use crate::insight::{
        State as Insight, StateName as InsightName, Step as InsightStep, StepName as InsightStepName,
    };
    use crate::passage::{Consent, ConsentName, ConsentStep, ConsentStepName};
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
    let steps = [
        InsightStep::Rewrite,
        InsightStep::Check { answer_by },
        InsightStep::Settle,
        InsightStep::Approve,
        InsightStep::Use,
        InsightStep::Drop,
        InsightStep::Fall,
    ];
    covers(InsightName::VARIANTS, insights.map(InsightName::from));
    covers(InsightStepName::VARIANTS, steps.map(InsightStepName::from));
    for from in insights {
        table += &format!("\n{}\n", from.name());
        for step in steps {
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
    let steps = [
        ConsentStep::Ask { answer_by },
        ConsentStep::Give,
        ConsentStep::Refuse,
        ConsentStep::Withdraw,
        ConsentStep::Fall,
        ConsentStep::Renew,
    ];
    covers(ConsentName::VARIANTS, consents.map(ConsentName::from));
    covers(ConsentStepName::VARIANTS, steps.map(ConsentStepName::from));
    for from in consents {
        table += &format!("\n{}\n", from.name());
        for step in steps {
            table += &format!("  {:<18} {}\n", step.name(), from.step(step).map_or("-", Consent::name));
        }
    }
    table += "\nThe same for a case study.\n";
    for from in Story::VARIANTS {
        table += &format!("\n{}\n", from.name());
        for &step in StoryStep::VARIANTS {
            table += &format!("  {:<18} {}\n", step.name(), from.step(step).map_or("-", Story::name));
        }
    }
    table
}
