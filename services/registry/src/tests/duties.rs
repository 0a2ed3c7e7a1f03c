//! Who may do what to whose person, and what needs a second one.

use kit::caller::Role;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::role_grant::State;
use tonic::Code;

use super::boards::{a_board, a_seat};
use super::clients::{create, rotate, with_key, with_secret};
use super::harness::*;
use super::people::{confirm, end, grant, update, withdraw};
use super::sign_in::revoke;

fn with_address(person: &pb::Person, email: &str) -> pb::UpdatePersonRequest {
    pb::UpdatePersonRequest { email: email.to_string(), ..update(person) }
}

fn renamed(person: &pb::Person) -> pb::UpdatePersonRequest {
    pb::UpdatePersonRequest { name: "B. Rees".to_string(), ..update(person) }
}

fn not_allowed() -> (Code, String) {
    (Code::PermissionDenied, "NOT_ALLOWED".to_string())
}

fn apart() -> (Code, String) {
    (Code::PermissionDenied, "SEPARATION_OF_DUTIES".to_string())
}

/// F-A1: a council's administrator gave a network administrator of theirs another address, and signed in as them.
#[tokio::test]
async fn a_councils_administrator_does_not_sign_in_as_somebody_with_a_duty_elsewhere() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let (mut admin, mut own) = (harness.as_admin(), harness.as_administrator_of(kirklees));
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        let entered = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let for_rochdale = grant(&entered, pb::Role::Certifier, rochdale);
        let of_another = admin.people.grant_role(for_rochdale).await.unwrap().into_inner();
        let seated = harness.a_person(kirklees, "Cari Rees", "c@kirklees.example").await;
        admin.boards.add_seat(a_seat(&board, kirklees, &seated, "2019-07-01")).await.unwrap();
        let entered = harness.a_person(kirklees, "Dai Rees", "d@kirklees.example").await;
        let manager = grant(&entered, pb::Role::NetworkAdministrator, harness.network);
        let of_network = admin.people.grant_role(manager).await.unwrap().into_inner();
        let entered = harness.a_person(kirklees, "Eira Rees", "e@kirklees.example").await;
        let manager = grant(&entered, pb::Role::RoundManager, harness.network);
        let waiting = admin.people.grant_role(manager).await.unwrap().into_inner();
        assert_eq!(waiting.grants[0].state(), State::Pending);

        for person in [of_another, seated, of_network, waiting] {
            let moved = own.people.update_person(with_address(&person, "mine@kirklees.example")).await;
            assert_eq!(refusal(moved), not_allowed());
            let both = pb::UpdatePersonRequest { email: "mine@kirklees.example".to_string(), ..renamed(&person) };
            assert_eq!(refusal(own.people.update_person(both).await), not_allowed());
            assert_eq!(refusal(own.people.end_person(end(&person)).await), not_allowed());
            assert_eq!(refusal(own.sign_in.revoke_subject(revoke(&person.id)).await), not_allowed());
            let renamed = own.people.update_person(renamed(&person)).await.unwrap().into_inner();
            assert_eq!((renamed.name.as_str(), &renamed.pending_email), ("B. Rees", &String::new()));
        }
    })
    .await;
}

/// F-A1: not even with an address that was asked for before the duty was given.
#[tokio::test]
async fn an_address_that_a_council_asked_for_is_not_confirmed_behind_a_duty_elsewhere() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let mut own = harness.as_administrator_of(kirklees);
        let waiting = own.people.update_person(with_address(&person, "mine@kirklees.example")).await.unwrap();
        let manager = grant(waiting.get_ref(), pb::Role::RoundManager, harness.network);
        harness.as_admin().people.grant_role(manager).await.unwrap();
        let mail = harness.mail_to("mine@kirklees.example").await;
        let answer = harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await;
        assert_eq!(refusal(answer), not_allowed());
        assert_eq!(harness.person(&person.id).await.email, "b@kirklees.example");
    })
    .await;
}

/// F-A1: one network administrator does not sign in as another either, and confirm what they gave.
#[tokio::test]
async fn nobody_else_moves_the_address_of_a_network_administrator() {
    each_engine(async |harness| {
        let second = harness.an_official(pb::Role::NetworkAdministrator, harness.network, "s@example.org").await;
        let mut admin = harness.as_admin();
        let answer = admin.people.update_person(with_address(&second, "mine@example.org")).await;
        assert_eq!(refusal(answer), not_allowed());
        let mut themself = harness.signed_in("s@example.org").await;
        let moved = themself.people.update_person(with_address(&second, "new@example.org")).await.unwrap();
        assert_eq!(moved.into_inner().pending_email, "new@example.org");
    })
    .await;
}

