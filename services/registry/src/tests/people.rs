use kit::caller::{Area, Role};
use kit::ids::OrgId;
use toadlane_proto::registry::v1 as pb;
use tonic::Code;

use super::boards::{a_board, a_seat};
use super::harness::*;
use super::organisations::standing;

pub fn grant(person: &pb::Person, role: pb::Role, organisation: OrgId) -> pb::GrantRoleRequest {
    pb::GrantRoleRequest {
        request_id: new_id(),
        person_id: person.id.clone(),
        etag: person.etag.clone(),
        role: role.into(),
        organisation_id: organisation.to_string(),
        ..Default::default()
    }
}

/// Confirms the last of a person's roles.
pub fn confirm(person: &pb::Person) -> pb::ConfirmGrantRequest {
    pb::ConfirmGrantRequest {
        request_id: new_id(),
        person_id: person.id.clone(),
        etag: person.etag.clone(),
        grant_id: person.grants.last().unwrap().id.clone(),
        ..Default::default()
    }
}

/// Takes the last of a person's roles away.
pub fn withdraw(person: &pb::Person) -> pb::RevokeRoleRequest {
    pb::RevokeRoleRequest {
        request_id: new_id(),
        person_id: person.id.clone(),
        etag: person.etag.clone(),
        grant_id: person.grants.last().unwrap().id.clone(),
        ..Default::default()
    }
}

pub fn end(person: &pb::Person) -> pb::EndPersonRequest {
    pb::EndPersonRequest {
        request_id: new_id(),
        person_id: person.id.clone(),
        etag: person.etag.clone(),
        ..Default::default()
    }
}

/// Leaves everything as it is.
pub fn update(person: &pb::Person) -> pb::UpdatePersonRequest {
    pb::UpdatePersonRequest {
        request_id: new_id(),
        person_id: person.id.clone(),
        etag: person.etag.clone(),
        name: person.name.clone(),
        email: person.email.clone(),
        ..Default::default()
    }
}

pub fn get(person: &pb::Person) -> pb::GetPersonRequest {
    pb::GetPersonRequest { person_id: person.id.clone() }
}

#[tokio::test]
async fn a_councils_own_administrator_manages_its_people_and_no_others() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let mut own = harness.as_administrator_of(kirklees);
        let request = pb::CreatePersonRequest {
            request_id: new_id(),
            organisation_id: kirklees.to_string(),
            name: "Olu Officer".to_string(),
            email: "olu@kirklees.example".to_string(),
            validate_only: false,
        };
        let officer = own.people.create_person(request.clone()).await.unwrap().into_inner();
        let officer = own.people.grant_role(grant(&officer, pb::Role::ApplicantOfficer, kirklees)).await.unwrap();
        let officer = officer.into_inner();
        assert_eq!(officer.grants.len(), 1);
        assert_eq!(officer.email, "olu@kirklees.example");

        let elsewhere = pb::CreatePersonRequest {
            request_id: new_id(),
            organisation_id: rochdale.to_string(),
            email: "else@rochdale.example".to_string(),
            ..request
        };
        assert_eq!(refusal(own.people.create_person(elsewhere).await).0, Code::PermissionDenied);
        let network_role = own.people.grant_role(grant(&officer, pb::Role::RoundManager, kirklees)).await;
        assert_eq!(refusal(network_role), (Code::PermissionDenied, "NOT_ALLOWED".to_string()));
        let for_another = own.people.grant_role(grant(&officer, pb::Role::Certifier, rochdale)).await;
        assert_eq!(refusal(for_another).0, Code::PermissionDenied);
        own.people.end_person(end(&officer)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_person_and_nobody_are_the_same_not_found() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let officer = harness.an_official(pb::Role::ApplicantOfficer, kirklees, "o@kirklees.example").await;
        let nobody = pb::Person { id: format!("per_{:032x}", 1), etag: "1".to_string(), ..Default::default() };
        let strangers = [
            Who::person(Role::CouncilAdministrator, rochdale),
            Who::person(Role::RoundManager, harness.network),
            Who::person(Role::Reviewer, harness.network),
            a_system(rochdale),
        ];
        for caller in strangers {
            let mut stranger = harness.as_who(&caller);
            let mut said = Vec::new();
            for person in [&officer, &nobody] {
                let status = stranger.people.get_person(get(person)).await.unwrap_err();
                said.push(told(&status));
                let status = stranger.people.end_person(end(person)).await.unwrap_err();
                said.push(told(&status));
            }
            assert_eq!(said[0].0, Code::NotFound);
            assert!(said.iter().all(|answer| *answer == said[0]), "{said:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_email_address_is_seen_by_administrators_and_the_person_alone() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let officer = harness.an_official(pb::Role::ApplicantOfficer, kirklees, "o@kirklees.example").await;
        let themself = Who::nobody(officer.id.parse().unwrap());
        let seen_by = async |caller: &Who| {
            let shown = harness.as_who(caller).people.get_person(get(&officer)).await.unwrap().into_inner();
            let listed = harness.as_who(caller).people.list_people(pb::ListPeopleRequest::default()).await.unwrap();
            let in_list = listed.into_inner().people.into_iter().find(|person| person.id == officer.id).unwrap();
            assert_eq!(in_list, shown);
            !shown.email.is_empty()
        };
        assert!(seen_by(&themself).await);
        assert!(seen_by(&Who::person(Role::NetworkAdministrator, harness.network)).await);
        assert!(seen_by(&Who::person(Role::CouncilAdministrator, kirklees)).await);
        assert!(!seen_by(&Who::person(Role::Auditor, harness.network)).await);
        assert!(!seen_by(&Who::person(Role::DataProtectionOfficer, harness.network)).await);
        assert!(!seen_by(&Who::person(Role::Certifier, kirklees)).await, "a colleague");
        assert!(!seen_by(&a_system(kirklees)).await, "the council's system");
    })
    .await;
}

