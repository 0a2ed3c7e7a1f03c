use testing::callers::{Who, person, seated, system};

use super::*;

/// Everybody who can call, by the name that stands in the golden file, and what their organisation is to a report.
fn everybody(facts: &Facts) -> Vec<(String, Caller)> {
    let organisations = [
        ("the council", facts.holder),
        ("the council before it", facts.organisation),
        ("another council", OrgId::new()),
    ];
    let councils = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];
    let mut all = Vec::new();
    for (relation, organisation) in organisations {
        for role in councils {
            all.push((format!("{} of {relation}", role.name()), person(role, organisation)));
        }
        for scope in Scope::ALL {
            all.push((format!("system with {} of {relation}", scope.name()), system(organisation, scope)));
        }
    }
    for role in Role::ALL {
        if !councils.contains(&role) {
            all.push((format!("{} of the network", role.name()), person(role, OrgId::new())));
        }
    }
    for role in Role::ALL.into_iter().filter(|role| role.rests()) {
        all.push((format!("{} of the network, with a seat", role.name()), seated(role, OrgId::new())));
    }
    // L-A8: whoever runs the round belongs to a council too.
    for (relation, council) in [("the council", facts.holder), ("the council before it", facts.organisation)] {
        let manager = Who::person(Role::RoundManager, OrgId::new()).of_home(council);
        all.push((format!("round_manager, staff of {relation}"), manager.caller()));
    }
    for area in [Area::Awards, Area::Learning] {
        all.push((format!("the platform's {area}"), Caller::area(area)));
    }
    all.push(("another role of the platform".to_string(), Caller::area(Area::Bids)));
    all.push(("nobody signed in".to_string(), Caller::anonymous()));
    all
}

fn a_draft() -> Facts {
    Facts { organisation: OrgId::new(), holder: OrgId::new(), handed_in: false, released: false }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let draft = a_draft();
    let handed_in = Facts { handed_in: true, ..draft };
    let released = Facts { released: true, ..handed_in };
    let mut matrix =
        "Who may do what with a report: yes; `no` is told why and who may; `apart` has the duty, and leaves it to \
         others; `hidden` is told that there is no such report.\nFirst for a draft, then for a report that was handed \
         in, then for one that is accepted and released to the learning.\nThe council is the one that holds the award; \
         the council before it is that from which the award was novated.\n"
            .to_string();
    for &action in Action::VARIANTS {
        matrix += &format!("\n{action:?}\n");
        for (name, caller) in everybody(&draft) {
            let word = |facts| decide(&caller, action, facts).word();
            let words = format!("{:<7} {:<7} {}", word(&draft), word(&handed_in), word(&released));
            matrix += &format!("  {name:<60} {words}\n");
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn who_may_is_said_to_those_who_may_not() {
    let facts = a_draft();
    let who_may = |caller: &Caller, action| match decide(caller, action, &facts) {
        Verdict::Refuse { who_may } => Refusal::NotAllowed { who_may }.to_string(),
        Verdict::Allow | Verdict::Apart { .. } | Verdict::Hide => String::new(),
    };
    let administrator = person(Role::CouncilAdministrator, facts.holder);
    let said = who_may(&administrator, Action::SignOff);
    assert_eq!(said, "a certifier, or a system with reports.certify, of the council may do this");
    let auditor = person(Role::Auditor, OrgId::new());
    assert_eq!(who_may(&auditor, Action::Read), "the council, until the report is handed in, may do this");
}
