use kit::caller::{Grant, Role};
use kit::ids::{ClientId, OrgId, PersonId};

use super::*;
use crate::samples::{a_draft, an_open_round};

fn somebody() -> Caller {
    Caller { subject: Subject::Person(PersonId::new()), ..Caller::anonymous() }
}

fn with(duty: Duty) -> Caller {
    Caller { grants: vec![Grant { duty, organisation: OrgId::new() }], ..somebody() }
}

/// Everybody who can call, by the name that stands in the golden file.
fn everybody() -> Vec<(&'static str, Caller)> {
    let client =
        Caller { subject: Subject::Client(ClientId::new()), organisation: Some(OrgId::new()), ..Caller::anonymous() };
    let mut all: Vec<_> = Duty::ALL.into_iter().map(|duty| (duty.name(), with(duty))).collect();
    all.push(("no duty", somebody()));
    all.push(("a council's system", client));
    all.push(("another role", Caller::role(Role::Bids)));
    all.push(("not signed in", Caller::anonymous()));
    all
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let mut matrix = String::from("# who may do what; `unpublished` is a draft, or a round cancelled as one\n");
    for action in Action::ALL {
        for facts in action.facts() {
            matrix += &format!("\n{} ({})\n", action.as_str(), format!("{facts:?}").to_lowercase());
            let mut allowed = Vec::new();
            let mut refused = Vec::new();
            let mut hidden = Vec::new();
            for (name, caller) in everybody() {
                match decide(&caller, action, *facts) {
                    Verdict::Allow => allowed.push(name),
                    Verdict::Refuse { .. } => refused.push(name),
                    Verdict::Hide => hidden.push(name),
                }
            }
            matrix += &format!("  allowed: {}\n", allowed.join(", "));
            matrix += &format!("  refused: {}\n", refused.join(", "));
            matrix += &format!("  hidden:  {}\n", hidden.join(", "));
        }
    }
    let matrix: String = matrix.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn a_round_cancelled_as_a_draft_stays_hidden() {
    let now = kit::time::at("2019-11-01T10:00:00Z");
    let draft = a_draft().cancel("no money".to_string(), now).unwrap();
    let published = an_open_round().cancel("no money".to_string(), now).unwrap();
    assert_eq!((Facts::of(&draft), Facts::of(&published)), (Facts::Unpublished, Facts::Published));
}

#[test]
fn a_refusal_says_who_may() {
    let refused = check(&with(Duty::Certifier), Action::ExtendRound, Facts::Published).unwrap_err();
    assert_eq!(refused.to_string(), "a round manager or a network administrator may do this");
}

#[test]
fn a_draft_is_not_found_by_those_who_may_not_know_of_it() {
    let hidden = check(&with(Duty::Certifier), Action::UpdateRound, Facts::Unpublished).unwrap_err();
    assert_eq!(hidden.to_string(), "no such round");
}
