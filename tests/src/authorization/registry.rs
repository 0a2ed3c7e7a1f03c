//! The RPCs of `registry`: which action of the golden matrix each stands for, and on what it would succeed.

use demo::deployment::Deployment;
use kit::caller::Area;
use kit::tokens::SigningKey;
use toadlane_proto::registry::v1 as pb;
use tokio::time::{Duration, Instant, sleep};

use super::Case;
use super::asking::Asking;
use super::callers::{Callers, Named, Org, key_set};
use super::scene::Scene;

const READ: &str = "read organisations, memberships, boards and seats";
const CHANGE: &str = "change organisations, memberships, boards and seats";

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    match rpc {
        "StartSignIn" | "FinishSignIn" | "ExchangeToken" | "WhoAmI" | "GetKeySet" | "PublishKey" | "RevokeSubject"
        | "ListRevocations" => of_sign_in(scene, rpc),
        "CreatePerson" | "GetPerson" | "ListPeople" | "UpdatePerson" | "GrantRole" | "RevokeRole" | "EndPerson" => {
            of_people(&scene.callers, rpc)
        }
        "CreateClient" | "GetClient" | "ListClients" | "SetClientScopes" | "AddClientKey" | "RetireClientKey"
        | "RotateClientSecret" | "RevokeClient" => of_clients(&scene.callers, rpc),
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

fn of_people(callers: &Callers, rpc: &str) -> Vec<Case> {
    let Named { id, name, email } = callers.person.clone();
    let person_id = id.clone();
    let rename = || pb::UpdatePersonRequest {
        person_id: id.clone(),
        name: "Somebody Else".to_string(),
        email: email.clone(),
        ..Default::default()
    };
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
        "GetPerson" => {
            let request = pb::GetPersonRequest { person_id };
            vec![
                Case::new("see a person of the organisation", &id, request.clone()),
                Case::new("see their e-mail address", &id, request).shows(&email),
            ]
        }
        "ListPeople" => {
            let request = pb::ListPeopleRequest { search: name.clone(), ..Default::default() };
            vec![
                Case::new("see a person of the organisation", &name, request.clone()).rows(&id),
                Case::new("see their e-mail address", &name, request).shows(&email),
            ]
        }
        "UpdatePerson" => {
            let moved = pb::UpdatePersonRequest { organisation_id: callers.org(Org::Another), ..rename() };
            vec![
                Case::new("rename or end them", &id, moved).and(CHANGE),
                Case::new("rename or end them", &id, rename()),
            ]
        }
        "GrantRole" => grants(callers)
            .map(|(section, role, organisation_id)| {
                let (person_id, role) = (id.clone(), role.into());
                Case::new(section, &id, pb::GrantRoleRequest { person_id, role, organisation_id, ..Default::default() })
            })
            .into(),
        "RevokeRole" => grants(callers)
            .map(|(section, role, organisation_id)| {
                let held =
                    callers.grants.iter().find(|held| held.role() == role && held.organisation_id == organisation_id);
                let (person_id, grant_id) = (callers.holder.id.clone(), held.expect("the role was granted").id.clone());
                let request = pb::RevokeRoleRequest { person_id, grant_id, ..Default::default() };
                Case::new("see a person of the organisation", &callers.holder.id, request).and(section)
            })
            .into(),
        "EndPerson" => {
            vec![Case::new("rename or end them", &id, pb::EndPersonRequest { person_id, ..Default::default() })]
        }
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

/// The roles that the matrix tells apart.
fn grants(callers: &Callers) -> [(&'static str, pb::Role, String); 3] {
    [
        ("grant them certifier of their organisation", pb::Role::Certifier, callers.org(Org::Applicant)),
        ("grant them certifier of another organisation", pb::Role::Certifier, callers.org(Org::Another)),
        ("grant them reviewer", pb::Role::Reviewer, callers.org(Org::Applicant)),
    ]
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
        // Each caller brings a code of their own.
        "FinishSignIn" => vec![Case::new(READ, "", pb::FinishSignInRequest::default()).public()],
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
        "RevokeSubject" => [("end their tokens", &callers.person.id), ("end its tokens", &callers.client.subject)]
            .map(|(section, id)| {
                let request = pb::RevokeSubjectRequest { subject: id.clone(), ..Default::default() };
                Case::new(section, id, request)
            })
            .into(),
        "ListRevocations" => vec![Case::new(serve, "", pb::ListRevocationsRequest::default())],
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

/// A sign-in that awaits its code, with the code out of the mail.
pub async fn signing_in(
    asking: &Asking,
    callers: &Callers,
    deployment: &Deployment,
    email: &str,
) -> pb::FinishSignInRequest {
    let request = pb::StartSignInRequest { email: email.to_string() };
    let started: pb::StartSignInResponse = asking.made(&callers.nobody, "StartSignIn", &request).await;
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        for entry in std::fs::read_dir(&deployment.mail).unwrap() {
            let path = entry.unwrap().path();
            let mail = std::fs::read_to_string(&path).unwrap();
            let is_theirs = mail.lines().any(|line| line.starts_with("To: ") && line.contains(email));
            let subject = mail.lines().find_map(|line| line.strip_prefix("Subject: "));
            if let Some(code) = subject.filter(|_| is_theirs).and_then(|subject| subject.split_whitespace().next()) {
                std::fs::remove_file(&path).unwrap();
                return pb::FinishSignInRequest { sign_in_id: started.sign_in_id, code: code.to_string() };
            }
        }
        assert!(Instant::now() < until, "no mail came for {email}");
        sleep(Duration::from_millis(20)).await;
    }
}
