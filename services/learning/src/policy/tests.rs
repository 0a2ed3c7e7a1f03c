use kit::caller::Area;
use testing::callers::{Who, person, seated, system};

use super::*;

/// Everybody who can call, by the name that stands in the golden file.
fn everybody(facts: &Facts) -> Vec<(String, Caller)> {
    let named = |person: PersonId, role| Who::nobody(person).and(role, OrgId::new()).caller();
    let mut all = vec![
        ("consultant of the commission".to_string(), named(facts.consultants[0], Role::Consultant)),
        ("its consultant, without the duty".to_string(), named(facts.consultants[0], Role::Reviewer)),
        ("consultant of another commission".to_string(), person(Role::Consultant, OrgId::new())),
        ("person of the embargo group".to_string(), named(facts.readers[0], Role::Reviewer)),
        ("editor who wrote it".to_string(), named(facts.authors[0], Role::Editor)),
    ];
    // L-A8: whoever has a duty for the network belongs to a council too.
    let council = facts.councils[0];
    let consultant = Who::nobody(facts.consultants[0]).and(Role::Consultant, OrgId::new());
    let at_home = consultant.clone().of_home(council);
    let editor = Who::person(Role::Editor, OrgId::new()).of_home(council);
    all.push(("consultant of the commission, staff of the council".to_string(), at_home.caller()));
    let certifier = consultant.and(Role::Certifier, council).caller();
    all.push(("consultant of the commission, certifier of the council".to_string(), certifier));
    all.push(("editor of the network, staff of the council".to_string(), editor.caller()));
    for (relation, council) in [("the council", facts.councils[0]), ("another council", OrgId::new())] {
        for role in [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator] {
            all.push((format!("{} of {relation}", role.name()), person(role, council)));
        }
        for scope in Scope::ALL {
            all.push((format!("system with {} of {relation}", scope.name()), system(council, scope)));
        }
    }
    for role in Role::ALL {
        if ![Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator, Role::Consultant].contains(&role) {
            all.push((format!("{} of the network", role.name()), person(role, OrgId::new())));
        }
    }
    all.push(("a role of the platform".to_string(), Caller::area(Area::Reporting)));
    all.push(("nobody signed in".to_string(), Caller::anonymous()));
    all
}

/// The same with seats on a board, where that matters.
fn with_seats(action: Action) -> Vec<(String, Caller)> {
    let charged = Role::ALL.into_iter().filter(|role| role.rests() || *role == Role::Editor);
    let all = charged.map(|role| (format!("{} of the network, with a seat", role.name()), seated(role, OrgId::new())));
    if action == Action::SeeAwardsEarly { all.collect() } else { Vec::new() }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let shut = Facts {
        consultants: vec![PersonId::new()],
        councils: vec![OrgId::new()],
        readers: vec![PersonId::new()],
        authors: vec![PersonId::new()],
        open: false,
    };
    let open = Facts { open: true, ..shut.clone() };
    let mut matrix =
        "Who may do what with the learning: yes; `no` is told why and who may; `apart` has the duty, and leaves it to \
         others; `hidden` is told that there is no such thing.\nFirst before, then after the council was asked, \
         consented, or the publication was published.\n"
            .to_string();
    for &action in Action::VARIANTS {
        matrix += &format!("\n{action:?}\n");
        for (name, caller) in everybody(&shut).into_iter().chain(with_seats(action)) {
            let word = |facts| decide(&caller, action, facts).word();
            matrix += &format!("  {name:<56} {:<7} {}\n", word(&shut), word(&open));
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}
