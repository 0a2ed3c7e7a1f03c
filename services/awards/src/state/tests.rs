use kit::caller::Actor;
use kit::time::{Date, at};
use testing::golden::covers;

use super::*;
use crate::agreement::Change;
use crate::variation::Decision;
use crate::{payment, recovery, variation};

fn offer() -> Offer {
    Offer { expires_at: at("2020-03-07T00:00:00Z") }
}

fn agreed() -> Agreed {
    let acceptance = Acceptance {
        certifier: PersonId::new(),
        role: "Section 151 officer".to_string(),
        version: 1,
        digest: String::new(),
        at: at("2020-02-10T10:00:00Z"),
        recorded_by: String::new(),
    };
    Agreed { offer: offer(), acceptance }
}

fn states() -> Vec<State> {
    vec![
        State::Prepared,
        State::Reserved { place: 1 },
        State::Offered(offer()),
        State::Accepted(agreed()),
        State::Active(agreed()),
        State::Suspended(agreed()),
        State::Completed(agreed()),
        State::Closed(agreed()),
        State::Terminated(agreed()),
        State::Refused(offer()),
        State::Lapsed(offer()),
        State::Withdrawn(Before::Unoffered),
    ]
}

fn steps() -> Vec<Step> {
    vec![
        Step::CallReserve,
        Step::Offer(offer()),
        Step::Accept(agreed().acceptance),
        Step::Activate,
        Step::Refuse,
        Step::Lapse,
        Step::Withdraw,
        Step::Suspend,
        Step::Resume,
        Step::Terminate,
        Step::Complete,
        Step::Close,
        Step::Reopen,
    ]
}

fn actor(subject: &str) -> Actor {
    Actor { subject: subject.to_string(), organisation: None }
}

fn payment_states() -> Vec<payment::State> {
    let sent = payment::Sent {
        approved_by: actor("per_1"),
        instructed_by: actor("per_2"),
        bank_reference: "BACS 1".to_string(),
    };
    let on: Date = "2020-02-11".parse().unwrap();
    vec![
        payment::State::Planned,
        payment::State::Due,
        payment::State::OnHold,
        payment::State::Approved { by: actor("per_1") },
        payment::State::Instructed(sent.clone()),
        payment::State::Paid { sent: sent.clone(), on },
        payment::State::Reconciled { sent, on },
        payment::State::Cancelled,
    ]
}

fn payment_steps() -> Vec<payment::Step> {
    vec![
        payment::Step::FallDue,
        payment::Step::Approve(actor("per_1")),
        payment::Step::Instruct { by: actor("per_2"), bank_reference: "BACS 1".to_string() },
        payment::Step::Confirm { on: "2020-02-11".parse().unwrap() },
        payment::Step::Fail,
        payment::Step::Reconcile,
        payment::Step::Hold,
        payment::Step::Release,
        payment::Step::VoidApproval,
        payment::Step::Cancel,
    ]
}

/// The state after a step, or `-`.
fn cell(result: Result<String, impl Into<Error>>) -> String {
    match result.map_err(Into::into) {
        Ok(name) => name,
        Err(Error::Refused(Refusal::IllegalStep { .. })) => "-".to_string(),
        Err(error) => error.to_string(),
    }
}

fn section(table: &mut String, title: &str, from: &str, rows: impl Iterator<Item = (String, String)>) {
    *table += &format!("\n{title} {from}\n");
    for (step, to) in rows {
        *table += &format!("  {step:<14} {to}\n");
    }
}

#[test]
fn the_golden_table_has_every_state_and_every_step() {
    covers(StateName::VARIANTS, states().into_iter().map(StateName::from));
    covers(StepName::VARIANTS, steps().into_iter().map(StepName::from));
    covers(payment::StateName::VARIANTS, payment_states().into_iter().map(payment::StateName::from));
    covers(payment::StepName::VARIANTS, payment_steps().into_iter().map(payment::StepName::from));
    covers(variation::StateName::VARIANTS, variation_states().into_iter().map(variation::StateName::from));
}

#[test]
fn every_step_from_every_state_is_as_the_golden_table_says() {
    let mut table =
        "Where each step leads from each state; `-` is refused. First awards, then payments, recoveries and\n\
                     variations.\n"
            .to_string();
    for from in states() {
        let rows = steps().into_iter().map(|step| {
            let name = step.name().to_string();
            (name, cell(from.clone().step(step).map(|to| to.name().to_string())))
        });
        section(&mut table, "award", from.name(), rows);
    }
    for from in payment_states() {
        let rows = payment_steps().into_iter().map(|step| {
            let name = step.name().to_string();
            (name, cell(from.clone().step(step).map(|to| to.name().to_string())))
        });
        section(&mut table, "payment", from.name(), rows);
    }
    for from in recovery::State::VARIANTS {
        let rows = recovery::Step::VARIANTS
            .iter()
            .map(|&step| (step.name().to_string(), cell(from.step(step).map(|to| to.name().to_string()))));
        section(&mut table, "recovery", from.name(), rows);
    }
    for from in variation_states() {
        let rows = [("approve", Some(2)), ("refuse", None)].into_iter().map(|(step, written)| {
            let decided = a_variation(from.clone()).decide(written, decision());
            (step.to_string(), cell(decided.map(|to| to.state.name().to_string())))
        });
        section(&mut table, "variation", from.name(), rows);
    }
    crate::tests::expect_golden("states.txt", &table);
}

fn decision() -> Decision {
    Decision { by: actor("per_1"), at: at("2020-05-01T10:00:00Z"), reason: String::new() }
}

fn variation_states() -> [variation::State; 3] {
    [
        variation::State::Requested,
        variation::State::Approved { version: 2, decision: decision() },
        variation::State::Refused(decision()),
    ]
}

fn a_variation(state: variation::State) -> variation::Variation {
    variation::Variation {
        id: kit::ids::VariationId::new(),
        award: kit::ids::AwardId::new(),
        version: 1,
        change: Change::default(),
        reason: String::new(),
        extension: None,
        requested_by: actor("per_1"),
        requested_at: at("2020-04-01T10:00:00Z"),
        state,
    }
}

#[test]
fn a_withdrawn_award_keeps_what_it_was() {
    let offered = State::Offered(offer()).step(Step::Withdraw).unwrap();
    assert_eq!((offered.offer(), offered.acceptance()), (Some(offer()), None));
    let agreed = agreed();
    let active = State::Active(agreed.clone()).step(Step::Withdraw).unwrap();
    assert_eq!(active.acceptance(), Some(&agreed.acceptance));
    let unknown = State::Reserved { place: 2 }.step(Step::Withdraw).unwrap();
    assert_eq!((unknown.offer(), unknown.reserve_place()), (None, 0));
}

#[test]
fn an_offer_holds_until_its_last_microsecond_and_not_at_its_end() {
    let state = State::Offered(offer());
    assert!(state.expect_offered(at("2020-03-06T23:59:59.999999Z")).is_ok());
    assert!(matches!(state.expect_offered(at("2020-03-07T00:00:00Z")), Err(Error::OfferExpired { .. })));
}

#[test]
fn nobody_instructs_what_they_approved() {
    let approved = payment::State::Approved { by: actor("per_1") };
    let by_same = payment::Step::Instruct { by: actor("per_1"), bank_reference: "BACS 1".to_string() };
    assert!(matches!(approved.step(by_same), Err(Error::SamePerson)));
}
