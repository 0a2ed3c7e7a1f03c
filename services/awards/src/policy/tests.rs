use kit::caller::Role;
use kit::ids::OrgId;
use testing::callers::{Who, person, seated, system};

use super::*;

/// Everybody who can call, by the name that stands in the golden file, and what their organisation is to an award.
fn everybody(facts: &Facts) -> Vec<(String, Caller)> {
    let organisations = [
        ("the applicant", facts.applicant.unwrap()),
        ("one that leads or is paid", facts.readers[0]),
        ("another council", OrgId::new()),
    ];
    let of_councils = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];
    let mut all = Vec::new();
    for (relation, organisation) in organisations {
        for role in of_councils {
            all.push((format!("{} of {relation}", role.name()), person(role, organisation)));
        }
        for scope in Scope::ALL {
            all.push((format!("system with {} of {relation}", scope.name()), system(organisation, scope)));
        }
    }
    for role in Role::ALL.into_iter().filter(|role| !of_councils.contains(role)) {
        all.push((format!("{} of the network", role.name()), person(role, OrgId::new())));
    }
    for role in Role::ALL.into_iter().filter(|role| role.rests()) {
        all.push((format!("{} of the network, with a seat", role.name()), seated(role, OrgId::new())));
    }
    for (relation, organisation) in &organisations[..2] {
        for role in Role::ALL.into_iter().filter(|role| role.rests()) {
            let staff = Who::person(role, OrgId::new()).of_home(*organisation).caller();
            all.push((format!("{}, staff of {relation}", role.name()), staff));
        }
    }
    for area in Area::ALL {
        all.push((format!("the platform's {}", area.name()), Caller::area(area)));
    }
    all.push(("nobody signed in".to_string(), Caller::anonymous()));
    all
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let prepared = Facts { applicant: Some(OrgId::new()), readers: vec![OrgId::new()], ..Facts::default() };
    let offered = Facts { offered: true, ..prepared.clone() };
    let mut matrix =
        "Who may do what with an award: yes; `no` is told why and who may; `apart` has the duty, and leaves what is\n\
         their own organisation's to others; `hidden` is told that there is no such award. First before the offer,\n\
         then from the offer on.\n"
            .to_string();
    for &action in Action::VARIANTS {
        matrix += &format!("\n{action:?}\n");
        for (name, caller) in everybody(&prepared) {
            let verdict = |facts| decide(&caller, action, facts).word();
            matrix += &format!("  {name:<60} {:<7} {}\n", verdict(&prepared), verdict(&offered));
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn who_may_is_said_to_those_who_may_not() {
    let facts = Facts { applicant: Some(OrgId::new()), offered: true, ..Facts::default() };
    let officer = person(Role::ApplicantOfficer, facts.applicant.unwrap());
    let refused = decide(&officer, Action::Accept, &facts).enforce::<Refusal>("award").unwrap_err();
    assert_eq!(refused.to_string(), "a certifier, or a system with awards.certify, of the applicant may do this");
}

/// G-B2: a duty for the network does not reach what is given to one's own, however one belongs to it.
#[test]
fn nobody_acts_for_the_network_on_what_concerns_their_own() {
    let [own, network] = [OrgId::new(), OrgId::new()];
    let at_home = Who::person(Role::RoundManager, network).of_home(own).caller();
    let with_a_role = Who::person(Role::RoundManager, network).and(Role::Auditor, own).caller();
    let [asks, is_paid, is_named] = [
        Facts { applicant: Some(own), offered: true, ..Facts::default() },
        Facts { applicant: Some(OrgId::new()), readers: vec![own], ..Facts::default() },
        Facts { applicant: Some(OrgId::new()), named: vec![own], ..Facts::default() },
    ];
    for caller in [at_home, with_a_role] {
        for facts in [&asks, &is_paid, &is_named] {
            let verdict = decide(&caller, Action::DecideVariation, facts);
            assert_eq!(verdict, Verdict::Apart { whose: OWN_ORGANISATION }, "{facts:?}");
            assert_eq!(decide(&caller, Action::See, facts), Verdict::Allow);
        }
    }
}
