use kit::caller::{Grant, Role};
use kit::ids::{ClientId, OrgId, PersonId};

use super::*;

fn person(role: Role, organisation: OrgId) -> Caller {
    let grants = vec![Grant { role, organisation }];
    Caller { subject: Subject::Person(PersonId::new()), grants, ..Caller::anonymous() }
}

fn seated(role: Role) -> Caller {
    Caller { sits: true, ..person(role, OrgId::new()) }
}

fn system(organisation: OrgId, scope: Scope) -> Caller {
    let subject = Subject::Client(ClientId::new());
    Caller { subject, organisation: Some(organisation), scopes: vec![scope], ..Caller::anonymous() }
}

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
        all.push((format!("{} of the network, with a seat", role.name()), seated(role)));
    }
    for role in Area::ALL {
        all.push((format!("the platform's {}", role.name()), Caller::area(role)));
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
            let word = |facts| decide(&caller, action, facts).word();
            matrix += &format!("  {name:<60} {:<7} {}\n", word(&prepared), word(&offered));
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn who_may_is_said_to_those_who_may_not() {
    let facts = Facts { applicant: Some(OrgId::new()), offered: true, ..Facts::default() };
    let officer = person(Role::ApplicantOfficer, facts.applicant.unwrap());
    let refused = decide(&officer, Action::Accept, &facts).enforce::<Error>("award").unwrap_err();
    assert_eq!(refused.to_string(), "a certifier, or a system with awards.certify, of the applicant may do this");
}
