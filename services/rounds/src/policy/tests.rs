use kit::caller::Area;
use kit::ids::{OrgId, PersonId};
use testing::callers::{Who, person};

use super::*;
use crate::samples::{a_draft, an_open_round};

/// Everybody who can call, by the name that stands in the golden file.
fn everybody() -> Vec<(&'static str, Caller)> {
    let network = OrgId::new();
    let mut all: Vec<_> = Role::ALL.into_iter().map(|role| (role.name(), person(role, network))).collect();
    all.push(("no duty", Who::nobody(PersonId::new()).caller()));
    all.push(("a council's system", Who::system(OrgId::new(), &[]).caller()));
    all.push(("another role", Caller::area(Area::Bids)));
    all.push(("not signed in", Caller::anonymous()));
    all
}

/// What can be met with an action, in the order of the columns.
fn columns(action: Action) -> [Option<Facts>; 3] {
    match action {
        Action::CreateRound | Action::CreateFramework => [Some(Facts::AtLarge), None, None],
        Action::SeeRound
        | Action::UpdateRound
        | Action::ScheduleRound
        | Action::ExtendRound
        | Action::ReopenRound
        | Action::CancelRound => [None, Some(Facts::Unpublished), Some(Facts::Published)],
        Action::SeeFramework | Action::AddVersion | Action::UpdateVersion => [None, None, Some(Facts::AtLarge)],
    }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let mut matrix =
        "Who may do what with rounds and frameworks: yes; `no` is told why and who may; `hidden` is told that there is \
         no such thing.\nFirst for what is yet to be, then for a draft or a round that was cancelled as one, then for \
         what is published; `-` where that is never asked.\n"
            .to_string();
    for &action in Action::VARIANTS {
        matrix += &format!("\n{action:?}\n");
        for (name, caller) in everybody() {
            let words = columns(action).map(|facts| facts.map_or("-", |facts| decide(&caller, action, &facts).word()));
            matrix += &format!("  {name:<24} {:<7} {:<7} {}\n", words[0], words[1], words[2]);
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn a_round_cancelled_as_a_draft_stays_hidden() {
    let now = kit::time::at("2019-11-01T10:00:00Z");
    let draft = a_draft().cancel("no money", now).unwrap();
    let published = an_open_round().cancel("no money", now).unwrap();
    assert_eq!((facts(&draft), facts(&published)), (Facts::Unpublished, Facts::Published));
}

#[test]
fn a_refusal_says_who_may() {
    let refused = check(&person(Role::Certifier, OrgId::new()), Action::ExtendRound, &an_open_round()).unwrap_err();
    assert_eq!(refused.to_string(), "a round manager or a network administrator may do this");
}

#[test]
fn a_draft_is_not_found_by_those_who_may_not_know_of_it() {
    let hidden = check(&person(Role::Certifier, OrgId::new()), Action::UpdateRound, &a_draft()).unwrap_err();
    assert_eq!(hidden.to_string(), "no such round");
}
