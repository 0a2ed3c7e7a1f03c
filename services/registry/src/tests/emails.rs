//! Addresses: told, confirmed, and nobody else's business.

use toadlane_proto::registry::v1 as pb;
use tonic::Code;

use super::harness::*;
use super::people::{get, update};

fn with_address(person: &pb::Person, email: &str) -> pb::UpdatePersonRequest {
    pb::UpdatePersonRequest { email: email.to_string(), ..update(person) }
}

fn wrong_code() -> (Code, String) {
    (Code::FailedPrecondition, "WRONG_CODE".to_string())
}

/// F-A1: an address changes hands only with the consent of its mailbox, and not behind the back of the one before.
#[tokio::test]
async fn a_new_address_is_told_to_the_old_one_and_confirmed_from_the_new_one() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let mut own = harness.as_administrator_of(kirklees);
        let session = harness.sign_in("olu@kirklees.example").await;
        let dry = pb::UpdatePersonRequest { validate_only: true, ..with_address(&person, "dry@kirklees.example") };
        own.people.update_person(dry).await.unwrap();
        let request = with_address(&person, "new@kirklees.example");
        let waiting = own.people.update_person(request.clone()).await.unwrap().into_inner();
        assert_eq!(waiting.email, "olu@kirklees.example");
        assert_eq!(waiting.pending_email, "new@kirklees.example");
        assert!(harness.mail_to("olu@kirklees.example").await.contains("new@kirklees.example"));
        let mail = harness.mail_to("new@kirklees.example").await;
        own.people.update_person(request).await.unwrap();
        harness.signed_in("olu@kirklees.example").await;

        let confirmed = harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await.unwrap().into_inner();
        assert_eq!(confirmed.person_id, person.id);
        let now = harness.person(&person.id).await;
        assert_eq!((now.email.as_str(), now.pending_email.as_str()), ("new@kirklees.example", ""));
        let ended = harness.list_revocations().await;
        assert!(ended.revocations.iter().any(|revocation| revocation.subject == person.id));
        let renew = pb::RenewSessionRequest { refresh_token: session.refresh_token };
        assert_eq!(refusal(harness.as_nobody().sign_in.renew_session(renew).await).0, Code::Unauthenticated);
        let again = harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await;
        assert_eq!(refusal(again), wrong_code(), "a code works once");
        harness.signed_in("new@kirklees.example").await;
        // The dry run and the repeated request mailed nothing.
        let about_addresses = harness.mails().iter().filter(|mail| !mail.contains("your sign-in code")).count();
        assert_eq!(about_addresses, 2);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_waits_is_seen_by_those_who_see_the_one_in_force() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let mut own = harness.as_administrator_of(kirklees);
        own.people.update_person(with_address(&person, "new@kirklees.example")).await.unwrap();
        let of = async |mut called: Clients| {
            called.people.get_person(get(&person)).await.unwrap().into_inner().pending_email
        };
        assert_eq!(of(harness.as_admin()).await, "new@kirklees.example");
        assert_eq!(of(harness.as_administrator_of(kirklees)).await, "new@kirklees.example");
        assert_eq!(of(harness.as_who(&a_system(kirklees))).await, "");
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_end_a_confirmation_although_each_was_refused() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        harness.as_admin().people.update_person(with_address(&person, "new@kirklees.example")).await.unwrap();
        let right = confirmation(&harness.mail_to("new@kirklees.example").await);
        let mut nobody = harness.as_nobody();
        let made_up = pb::ConfirmEmailRequest {
            confirmation_id: format!("sgn_{:032x}", 1),
            request_id: new_id(),
            ..right.clone()
        };
        let unknown = told(&nobody.sign_in.confirm_email(made_up).await.unwrap_err());
        for _ in 0..5 {
            let code = "0000-0000".to_string();
            let wrong = pb::ConfirmEmailRequest { code, request_id: new_id(), ..right.clone() };
            assert_eq!(told(&nobody.sign_in.confirm_email(wrong).await.unwrap_err()), unknown);
        }
        assert_eq!(refusal(nobody.sign_in.confirm_email(right).await), wrong_code());
        assert_eq!(harness.person(&person.id).await.email, "olu@kirklees.example");
    })
    .await;
}

