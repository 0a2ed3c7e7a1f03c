//! The RPCs of `registry`: which action of the golden matrix each stands for, and on what it would succeed.

mod once;
mod people;

use kit::caller::Area;
use kit::tokens::SigningKey;
use toadlane_proto::registry::v1 as pb;

use super::Case;
use super::callers::{Callers, Org, key_set};
use super::scene::Scene;
pub use once::made_once;

const READ: &str = "read organisations, memberships, boards and seats";
const CHANGE: &str = "change organisations, memberships, boards and seats";

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    match rpc {
        "StartSignIn" | "FinishSignIn" | "RenewSession" | "ListSessions" | "EndSession" | "ConfirmEmail"
        | "ExchangeToken" | "WhoAmI" | "GetKeySet" | "PublishKey" | "RevokeSubject" | "ListRevocations" => {
            of_sign_in(scene, rpc)
        }
        "CreatePerson" | "GetPerson" | "ListPeople" | "UpdatePerson" | "GrantRole" | "ConfirmGrant" | "RevokeRole"
        | "EndPerson" => people::cases(&scene.callers, rpc),
        "ListHistory" => of_history(scene),
        "CreateClient" | "GetClient" | "ListClients" | "ActivateClient" | "SetClientScopes" | "AddClientKey"
        | "RetireClientKey" | "RotateClientSecret" | "RevokeClient" => of_clients(&scene.callers, rpc),
        "CreateBoard" | "GetBoard" | "ListBoards" | "UpdateBoard" | "AddSeat" | "EndSeat" | "ListSeats" => {
            of_boards(scene, rpc)
        }
        _ => of_organisations(scene, rpc),
    }
}

fn details(name: &str) -> Option<pb::OrganisationDetails> {
    let kind = pb::organisation::Kind::Company.into();
    Some(pb::OrganisationDetails { kind, name: name.to_string(), ..Default::default() })
}

fn of_organisations(scene: &Scene, rpc: &str) -> Vec<Case> {
    let (callers, register) = (&scene.callers, &scene.register);
    let organisation_id = callers.org(Org::Applicant);
    let about = organisation_id.clone();
    let until_date = "2019-10-01".to_string();
    vec![match rpc {
        "CreateOrganisation" => {
            Case::new(CHANGE, "", pb::CreateOrganisationRequest { details: details("New"), ..Default::default() })
        }
        "GetOrganisation" => Case::new(READ, &about, pb::GetOrganisationRequest { organisation_id }),
        "ListOrganisations" => {
            let search = "Applicant Town Council".to_string();
            let request = pb::ListOrganisationsRequest { search: search.clone(), ..Default::default() };
            Case::new(READ, &search, request).rows(&about)
        }
        "UpdateOrganisation" => {
            let organisation_id = callers.org(Org::Reader);
            let about = organisation_id.clone();
            let details = details("Renamed");
            Case::new(CHANGE, &about, pb::UpdateOrganisationRequest { organisation_id, details, ..Default::default() })
        }
        "AddMembership" => {
            let request = pb::AddMembershipRequest {
                organisation_id: callers.org(Org::Another),
                membership_class: pb::MembershipClass::Associate.into(),
                from_date: "2019-04-01".to_string(),
                ..Default::default()
            };
            Case::new(CHANGE, &callers.org(Org::Another), request)
        }
        "EndMembership" => {
            let membership_id = register.ending.id.clone();
            let request = pb::EndMembershipRequest { membership_id, until_date, ..Default::default() };
            Case::new(CHANGE, &register.ending.id, request)
        }
        "SuspendMembership" => {
            let (membership_id, from_date, reason) = (register.good.id.clone(), until_date, "unpaid".to_string());
            let request = pb::SuspendMembershipRequest { membership_id, from_date, reason, ..Default::default() };
            Case::new(CHANGE, &register.good.id, request)
        }
        "RestoreMembership" => {
            let membership_id = register.suspended.id.clone();
            let request = pb::RestoreMembershipRequest { membership_id, until_date, ..Default::default() };
            Case::new(CHANGE, &register.suspended.id, request)
        }
        "ListMemberships" => {
            let request = pb::ListMembershipsRequest { organisation_id, ..Default::default() };
            Case::new(READ, &about, request).rows(&register.good.id)
        }
        "GetStanding" => {
            let of_all = pb::GetStandingRequest { organisation_id, ..Default::default() };
            let of_person = pb::GetStandingRequest { person_id: callers.holder.id.clone(), ..of_all.clone() };
            let ask = "ask whether a person is a certifier of the organisation";
            return vec![Case::new(READ, &about, of_all), Case::new(ask, &about, of_person)];
        }
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }]
}

