use testing::callers::{Who, person, seated, system};

use super::*;

/// Everybody who can call, by the name that stands in the golden file, and what their organisation is to a bid.
fn everybody(facts: &Facts) -> Vec<(String, Caller)> {
    let (applicant, editor, reader) = (facts.applicant.unwrap(), facts.editors[0], facts.readers[0]);
    let organisations =
        [("the applicant", applicant), ("a partner who edits", editor), ("a partner who reads", reader)];
    let mut all = Vec::new();
    for (relation, organisation) in organisations.into_iter().chain([("another council", OrgId::new())]) {
        for role in [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator] {
            all.push((format!("{} of {relation}", role.name()), person(role, organisation)));
        }
        for scope in Scope::ALL {
            all.push((format!("system with {} of {relation}", scope.name()), system(organisation, scope)));
        }
    }
    for role in Role::ALL {
        if ![Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator].contains(&role) {
            all.push((format!("{} of the network", role.name()), person(role, OrgId::new())));
        }
    }
    for role in Role::ALL.into_iter().filter(|role| role.rests()) {
        all.push((format!("{} of the network, with a seat", role.name()), seated(role, OrgId::new())));
    }
    for role in [Role::RoundManager, Role::NetworkAdministrator, Role::Auditor] {
        let staff = Who::person(role, OrgId::new()).of_home(applicant).caller();
        all.push((format!("{} of the network, at home with the applicant", role.name()), staff));
    }
    let staff = Who::person(Role::RoundManager, OrgId::new());
    let staff_of_reader = staff.clone().of_home(reader).caller();
    all.push(("round_manager of the network, at home with a partner who reads".to_string(), staff_of_reader));
    let charged = staff.and(Role::CouncilAdministrator, applicant).caller();
    all.push(("round_manager of the network and council_administrator of the applicant".to_string(), charged));
    for area in [Area::Grading, Area::Reporting] {
        all.push((format!("the platform's {area}"), Caller::area(area)));
    }
    all.push(("another role of the platform".to_string(), Caller::area(Area::Rounds)));
    all.push(("nobody signed in".to_string(), Caller::anonymous()));
    all
}

/// What is known when the action is asked about such a bid; none where it never is, or where the close makes no
/// difference.
fn as_asked(action: Action, facts: &Facts) -> Option<Facts> {
    if facts.closed && !matches!(action, Action::Read | Action::ReadConflicts) {
        return None;
    }
    match action {
        Action::Bind | Action::Join | Action::Decline => {
            Some(Facts { answering: facts.readers.first().copied(), ..facts.clone() })
        }
        // A bid that is yet to be has no partners, and a whole round has no applicant either.
        Action::Create => (!facts.received).then(|| Facts { applicant: facts.applicant, ..Facts::default() }),
        Action::ListDuplicates | Action::Count => (!facts.received).then(Facts::default),
        // What the network has received is taken back by `WithdrawReceived`.
        Action::Withdraw => (!facts.received).then(|| facts.clone()),
        Action::See
        | Action::Read
        | Action::ReadConflicts
        | Action::Edit
        | Action::SetParticipants
        | Action::DeclareConflicts
        | Action::SignOff
        | Action::Submit
        | Action::Reopen
        | Action::WithdrawReceived
        | Action::Answer
        | Action::DecideLate
        | Action::Screen
        | Action::Decide
        | Action::Ask => Some(facts.clone()),
    }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let draft = Facts {
        applicant: Some(OrgId::new()),
        editors: vec![OrgId::new()],
        readers: vec![OrgId::new()],
        ..Facts::default()
    };
    let received = Facts { received: true, ..draft.clone() };
    let closed = Facts { closed: true, ..received.clone() };
    let mut matrix =
        "Who may do what with a bid: yes; `no` is told why and who may; `apart` has the duty, and leaves bids of\n\
         their own organisations to others; `hidden` is told that there is no such bid.\n\
         First for a draft, then for a bid that the network has received, then for that once its round has closed;\n\
         `-` where that is never asked, or where the close makes no difference. A lead or payee other than the\n\
         applicant is a partner who reads, and is the one that answers where one was asked. Who declined or left\n\
         is another council.\n"
            .to_string();
    for &action in Action::VARIANTS {
        matrix += &format!("\n{action:?}\n");
        for (name, caller) in everybody(&draft) {
            let word = |facts| as_asked(action, facts).map_or("-", |facts| decide(&caller, action, &facts).word());
            matrix += &format!("  {name:<70} {:<7} {:<7} {}\n", word(&draft), word(&received), word(&closed));
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn who_may_is_said_to_those_who_may_not() {
    let facts = Facts { applicant: Some(OrgId::new()), ..Facts::default() };
    let reader = person(Role::CouncilAdministrator, facts.applicant.unwrap());
    let refused = decide(&reader, Action::SignOff, &facts).enforce::<Refusal>("bid").unwrap_err();
    assert_eq!(refused.to_string(), "a certifier, or a system with bids.certify, of the applicant may do this");
}
