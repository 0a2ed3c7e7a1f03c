use kit::time::at;
use testing::golden::covers;

use super::*;

fn receipt() -> Receipt {
    Receipt { number: 4, at: at("2020-01-20T10:00:00Z"), revision: 1 }
}

fn held(kept: Option<Receipt>) -> Held {
    Held { at: at("2020-02-01T00:00:00.000001Z"), queue: 2, revision: 3, kept }
}

fn states() -> Vec<(&'static str, State)> {
    vec![
        ("draft", State::Draft { kept: None }),
        ("draft, reopened", State::Draft { kept: Some(receipt()) }),
        ("submitted", State::Submitted(receipt())),
        ("held_late", State::HeldLate(held(None))),
        ("held_late, reopened before", State::HeldLate(held(Some(receipt())))),
        ("eligible", State::Eligible(receipt())),
        ("ineligible", State::Ineligible(receipt())),
        ("withdrawn", State::Withdrawn(Before::Received(receipt()))),
        ("not_submitted", State::NotSubmitted { kept: None }),
        ("not_submitted, reopened", State::NotSubmitted { kept: Some(receipt()) }),
        ("rejected_late", State::RejectedLate(held(None))),
    ]
}

fn steps() -> Vec<(&'static str, Step)> {
    let place = |timing| Step::Submit(Place { at: at("2020-02-01T00:00:00Z"), timing });
    vec![
        ("submit early", place(Timing::Early)),
        ("submit in time", place(Timing::InTime { number: 9 })),
        ("submit late", place(Timing::Late { queue: 5 })),
        ("reopen", Step::Reopen),
        ("withdraw", Step::Withdraw),
        ("admit_late", Step::AdmitLate { number: 9 }),
        ("reject_late", Step::RejectLate),
        ("decide_eligible", Step::DecideEligible),
        ("decide_ineligible", Step::DecideIneligible),
        ("close", Step::Close),
        ("resume", Step::Resume),
    ]
}

#[test]
fn the_golden_table_has_every_state_and_every_step() {
    covers(StateName::VARIANTS, states().into_iter().map(|(_, state)| state.into()));
    covers(StepName::VARIANTS, steps().into_iter().map(|(_, step)| step.into()));
}

#[test]
fn every_step_from_every_state_is_as_the_golden_table_says() {
    let mut table =
        "Where each step leads from each state; `-` is refused. The number that the bid then has or keeps stands\n\
         behind: 4 is the one it had, 9 the next of the round.\n"
            .to_string();
    for (from_name, from) in states() {
        table += &format!("\n{from_name}\n");
        for (step_name, step) in steps() {
            let to = match from.step(step, 7) {
                Ok(to) => match to.receipt() {
                    Some(receipt) => format!("{} {}", to.name(), receipt.number),
                    None => to.name().to_string(),
                },
                Err(Error::Refused(Refusal::IllegalStep { .. })) => "-".to_string(),
                Err(error) => error.to_string(),
            };
            table += &format!("  {step_name:<18} {to}\n");
        }
    }
    crate::tests::expect_golden("states.txt", &table);
}

#[test]
fn a_reopened_bid_keeps_number_and_instant_when_it_is_handed_in_again() {
    let place = Place { at: at("2020-01-25T10:00:00Z"), timing: Timing::InTime { number: 9 } };
    let again = State::Draft { kept: Some(receipt()) }.step(Step::Submit(place), 7).unwrap();
    assert_eq!(again, State::Submitted(Receipt { revision: 7, ..receipt() }));
}

#[test]
fn a_reopened_bid_that_came_late_and_is_admitted_has_its_old_number() {
    let admitted = State::HeldLate(held(Some(receipt()))).step(Step::AdmitLate { number: 9 }, 3).unwrap();
    assert_eq!(admitted, State::Submitted(Receipt { revision: 3, ..receipt() }));
}

#[test]
fn a_late_bid_that_is_admitted_keeps_its_instant() {
    let admitted = State::HeldLate(held(None)).step(Step::AdmitLate { number: 9 }, 3).unwrap();
    assert_eq!(admitted, State::Submitted(Receipt { number: 9, at: held(None).at, revision: 3 }));
}