#[tokio::test]
async fn a_list_holds_only_people_whom_the_caller_may_see() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let certifier = harness.an_official(pb::Role::Certifier, kirklees, "c@kirklees.example").await;
        let other = harness.an_official(pb::Role::Certifier, rochdale, "c@rochdale.example").await;
        let listed = async |caller: &Who, request: pb::ListPeopleRequest| {
            let listed = harness.as_who(caller).people.list_people(request).await.unwrap().into_inner();
            listed.people.into_iter().map(|person| person.id).collect::<Vec<_>>()
        };
        let certifiers = pb::ListPeopleRequest { role: pb::Role::Certifier.into(), ..Default::default() };
        assert_eq!(listed(&a_system(kirklees), certifiers.clone()).await, std::slice::from_ref(&certifier.id));
        let of_rochdale = pb::ListPeopleRequest { organisation_id: rochdale.to_string(), ..Default::default() };
        assert_eq!(listed(&a_system(kirklees), of_rochdale).await, [""; 0]);
        let manager = Who::person(Role::RoundManager, harness.network);
        assert_eq!(listed(&manager, pb::ListPeopleRequest::default()).await, [""; 0]);
        let everyone = listed(&Who::person(Role::Auditor, harness.network), certifiers).await;
        assert_eq!(everyone.len(), 2);
        assert!(everyone.contains(&other.id));
        let by_name = pb::ListPeopleRequest { search: "ADMIN ada".to_string(), ..Default::default() };
        let found = listed(&Who::person(Role::Auditor, harness.network), by_name).await;
        assert_eq!(found, [harness.admin.to_string()]);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_somebody_signs_in_with_is_refused_whatever_its_case() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let first = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let second = harness.a_person(kirklees, "Ola", "ola@kirklees.example").await;
        let mut admin = harness.as_admin();
        let request = pb::UpdatePersonRequest { email: "OLU@Kirklees.example".to_string(), ..update(&second) };
        let answer = admin.people.update_person(request.clone()).await;
        assert_eq!(refusal(answer), (Code::AlreadyExists, "ALREADY_EXISTS".to_string()));
        admin.people.end_person(end(&first)).await.unwrap();
        let request = pb::UpdatePersonRequest { request_id: new_id(), ..request };
        let updated = admin.people.update_person(request).await.unwrap().into_inner();
        assert_eq!(updated.pending_email, "OLU@Kirklees.example");
    })
    .await;
}