fn of_clients(callers: &Callers, rpc: &str) -> Vec<Case> {
    let organisation_id = callers.org(Org::Applicant);
    let about = &callers.client.subject;
    let client_id = about.clone();
    let manage = "change its keys and secrets";
    match rpc {
        "CreateClient" => ["", "bids.read", "bids.write", "bids.certify"]
            .map(|scope| {
                let request = pb::CreateClientRequest {
                    organisation_id: organisation_id.clone(),
                    name: "New".to_string(),
                    kind: pb::client::Kind::Secret.into(),
                    scopes: scope.split_whitespace().map(str::to_string).collect(),
                    ..Default::default()
                };
                let case = Case::new("create a client of the organisation", &organisation_id, request);
                if scope.is_empty() { case } else { case.and(&format!("create one with {scope}")) }
            })
            .into(),
        "GetClient" => vec![Case::new("see a client of the organisation", about, pb::GetClientRequest { client_id })],
        "ListClients" => {
            let about = organisation_id.clone();
            let request = pb::ListClientsRequest { organisation_id, ..Default::default() };
            vec![Case::new("see a client of the organisation", &about, request).rows(&client_id)]
        }
        "ActivateClient" => {
            let client_id = callers.registered.entered_client.id.clone();
            let request = pb::ActivateClientRequest { client_id: client_id.clone(), ..Default::default() };
            let case = Case::new("take over one that the network entered", &client_id, request);
            vec![case.leaving_out("the client", "a client signs in with nothing until it is taken over")]
        }
        "SetClientScopes" => ["", "bids.read", "bids.write", "bids.certify"]
            .map(|scope| {
                let scopes = scope.split_whitespace().map(str::to_string).collect();
                let request = pb::SetClientScopesRequest { client_id: about.clone(), scopes, ..Default::default() };
                let case = Case::new("set its scopes", about, request);
                if scope.is_empty() { case } else { case.and(&format!("give it {scope}")) }
            })
            .into(),
        "AddClientKey" => {
            let about = &callers.key_client.id;
            let key = SigningKey::generate("another key").unwrap();
            let key = Some(pb::NewClientKey { public_key: super::callers::jwk(&key), ..Default::default() });
            let request = pb::AddClientKeyRequest { client_id: about.clone(), key, ..Default::default() };
            vec![Case::new(manage, about, request)]
        }
        "RetireClientKey" => {
            let about = &callers.key_client.id;
            let (client_id, key_id) = (about.clone(), callers.key_client.keys[0].id.clone());
            vec![Case::new(manage, about, pb::RetireClientKeyRequest { client_id, key_id, ..Default::default() })]
        }
        "RotateClientSecret" => {
            vec![Case::new(manage, about, pb::RotateClientSecretRequest { client_id, ..Default::default() })]
        }
        "RevokeClient" => {
            vec![Case::new("revoke it", about, pb::RevokeClientRequest { client_id, ..Default::default() })]
        }
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

fn of_history(scene: &Scene) -> Vec<Case> {
    let (callers, register) = (&scene.callers, &scene.register);
    let register_at_large = "read the history of organisations, memberships, boards and seats";
    [
        (register_at_large, &callers.org(Org::Applicant)),
        (register_at_large, &register.good.id),
        (register_at_large, &register.boards[0].id),
        (register_at_large, &register.seat.id),
        ("read the history of a person", &callers.person.id),
        ("read the history of a client", &callers.client.subject),
    ]
    .map(|(section, id)| {
        Case::new(section, id, pb::ListHistoryRequest { subject_id: id.clone(), ..Default::default() })
    })
    .into()
}

fn of_boards(scene: &Scene, rpc: &str) -> Vec<Case> {
    let (callers, register) = (&scene.callers, &scene.register);
    let board_id = register.boards[0].id.clone();
    let about = board_id.clone();
    vec![match rpc {
        "CreateBoard" => {
            let (name, short_name) = ("The new board".to_string(), "new".to_string());
            Case::new(CHANGE, "", pb::CreateBoardRequest { name, short_name, quorum: 3, ..Default::default() })
        }
        "GetBoard" => Case::new(READ, &about, pb::GetBoardRequest { board_id }),
        "ListBoards" => Case::new(READ, &about, pb::ListBoardsRequest::default()).rows(&about),
        "UpdateBoard" => {
            let (name, short_name) = ("The old board".to_string(), "old".to_string());
            let request = pb::UpdateBoardRequest { board_id, name, short_name, quorum: 4, ..Default::default() };
            Case::new(CHANGE, &about, request)
        }
        "AddSeat" => {
            let request = pb::AddSeatRequest {
                board_id,
                organisation_id: callers.org(Org::Another),
                person_id: callers.person.id.clone(),
                from_date: "2019-10-01".to_string(),
                ..Default::default()
            };
            Case::new(CHANGE, &about, request)
        }
        "EndSeat" => {
            let (seat_id, until_date) = (register.seat.id.clone(), "2020-10-01".to_string());
            let request = pb::EndSeatRequest { seat_id, until_date, ..Default::default() };
            Case::new(CHANGE, &register.seat.id, request)
        }
        "ListSeats" => {
            let request = pb::ListSeatsRequest { board_id, ..Default::default() };
            Case::new(READ, &about, request).rows(&register.seat.id)
        }
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }]
}

fn of_sign_in(scene: &Scene, rpc: &str) -> Vec<Case> {
    let callers = &scene.callers;
    let serve = "list revocations and publish keys";
    match rpc {
        "StartSignIn" => {
            let email = "nobody@verdicts.example".to_string();
            vec![Case::new(READ, "", pb::StartSignInRequest { email }).public()]
        }
        // What each caller brings to these three is made for the call.
        "FinishSignIn" => vec![Case::new(READ, "", pb::FinishSignInRequest::default()).public()],
        "RenewSession" => vec![Case::new(READ, "", pb::RenewSessionRequest::default()).public()],
        "ConfirmEmail" => vec![Case::new(READ, "", pb::ConfirmEmailRequest::default()).public()],
        "ListSessions" => vec![Case::new(READ, "", pb::ListSessionsRequest::default())],
        "EndSession" => vec![Case::new(READ, "", pb::EndSessionRequest::default())],
        "ExchangeToken" => vec![Case::new(READ, "", callers.client_login.clone()).public()],
        "GetKeySet" => vec![Case::new(READ, "", pb::GetKeySetRequest {}).public()],
        "WhoAmI" => vec![Case::new(READ, "", pb::WhoAmIRequest {})],
        "PublishKey" => {
            // A role publishes its own; the one that is in use changes nothing.
            let keys = scene.keys.clone();
            let publish = move |caller: &super::callers::Caller| {
                let role: Area = caller.subject.strip_prefix("role:").unwrap_or("bids").parse().unwrap();
                let key = SigningKey::read(role.name(), &keys.join(format!("{role}.key"))).unwrap();
                let request = pb::PublishKeyRequest { jwks: key_set(&key), ..Default::default() };
                vec![prost::Message::encode_to_vec(&request)]
            };
            vec![Case::by_caller(serve, "", publish)]
        }
        "RevokeSubject" => [
            ("end their tokens", &callers.registered.plain.id),
            ("end those of one with a duty elsewhere", &callers.registered.busy.id),
            ("end its tokens", &callers.client.subject),
        ]
        .map(|(section, id)| {
            let request = pb::RevokeSubjectRequest { subject: id.clone(), ..Default::default() };
            Case::new(section, id, request)
        })
        .into(),
        "ListRevocations" => vec![Case::new(serve, "", pb::ListRevocationsRequest::default())],
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}
