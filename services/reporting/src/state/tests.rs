use kit::time::at;
use testing::golden::covers;

use super::*;

const HANDED_IN: &str = "2020-12-10T10:00:00Z";
const NOW: &str = "2020-12-20T10:00:00Z";

fn states() -> Vec<(&'static str, State)> {
    let before = Some(at(HANDED_IN));
    vec![
        ("scheduled", State::Scheduled),
        ("open", State::Open),
        ("in_draft", State::InDraft { handed_in: None }),
        ("in_draft, given back before", State::InDraft { handed_in: before }),
        ("awaiting_sign_off", State::AwaitingSignOff { handed_in: None }),
        ("awaiting_sign_off, given back before", State::AwaitingSignOff { handed_in: before }),
        ("submitted", State::Submitted { at: at(HANDED_IN) }),
        ("changes_requested", State::ChangesRequested { handed_in: at(HANDED_IN) }),
        ("accepted", State::Accepted { handed_in: at(HANDED_IN), at: at("2020-12-15T10:00:00Z") }),
        ("waived", State::Waived),
        ("cancelled", State::Cancelled),
    ]
}

const STEPS: [fn() -> Step; 12] = [
    || Step::Open,
    || Step::Edit,
    || Step::RequestSignOff,
    || Step::SignOff,
    || Step::Submit { at: at(NOW) },
    || Step::RequestChanges,
    || Step::Accept { at: at(NOW) },
    || Step::Waive,
    || Step::Cancel,
    || Step::Reschedule,
    || Step::AddAddendum,
    || Step::SetRelease,
];

#[test]
fn the_golden_table_has_every_state_and_every_step() {
    covers(StateName::VARIANTS, states().into_iter().map(|(_, state)| state.into()));
    covers(StepName::VARIANTS, STEPS.map(|step| step().into()));
}

#[test]
fn every_step_from_every_state_is_as_the_golden_table_says() {
    let mut table =
        "Where each step leads from each state; `-` is refused. Behind it stands when the report was handed in:\n\
                     the 10th is when it was before, the 20th is now.\n"
            .to_string();
    for (name, from) in states() {
        table += &format!("\n{name}\n");
        for step in STEPS {
            let step = step();
            let to = match from.step(step) {
                Ok(to) => match to.handed_in() {
                    Some(handed_in) => format!("{} {}", to.name(), &handed_in.to_string()[..10]),
                    None => to.name().to_string(),
                },
                Err(Error::Refused(Refusal::IllegalStep { .. })) => "-".to_string(),
                Err(error) => format!("- {error}"),
            };
            table += &format!("  {:<17} {to}\n", step.name());
        }
    }
    crate::tests::expect_golden("states.txt", &table);
}

#[test]
fn what_is_awaited_was_never_handed_in_and_what_the_network_reads_was() {
    for (name, state) in states() {
        assert!(!state.is_awaited() || state.handed_in().is_none(), "{name}");
        assert!(!state.is_handed_in() || state.handed_in().is_some(), "{name}");
    }
}
