//! What was done to whom, and by whom.

use diesel::prelude::*;
use kit::caller::Role;
use kit::db::DbError;
use toadlane_proto::registry::v1 as pb;
use tonic::Code;

use super::boards::{a_board, a_seat};
use super::clients::{create, rotate, with_secret};
use super::harness::*;
use super::people::{confirm, end, grant, update};
use crate::schema::history;

fn of(subject_id: &str) -> pb::ListHistoryRequest {
    pb::ListHistoryRequest { subject_id: subject_id.to_string(), ..Default::default() }
}

/// F-A10: nothing told who had given a role, a week after.
#[tokio::test]
async fn who_gave_each_role_and_who_confirmed_it_can_be_read() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut admin = harness.as_admin();
        let second = harness.an_official(pb::Role::NetworkAdministrator, harness.network, "s@example.org").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let reason = "chairs the panel".to_string();
        let request = pb::GrantRoleRequest { reason, ..grant(&person, pb::Role::PanelChair, harness.network) };
        let waiting = admin.people.grant_role(request).await.unwrap().into_inner();
        let mut second_admin = harness.signed_in("s@example.org").await;
        let given = second_admin.people.confirm_grant(confirm(&waiting)).await.unwrap().into_inner();
        let moved = pb::UpdatePersonRequest {
            name: "B. Rees".to_string(),
            email: "new@kirklees.example".to_string(),
            organisation_id: harness.network.to_string(),
            reason: "seconded".to_string(),
            ..update(&given)
        };
        let moved = admin.people.update_person(moved).await.unwrap().into_inner();
        let mail = harness.mail_to("new@kirklees.example").await;
        harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await.unwrap();
        admin.people.end_person(end(&harness.person(&moved.id).await)).await.unwrap();

        let lines = harness.history(&person.id).await;
        let by = |entry: &pb::HistoryEntry| entry.actor.clone().unwrap().subject;
        let steps: Vec<&str> = lines.iter().map(|entry| entry.step.as_str()).collect();
        let expected = [
            "PersonEntered",
            "RoleGranted",
            "GrantConfirmed",
            "PersonRenamed",
            "PersonMoved",
            "EmailAsked",
            "EmailConfirmed",
            "PersonEnded",
        ];
        assert_eq!(steps, expected);
        assert_eq!(lines.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        let [granted, confirmed, moved, asked] = [&lines[1], &lines[2], &lines[4], &lines[6]];
        assert_eq!((by(granted), granted.reason.as_str()), (harness.admin.to_string(), "chairs the panel"));
        let grant_id = &given.grants[0].id;
        assert!(granted.to.starts_with(&format!("{grant_id} panel_chair@{} pending", harness.network)));
        assert_eq!(by(confirmed), second.id);
        assert!(confirmed.to.starts_with(&format!("{grant_id} panel_chair@{} active", harness.network)));
        assert_eq!((moved.from.clone(), moved.to.clone()), (kirklees.to_string(), harness.network.to_string()));
        assert_eq!(by(asked), person.id, "by whoever has the mailbox");

        let page = pb::ListHistoryRequest { page_size: 3, ..of(&person.id) };
        let page = admin.people.list_history(page).await.unwrap().into_inner();
        assert_eq!(page.entries, lines[..3]);
        let next = pb::ListHistoryRequest { page_token: page.next_page_token, page_size: 3, ..of(&person.id) };
        assert_eq!(admin.people.list_history(next).await.unwrap().into_inner().entries, lines[3..6]);
    })
    .await;
}

/// F-A10: for good, so it bears no address, no name of a person and nothing of a credential but its identity.
#[tokio::test]
async fn history_bears_no_address_no_name_and_no_secret() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.an_official(pb::Role::Certifier, kirklees, "bethan@kirklees.example").await;
        let mut admin = harness.as_admin();
        let renamed = pb::UpdatePersonRequest {
            name: "Bethan Parry".to_string(),
            email: "parry@kirklees.example".to_string(),
            ..update(&person)
        };
        admin.people.update_person(renamed).await.unwrap();
        let mut own = harness.as_administrator_of(kirklees);
        let created = create(&mut own, with_secret(kirklees, &["bids.read"])).await;
        let client = created.client.unwrap();
        let rotated = own.clients.rotate_client_secret(rotate(&client, None)).await.unwrap().into_inner();
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        let seat = admin.boards.add_seat(a_seat(&board, kirklees, &person, "2019-07-01")).await.unwrap().into_inner();

        let lines = harness.history(&client.id).await;
        assert_eq!(
            lines.iter().map(|entry| entry.step.as_str()).collect::<Vec<_>>(),
            ["ClientCreated", "ClientSecretRotated"]
        );
        assert_eq!(lines[1].to, rotated.client.unwrap().secrets.last().unwrap().id);
        assert_eq!(lines[0].actor.clone().unwrap().organisation_id, kirklees.to_string());
        assert!(harness.history(&seat.id).await[0].to.starts_with(&person.id));
        assert_eq!(harness.history(&board.id).await.len(), 1);
        let kept = harness
            .db
            .read(|conn| {
                let columns = (history::from_state, history::to_state, history::reason);
                Ok::<_, DbError>(history::table.select(columns).load::<(Option<String>, String, String)>(conn)?)
            })
            .await;
        let kept = format!("{:?}", kept.unwrap());
        for hidden in ["kirklees.example", "Bethan", "tls_", &created.secret, &rotated.secret] {
            assert!(!kept.contains(hidden), "{hidden} in {kept}");
        }
    })
    .await;
}

#[tokio::test]
async fn history_is_read_by_auditors_and_by_a_council_of_its_own() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let person = harness.an_official(pb::Role::Certifier, kirklees, "b@kirklees.example").await;
        let read = async |who: Who, subject: &str| {
            let read = harness.as_who(&who).people.list_history(of(subject)).await;
            read.map_or_else(|refused| Err(refused.code()), |read| Ok(read.into_inner().entries.len()))
        };
        let network = harness.network;
        for role in [Role::Auditor, Role::DataProtectionOfficer, Role::NetworkAdministrator] {
            assert_eq!(read(Who::person(role, network), &person.id).await, Ok(2));
            assert!(read(Who::person(role, network), &kirklees.to_string()).await.is_ok());
        }
        assert_eq!(read(Who::person(Role::CouncilAdministrator, kirklees), &person.id).await, Ok(2));
        let other = Who::person(Role::CouncilAdministrator, rochdale);
        assert_eq!(read(other.clone(), &person.id).await, Err(Code::NotFound));
        assert_eq!(read(other, &kirklees.to_string()).await, Err(Code::PermissionDenied));
        let colleague = Who::person(Role::ApplicantOfficer, kirklees);
        assert_eq!(read(colleague, &person.id).await, Err(Code::PermissionDenied));
    })
    .await;
}