/// F-A12: a network begins with one administrator. Once there are two, neither hands out a duty of the network alone.
#[tokio::test]
async fn a_duty_of_the_network_is_given_by_two() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let ada = harness.person(&harness.admin.to_string()).await;
        let answer = admin.people.grant_role(grant(&ada, pb::Role::RoundManager, harness.network)).await;
        assert_eq!(refusal(answer), apart(), "not to themselves, not even alone");
        let second = harness.an_official(pb::Role::NetworkAdministrator, harness.network, "s@example.org").await;
        assert_eq!(second.grants[0].state(), State::Active, "there was nobody to ask");
        let mut second_admin = harness.signed_in("s@example.org").await;

        let given = harness.an_official(pb::Role::FinanceOfficer, harness.network, "f@example.org").await;
        let held = &given.grants[0];
        assert_eq!((held.state(), &held.granted_by), (State::Pending, &harness.admin.to_string()));
        let mut themself = harness.signed_in("f@example.org").await;
        let who = themself.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!(who.roles, [], "it stands in no token");
        let holders = pb::ListPeopleRequest { role: pb::Role::FinanceOfficer.into(), ..Default::default() };
        assert_eq!(admin.people.list_people(holders).await.unwrap().into_inner().people, []);
        assert_eq!(refusal(admin.people.confirm_grant(confirm(&given)).await), apart());
        let confirmed = second_admin.people.confirm_grant(confirm(&given)).await.unwrap().into_inner();
        let held = &confirmed.grants[0];
        assert_eq!((held.state(), &held.confirmed_by), (State::Active, &second.id));
        let again = second_admin.people.confirm_grant(confirm(&confirmed)).await;
        assert_eq!(refusal(again), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));

        let to_second = grant(&harness.person(&second.id).await, pb::Role::Auditor, harness.network);
        let waiting = admin.people.grant_role(to_second).await.unwrap().into_inner();
        let by_themself = second_admin.people.confirm_grant(confirm(&waiting)).await;
        assert_eq!(refusal(by_themself), apart(), "nor does the one who is to hold it");
        let taken_back = second_admin.people.revoke_role(withdraw(&waiting)).await.unwrap().into_inner();
        let third = harness.an_official(pb::Role::NetworkAdministrator, harness.network, "t@example.org").await;
        second_admin.people.confirm_grant(confirm(&third)).await.unwrap();
        let mut third_admin = harness.signed_in("t@example.org").await;
        let answer = third_admin.people.confirm_grant(confirm(&taken_back)).await;
        assert_eq!(refusal(answer), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
    })
    .await;
}

/// F-A12: the network enters a council's people until its administrator has signed in, and asks them from then on.
#[tokio::test]
async fn a_council_answers_for_its_own_roles_once_its_administrator_has_signed_in() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut admin = harness.as_admin();
        let own = harness.an_official(pb::Role::CouncilAdministrator, kirklees, "a@kirklees.example").await;
        let certifier = harness.an_official(pb::Role::Certifier, kirklees, "c@kirklees.example").await;
        assert_eq!([&own, &certifier].map(|person| person.grants[0].state()), [State::Active; 2]);
        let mut own_admin = harness.signed_in("a@kirklees.example").await;

        let officer = harness.an_official(pb::Role::ApplicantOfficer, kirklees, "o@kirklees.example").await;
        assert_eq!(officer.grants[0].state(), State::Pending);
        assert!(harness.mail_to("a@kirklees.example").await.contains("waits for you"), "they are told");
        let mut other = harness.as_administrator_of(harness.council("RCH").await);
        assert_eq!(refusal(other.people.confirm_grant(confirm(&officer)).await).0, Code::NotFound);
        let mut other_admin = harness.as_who(&Who::person(Role::NetworkAdministrator, harness.network));
        assert_eq!(refusal(other_admin.people.confirm_grant(confirm(&officer)).await), not_allowed());
        let confirmed = own_admin.people.confirm_grant(confirm(&officer)).await.unwrap().into_inner();
        assert_eq!(confirmed.grants[0].state(), State::Active);

        // Somebody of the network's own, to whom it gives the council's keys.
        let puppet = harness.a_person(harness.network, "Eve", "eve@example.org").await;
        let given = grant(&puppet, pb::Role::CouncilAdministrator, kirklees);
        let puppet = admin.people.grant_role(given).await.unwrap().into_inner();
        assert_eq!(puppet.grants[0].state(), State::Pending);
        let seen = own_admin.people.list_people(pb::ListPeopleRequest::default()).await.unwrap().into_inner().people;
        let seen = seen.iter().find(|person| person.id == puppet.id).unwrap();
        assert_eq!((seen.grants[0].id.as_str(), seen.email.as_str()), (puppet.grants[0].id.as_str(), ""));
        let taken_back = own_admin.people.revoke_role(withdraw(&puppet)).await.unwrap().into_inner();
        assert!(taken_back.grants[0].ends_at.is_some() && taken_back.email.is_empty());

        // Whoever ends the council's only administrator does not thereby become it.
        let second = harness.an_official(pb::Role::NetworkAdministrator, harness.network, "s@example.org").await;
        let mut second_admin = harness.signed_in("s@example.org").await;
        admin.people.end_person(end(&harness.person(&own.id).await)).await.unwrap();
        let next = harness.an_official(pb::Role::CouncilAdministrator, kirklees, "n@kirklees.example").await;
        assert_eq!((next.grants[0].state(), second.grants.len()), (State::Pending, 1));
        assert_eq!(refusal(admin.people.confirm_grant(confirm(&next)).await), apart());
        let next = second_admin.people.confirm_grant(confirm(&next)).await.unwrap().into_inner();
        assert_eq!(next.grants[0].state(), State::Active);
    })
    .await;
}