#[tokio::test]
async fn a_role_is_held_from_its_start_until_its_end_by_the_servers_clock() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let later = kit::time::at("2020-04-01T00:00:00Z");
        let request = pb::GrantRoleRequest {
            starts_at: Some(later.into()),
            ends_at: Some(later.plus_seconds(3600).into()),
            ..grant(&person, pb::Role::Certifier, kirklees)
        };
        let granted = harness.as_admin().people.grant_role(request).await.unwrap().into_inner();
        let of_person = pb::GetStandingRequest { person_id: granted.id.clone(), ..standing(kirklees, "") };
        let standing = harness.as_area(Area::Bids).organisations.get_standing(of_person).await.unwrap().into_inner();
        assert!(!standing.person_is_certifier, "it begins in April");
        let too_soon = pb::GrantRoleRequest {
            starts_at: Some(later.plus_seconds(3599).into()),
            ..grant(&granted, pb::Role::Certifier, kirklees)
        };
        let answer = harness.as_admin().people.grant_role(too_soon).await;
        assert_eq!(refusal(answer), (Code::AlreadyExists, "ALREADY_EXISTS".to_string()));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_role_ends_tokens_too() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let certifier = harness.an_official(pb::Role::Certifier, kirklees, "c@kirklees.example").await;
        let left = harness.as_admin().people.revoke_role(withdraw(&certifier)).await.unwrap().into_inner();
        assert!(left.grants[0].ends_at.is_some());
        let listed = harness.list_revocations().await;
        assert_eq!(listed.revocations[0].subject, certifier.id);
    })
    .await;
}

#[tokio::test]
async fn an_ended_person_leaves_their_seats_and_tokens_behind() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let member = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let mut admin = harness.as_admin();
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        let seat = a_seat(&board, kirklees, &member, "2019-07-01");
        let seat = pb::AddSeatRequest { until_date: "2021-07-01".to_string(), ..seat };
        admin.boards.add_seat(seat.clone()).await.unwrap();
        let ended = admin.people.end_person(end(&member)).await.unwrap().into_inner();
        assert!(ended.ended_at.is_some());

        let request =
            pb::ListSeatsRequest { board_id: board.id, as_of: "2020-01-06".to_string(), ..Default::default() };
        assert_eq!(admin.boards.list_seats(request).await.unwrap().into_inner().seats, []);
        let again = pb::AddSeatRequest { request_id: new_id(), ..seat };
        assert_eq!(refusal(admin.boards.add_seat(again).await).0, Code::InvalidArgument);
        let twice = admin.people.end_person(end(&ended)).await;
        assert_eq!(refusal(twice), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
        let listed = admin.people.list_people(pb::ListPeopleRequest::default()).await.unwrap().into_inner();
        assert!(listed.people.iter().all(|person| person.id != ended.id), "unless asked for");
    })
    .await;
}

#[tokio::test]
async fn the_last_network_administrator_cannot_be_ended() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let request = pb::GetPersonRequest { person_id: harness.admin.to_string() };
        let first = admin.people.get_person(request).await.unwrap().into_inner();
        let answer = admin.people.end_person(end(&first)).await;
        assert_eq!(refusal(answer), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
        harness.an_official(pb::Role::NetworkAdministrator, harness.network, "second@example.org").await;
        admin.people.end_person(end(&first)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_second_first_administrator_is_refused() {
    testing::stores::each_db(
        |storage| crate::open(storage, None),
        async |db| {
            let network = "The network";
            let ada = crate::admin_first(&db, network, "Ada", "ada@example.org").await.unwrap();
            assert!(ada.is_administrator(db.clock().now()));
            let refused = crate::admin_first(&db, network, "Eve", "eve@example.org").await.unwrap_err();
            assert!(matches!(refused, crate::error::Error::AdministratorExists), "{refused}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_stale_etag_of_a_person_comes_with_the_newer_version() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let mut admin = harness.as_admin();
        admin.people.grant_role(grant(&person, pb::Role::Certifier, kirklees)).await.unwrap();
        let status = admin.people.grant_role(grant(&person, pb::Role::ApplicantOfficer, kirklees)).await.unwrap_err();
        assert_eq!(status.code(), Code::Aborted);
        let newer: pb::Person = newer(&status);
        assert_eq!((newer.etag.as_str(), newer.grants.len()), ("2", 1));
    })
    .await;
}

#[tokio::test]
async fn a_network_administrator_alone_moves_a_person_to_another_organisation() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let request = pb::UpdatePersonRequest { organisation_id: rochdale.to_string(), ..update(&person) };
        let mut own = harness.as_administrator_of(kirklees);
        assert_eq!(refusal(own.people.update_person(request.clone()).await).0, Code::PermissionDenied);
        let moved = harness.as_admin().people.update_person(request).await.unwrap().into_inner();
        assert_eq!(moved.organisation_id, rochdale.to_string());
        assert_eq!(refusal(own.people.get_person(get(&moved)).await).0, Code::NotFound);
    })
    .await;
}
