//! The RPCs about people and their roles. Whom an administrator manages depends on what else somebody is, so each of
//! the matrix's variants is tried on a person who is that.

use toadlane_proto::registry::v1 as pb;

use super::super::Case;
use super::super::callers::{Callers, Named, Org, Waits};
use super::CHANGE;

/// Why a row cannot be tried on a network administrator.
const ONE_THEMSELVES: &str = "who is a network administrator may do it to themselves as one";
/// Why it cannot be tried in a list.
const BY_NAME: &str = "a list is searched by name: who is in it is tried where the person is asked for";

pub fn cases(callers: &Callers, rpc: &str) -> Vec<Case> {
    match rpc {
        "CreatePerson" => {
            let request = pb::CreatePersonRequest {
                organisation_id: callers.org(Org::Applicant),
                name: "Somebody New".to_string(),
                email: "new@verdicts.example".to_string(),
                ..Default::default()
            };
            vec![Case::new("enter a person of the organisation", &callers.org(Org::Applicant), request)]
        }
        "GetPerson" | "ListPeople" => of_reading(callers, rpc),
        "UpdatePerson" => of_updating(callers),
        "GrantRole" => of_granting(callers),
        "ConfirmGrant" => of_confirming(callers),
        "RevokeRole" => of_revoking(callers),
        "EndPerson" => of_ending(callers),
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

fn of_reading(callers: &Callers, rpc: &str) -> Vec<Case> {
    let guest = &callers.registered.guest;
    let sections = [
        (&callers.person, "see a person of the organisation", "see their e-mail address"),
        (guest, "see one of another organisation with a role for it", "see that of one with a role for it"),
    ];
    let both = |(Named { id, name, email }, see, see_email): (&Named, &str, &str)| match rpc {
        "GetPerson" => {
            let request = pb::GetPersonRequest { person_id: id.clone() };
            [Case::new(see, id, request.clone()), Case::new(see_email, id, request).shows(email)]
        }
        _ => {
            let request = pb::ListPeopleRequest { search: name.clone(), ..Default::default() };
            let cases =
                [Case::new(see, name, request.clone()).rows(id), Case::new(see_email, name, request).shows(email)];
            if *id == guest.id { cases.map(|case| case.leaving_out("the person", BY_NAME)) } else { cases }
        }
    };
    sections.into_iter().flat_map(both).collect()
}

fn of_updating(callers: &Callers) -> Vec<Case> {
    let registered = &callers.registered;
    let renamed = |person: &Named| pb::UpdatePersonRequest {
        person_id: person.id.clone(),
        name: "Somebody Else".to_string(),
        email: person.email.clone(),
        ..Default::default()
    };
    let moved = pb::UpdatePersonRequest { organisation_id: callers.org(Org::Another), ..renamed(&registered.plain) };
    let mut cases = vec![Case::new("rename them", &registered.plain.id, moved).and(CHANGE)];
    for (section, person) in
        [("rename them", &registered.plain), ("rename one with a duty elsewhere", &registered.busy)]
    {
        cases.push(Case::new(section, &person.id, renamed(person)));
    }
    for (section, person) in [
        ("change their address", &registered.plain),
        ("change that of one with a duty elsewhere", &registered.busy),
        ("change that of one with a seat on a board", &callers.person),
        ("change that of a network administrator", &registered.peer),
        ("change that of one with a role for it", &registered.guest),
    ] {
        let (name, email) = (person.name.clone(), "another.address@verdicts.example".to_string());
        cases.push(Case::new(section, &person.id, pb::UpdatePersonRequest { name, email, ..renamed(person) }));
    }
    cases.into_iter().map(|case| but_not_themselves(callers, case)).collect()
}

fn of_granting(callers: &Callers) -> Vec<Case> {
    let registered = &callers.registered;
    let (own, other) = (callers.org(Org::Applicant), callers.org(Org::Reader));
    let (certifier, reviewer) = (pb::Role::Certifier, pb::Role::Reviewer);
    [
        ("grant them certifier of their organisation", &registered.plain, certifier, &own),
        ("grant one with a duty elsewhere certifier of it", &registered.busy, certifier, &own),
        ("grant one of another organisation certifier of it", &registered.guest_officer, certifier, &own),
        ("grant them certifier of another organisation", &registered.plain, certifier, &other),
        ("grant them reviewer", &registered.plain, reviewer, &own),
    ]
    .map(|(section, Named { id, .. }, role, organisation_id)| {
        let (person_id, role, organisation_id) = (id.clone(), role.into(), organisation_id.clone());
        Case::new(section, id, pb::GrantRoleRequest { person_id, role, organisation_id, ..Default::default() })
    })
    .into()
}

/// An administrator whom no row means gave them all.
fn of_confirming(callers: &Callers) -> Vec<Case> {
    let waiting = &callers.registered.waiting;
    [
        ("confirm certifier of their organisation", &waiting.own),
        ("confirm it for one of another organisation", &waiting.of_guest),
        // At home where there is everybody whom a row means: in that council is nobody.
        ("confirm it where nobody else there can", &waiting.of_nobody),
        ("confirm reviewer", &waiting.reviewer),
    ]
    .map(|(section, Waits { person_id, grant_id })| {
        let (about, person_id, grant_id) = (person_id, person_id.clone(), grant_id.clone());
        Case::new(section, about, pb::ConfirmGrantRequest { person_id, grant_id, ..Default::default() })
    })
    .into()
}

fn of_revoking(callers: &Callers) -> Vec<Case> {
    let (registered, holder) = (&callers.registered, &callers.holder.id);
    let (own, other) = (callers.org(Org::Applicant), callers.org(Org::Reader));
    let held = |role: pb::Role, organisation_id: &str| {
        let mut grants = callers.grants.iter();
        let grant = grants.find(|held| held.role() == role && held.organisation_id == organisation_id);
        grant.expect("the role was granted").id.clone()
    };
    [
        ("take certifier of their organisation away", holder, held(pb::Role::Certifier, &own)),
        ("take it from one of another organisation", &registered.guest.id, registered.guest_grant.id.clone()),
        ("take certifier of another organisation away", holder, held(pb::Role::Certifier, &other)),
        ("take reviewer away", holder, held(pb::Role::Reviewer, &own)),
    ]
    .map(|(section, about, grant_id)| {
        let person_id = about.clone();
        Case::new(section, about, pb::RevokeRoleRequest { person_id, grant_id, ..Default::default() })
    })
    .into()
}

fn of_ending(callers: &Callers) -> Vec<Case> {
    let registered = &callers.registered;
    let cases = [
        ("end them", &registered.plain),
        ("end one with a duty elsewhere", &registered.busy),
        ("end one with a seat on a board", &callers.person),
        ("end a network administrator", &registered.peer),
    ]
    .map(|(section, Named { id, .. })| {
        let request = pb::EndPersonRequest { person_id: id.clone(), ..Default::default() };
        but_not_themselves(callers, Case::new(section, id, request))
    });
    cases.into()
}

/// Leaves out themselves where a case is about a network administrator.
fn but_not_themselves(callers: &Callers, case: Case) -> Case {
    if case.about == callers.registered.peer.id { case.leaving_out("the person", ONE_THEMSELVES) } else { case }
}