/// I-1.4: a member who moved to a bidder's council, or came to work for it, went on reading its bid with the token that
/// they had.
#[tokio::test]
async fn tokens_end_when_their_holder_moves_or_comes_to_work_for_somebody_else() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let mut admin = harness.as_admin();
        let person = harness.an_official(pb::Role::Certifier, kirklees, "b@kirklees.example").await;
        let n_ended = async || {
            let listed = harness.list_revocations().await;
            listed.revocations.iter().filter(|revocation| revocation.subject == person.id).count()
        };
        let officer = grant(&person, pb::Role::ApplicantOfficer, kirklees);
        let person_now = admin.people.grant_role(officer).await.unwrap().into_inner();
        assert_eq!(n_ended().await, 0, "it was theirs already");
        let reviewer = grant(&person_now, pb::Role::Reviewer, harness.network);
        let person_now = admin.people.grant_role(reviewer).await.unwrap().into_inner();
        assert_eq!(n_ended().await, 1);
        let moved = pb::UpdatePersonRequest { organisation_id: rochdale.to_string(), ..update(&person_now) };
        let person_now = admin.people.update_person(moved).await.unwrap().into_inner();
        assert_eq!(n_ended().await, 2);
        let stays = pb::UpdatePersonRequest { organisation_id: rochdale.to_string(), ..update(&person_now) };
        admin.people.update_person(stays).await.unwrap();
        assert_eq!(n_ended().await, 2);

        harness.an_official(pb::Role::NetworkAdministrator, harness.network, "s@example.org").await;
        let given = grant(&harness.person(&person.id).await, pb::Role::Auditor, harness.council("LDS").await);
        let waiting = admin.people.grant_role(given).await.unwrap().into_inner();
        assert_eq!(n_ended().await, 2, "it is not theirs yet");
        harness.signed_in("s@example.org").await.people.confirm_grant(confirm(&waiting)).await.unwrap();
        assert_eq!(n_ended().await, 3);
    })
    .await;
}

fn activate(client: &pb::Client) -> pb::ActivateClientRequest {
    pb::ActivateClientRequest {
        request_id: new_id(),
        client_id: client.id.clone(),
        etag: client.etag.clone(),
        validate_only: false,
    }
}

/// F-A12: the network entered a client of a council with `bids.read` and was handed its secret.
#[tokio::test]
async fn a_client_that_the_network_enters_waits_for_the_council() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut admin = harness.as_admin();
        let created = create(&mut admin, with_secret(kirklees, &["bids.read"])).await;
        let client = created.client.unwrap();
        assert_eq!((created.secret.as_str(), client.secrets.len()), ("", 0));
        assert_eq!(client.state(), pb::client::State::Pending);
        let key = kit::tokens::SigningKey::generate("a").unwrap();
        let with_a_key = admin.clients.create_client(with_key(kirklees, &key, &[])).await;
        assert_eq!(violations(&with_a_key.unwrap_err()), ["key not_own"]);
        assert_eq!(refusal(admin.clients.activate_client(activate(&client)).await), not_allowed());

        let mut own = harness.as_administrator_of(kirklees);
        let too_soon = own.clients.rotate_client_secret(rotate(&client, None)).await;
        assert_eq!(refusal(too_soon), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
        let active = own.clients.activate_client(activate(&client)).await.unwrap().into_inner();
        assert_eq!(active.state(), pb::client::State::Active);
        let rotated = own.clients.rotate_client_secret(rotate(&active, None)).await.unwrap().into_inner();
        let exchange = pb::ExchangeTokenRequest {
            grant_type: "client_credentials".to_string(),
            client_id: client.id.clone(),
            client_secret: rotated.secret,
            ..Default::default()
        };
        harness.as_nobody().sign_in.exchange_token(exchange).await.unwrap();
        let widen = pb::SetClientScopesRequest {
            request_id: new_id(),
            client_id: client.id.clone(),
            etag: rotated.client.unwrap().etag,
            scopes: vec!["bids.read".to_string(), "bids.write".to_string()],
            validate_only: false,
        };
        assert_eq!(refusal(admin.clients.set_client_scopes(widen).await), not_allowed(), "what is in use");
    })
    .await;
}

/// Two administrators who end each other: one is left.
#[tokio::test]
async fn two_network_administrators_who_end_each_other_leave_one() {
    each_engine(async |harness| {
        let second = harness.an_official(pb::Role::NetworkAdministrator, harness.network, "s@example.org").await;
        let ada = harness.person(&harness.admin.to_string()).await;
        let (mut admin, mut second_admin) = (harness.as_admin(), harness.signed_in("s@example.org").await);
        let (of_second, of_ada) =
            tokio::join!(admin.people.end_person(end(&second)), second_admin.people.end_person(end(&ada)));
        let ended = [of_second.is_ok(), of_ada.is_ok()];
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1, "{ended:?}");
        let refused = if ended[0] { of_ada } else { of_second };
        assert_eq!(refusal(refused), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
    })
    .await;
}