/// F-C10: whether somebody elsewhere signs in with an address is nobody's to find out.
#[tokio::test]
async fn an_address_that_somebody_elsewhere_has_is_answered_as_any_other() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        harness.a_person(rochdale, "Known", "known@rochdale.example").await;
        let mut own = harness.as_administrator_of(kirklees);
        let enter = |email: &str| pb::CreatePersonRequest {
            request_id: new_id(),
            organisation_id: kirklees.to_string(),
            name: "Olu".to_string(),
            email: email.to_string(),
            validate_only: false,
        };
        let alike = |person: &pb::Person, email: &str| {
            assert_eq!((person.email.as_str(), person.pending_email.as_str()), (email, ""));
        };
        for email in ["known@rochdale.example", "free@kirklees.example"] {
            let entered = own.people.create_person(enter(email)).await.unwrap().into_inner();
            alike(&entered, email);
            alike(own.people.get_person(get(&entered)).await.unwrap().get_ref(), email);
            let granted = super::people::grant(&entered, pb::Role::Certifier, kirklees);
            alike(own.people.grant_role(granted).await.unwrap().get_ref(), email);
            let again = own.people.create_person(enter(email)).await;
            assert_eq!(refusal(again).0, Code::AlreadyExists, "a colleague has it: that they see");
            let mut admin = harness.as_admin();
            assert_eq!(refusal(admin.people.create_person(enter(email)).await).0, Code::AlreadyExists);
            // Asked for as another address, it is the same.
            let other = own.people.create_person(enter(&format!("other.{email}"))).await.unwrap().into_inner();
            let taken = own.people.update_person(with_address(&other, email)).await;
            assert_eq!(refusal(taken).0, Code::AlreadyExists);
        }
        let listed = own.people.list_people(pb::ListPeopleRequest::default()).await.unwrap().into_inner().people;
        let entered = listed.iter().find(|person| person.email == "known@rochdale.example").unwrap();
        let for_network = harness.person(&entered.id).await;
        assert_eq!((for_network.email.as_str(), for_network.pending_email.as_str()), ("", "known@rochdale.example"));

        let mut known = harness.signed_in("known@rochdale.example").await;
        let who = known.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!(who.organisation_id, rochdale.to_string(), "its owner goes on signing in as who they were");
        let mail = harness.mail_to("known@rochdale.example").await;
        let answer = harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await;
        assert_eq!(refusal(answer).0, Code::AlreadyExists, "one address is one person");
        let before = harness.person(&who.subject).await;
        harness.as_admin().people.end_person(super::people::end(&before)).await.unwrap();
        let again = confirmation(&mail);
        harness.as_nobody().sign_in.confirm_email(again).await.unwrap();
        let mut entered_now = harness.signed_in("known@rochdale.example").await;
        let who = entered_now.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!(who.subject, entered.id);
    })
    .await;
}

/// F-A11: the last administrator who lost their mailbox gets in again, on the machine itself.
#[tokio::test]
async fn an_administrator_is_let_in_again_on_the_machine() {
    each_engine(async |harness| {
        let session = harness.sign_in("ada@example.org").await;
        let recovered = crate::admin_recover(&harness.db, "ADA@example.org", "ada@new.example").await.unwrap();
        assert_eq!(recovered.id, harness.admin);
        let renew = pb::RenewSessionRequest { refresh_token: session.refresh_token };
        assert!(harness.as_nobody().sign_in.renew_session(renew).await.is_err());
        let mut ada = harness.signed_in("ada@new.example").await;
        let who = ada.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!(who.roles.len(), 1);

        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        crate::admin_recover(&harness.db, &person.id, "b@kirklees.example").await.unwrap();
        let mut made = harness.signed_in("b@kirklees.example").await;
        let who = made.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!(who.roles[0].role(), pb::Role::NetworkAdministrator);
        let steps = harness.history(&person.id).await.into_iter().map(|entry| entry.step).collect::<Vec<_>>();
        assert_eq!(steps, ["PersonEntered", "RoleGranted", "EmailConfirmed"]);
        assert!(crate::admin_recover(&harness.db, "nobody@example.org", "n@example.org").await.is_err());
    })
    .await;
}
