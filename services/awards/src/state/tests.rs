use kit::caller::Actor;
use kit::ids::OrgId;
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
        Step::AcceptAnew(agreed().acceptance),
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

fn destination() -> payment::Destination {
    let account_reference = "VENDOR-1".to_string();
    payment::Destination { payee: OrgId::new(), check: 1, account_reference, at: at("2020-02-11T09:00:00Z") }
}

fn sent() -> payment::Sent {
    let [approved_by, instructed_by] = [actor("per_1"), actor("per_2")];
    payment::Sent { approved_by, instructed_by, bank_reference: "BACS 1".to_string(), to: Some(destination()) }
}

fn payment_states() -> Vec<payment::State> {
    let sent = sent();
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
        payment::Step::Instruct { by: actor("per_2"), bank_reference: "BACS 1".to_string(), to: destination() },
        payment::Step::Confirm { by: actor("per_3"), on: "2020-02-11".parse().unwrap() },
        payment::Step::Fail(actor("per_3")),
        payment::Step::Reconcile(actor("per_3")),
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
    covers(variation::StepName::VARIANTS, variation_steps().into_iter().map(variation::StepName::from));
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
        let rows = variation_steps().into_iter().map(|step| {
            let name = step.name().to_string();
            (name, cell(from.clone().step(step).map(|to| to.name().to_string())))
        });
        section(&mut table, "variation", from.name(), rows);
    }
    crate::tests::expect_golden("states.txt", &table);
}

fn decision() -> Decision {
    let (reason, reference) = (String::new(), String::new());
    Decision { by: actor("per_1"), at: at("2020-05-01T10:00:00Z"), reason, reference }
}

fn variation_states() -> [variation::State; 5] {
    [
        variation::State::Requested,
        variation::State::AwaitingAcceptance(decision()),
        variation::State::Approved { version: 2, decision: decision() },
        variation::State::Refused(decision()),
        variation::State::Declined { decision: decision(), reason: "it is too little".to_string() },
    ]
}

fn variation_steps() -> [variation::Step; 5] {
    [
        variation::Step::Propose(decision()),
        variation::Step::Approve { version: 2, decision: decision() },
        variation::Step::Accept { version: 2 },
        variation::Step::Refuse(decision()),
        variation::Step::Decline { reason: "it is too little".to_string() },
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
        word: None,
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
    let bank_reference = "BACS 1".to_string();
    let by_same = payment::Step::Instruct { by: actor("per_1"), bank_reference, to: destination() };
    assert!(matches!(approved.step(by_same), Err(Refusal::Apart { .. })));
}

/// G-B1: what the bank did with a payment is said by somebody else than who told it to.
#[test]
fn nobody_says_what_the_bank_did_with_what_they_instructed() {
    let on: Date = "2020-02-11".parse().unwrap();
    let by = || actor("per_2");
    for (from, step) in [
        (payment::State::Instructed(sent()), payment::Step::Confirm { by: by(), on }),
        (payment::State::Instructed(sent()), payment::Step::Fail(by())),
        (payment::State::Paid { sent: sent(), on }, payment::Step::Reconcile(by())),
    ] {
        assert!(matches!(from.step(step), Err(Refusal::Apart { .. })));
    }
}

/// G-B1: who asked for a change decides nothing of it, not even against it.
#[test]
fn nobody_decides_on_what_they_asked_for() {
    let asked = a_variation(variation::State::Requested);
    assert!(matches!(asked.expect_of_another(&actor("per_1")), Err(Refusal::Apart { .. })));
    assert!(asked.expect_of_another(&actor("per_2")).is_ok());
}
