use kit::caller::Role;
use kit::ids::OrgId;
use testing::callers::{person, seated, system};

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
    for area in Area::ALL {
        all.push((format!("the platform's {}", area.name()), Caller::area(area)));
    }
    all.push(("nobody signed in".to_string(), Caller::anonymous()));
    all
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let prepared = Facts { applicant: Some(OrgId::new()), readers: vec![OrgId::new()], offered: false };
    let offered = Facts { offered: true, ..prepared.clone() };
    let mut matrix =
        "Who may do what with an award: yes; `no` is told why and who may; `hidden` is told that there is no such\n\
         award. First before the offer, then from the offer on.\n"
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
