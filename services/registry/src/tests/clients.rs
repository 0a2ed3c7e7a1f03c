use diesel::prelude::*;
use kit::caller::{Caller, Role, Subject};
use kit::db::DbError;
use kit::ids::OrgId;
use kit::outbox::outbox;
use kit::time::Timestamp;
use kit::tokens::{KeySet, SigningKey};
use toadlane_proto::registry::v1 as pb;
use tonic::Code;

use super::harness::*;

diesel::table! {
    idempotency (request_id) {
        request_id -> Text,
        answer -> Binary,
    }
}

pub fn with_secret(organisation: OrgId, scopes: &[&str]) -> pb::CreateClientRequest {
    pb::CreateClientRequest {
        request_id: new_id(),
        organisation_id: organisation.to_string(),
        name: "Case management".to_string(),
        kind: pb::client::Kind::Secret.into(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        key: None,
        validate_only: false,
    }
}

/// The public half of a key as a JWK.
pub fn jwk(key: &SigningKey) -> String {
    let mut set = KeySet::default();
    set.add(key.public()).unwrap();
    let set: serde_json::Value = serde_json::from_str(&set.to_json()).unwrap();
    set["keys"][0].to_string()
}

pub async fn create(called: &mut Clients, request: pb::CreateClientRequest) -> pb::CreateClientResponse {
    called.clients.create_client(request).await.unwrap().into_inner()
}

pub fn with_key(organisation: OrgId, key: &SigningKey, scopes: &[&str]) -> pb::CreateClientRequest {
    let key = pb::NewClientKey { public_key: jwk(key), ..Default::default() };
    pb::CreateClientRequest {
        kind: pb::client::Kind::PublicKey.into(),
        key: Some(key),
        ..with_secret(organisation, scopes)
    }
}

pub fn rotate(client: &pb::Client, previous_until: Option<Timestamp>) -> pb::RotateClientSecretRequest {
    pb::RotateClientSecretRequest {
        request_id: new_id(),
        client_id: client.id.clone(),
        etag: client.etag.clone(),
        previous_until: previous_until.map(Into::into),
        validate_only: false,
    }
}

/// Whether a secret signs its client in.
async fn signs_in(called: &mut Clients, client: &pb::Client, secret: &str) -> bool {
    let request = pb::ExchangeTokenRequest {
        grant_type: "client_credentials".to_string(),
        client_id: client.id.clone(),
        client_secret: secret.to_string(),
        ..Default::default()
    };
    called.sign_in.exchange_token(request).await.is_ok()
}

#[tokio::test]
async fn a_secret_is_shown_once_and_never_replayed() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let request = with_secret(kirklees, &["bids.read"]);
        let first = create(&mut own, request.clone()).await;
        assert!(first.secret.starts_with("tls_"));
        let again = create(&mut own, request).await;
        assert_eq!((again.secret.as_str(), again.client.clone()), ("", first.client.clone()));
        let client = first.client.unwrap();
        assert!(signs_in(&mut harness.as_nobody(), &client, &first.secret).await);

        let request = rotate(&client, None);
        let rotated = own.clients.rotate_client_secret(request.clone()).await.unwrap().into_inner();
        let again = own.clients.rotate_client_secret(request).await.unwrap().into_inner();
        assert_eq!((again.secret.as_str(), again.client), ("", rotated.client));
        let dry = pb::CreateClientRequest { validate_only: true, ..with_secret(kirklees, &[]) };
        assert_eq!(create(&mut own, dry).await.secret, "", "a dry run issues none");
    })
    .await;
}

#[tokio::test]
async fn secrets_rotate_with_an_overlap_of_two() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let first = create(&mut own, with_secret(kirklees, &[])).await;
        let soon = Timestamp::of_this_machine().plus_seconds(3600);
        let request = rotate(first.client.as_ref().unwrap(), Some(soon));
        let second = own.clients.rotate_client_secret(request).await.unwrap().into_inner();
        let client = second.client.unwrap();
        let mut nobody = harness.as_nobody();
        assert!(signs_in(&mut nobody, &client, &first.secret).await);
        assert!(signs_in(&mut nobody, &client, &second.secret).await);
        let third = own.clients.rotate_client_secret(rotate(&client, Some(soon))).await;
        assert_eq!(refusal(third), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
        let third = own.clients.rotate_client_secret(rotate(&client, None)).await.unwrap().into_inner();
        assert!(!signs_in(&mut nobody, &client, &first.secret).await);
        assert!(!signs_in(&mut nobody, &client, &second.secret).await);
        assert!(signs_in(&mut nobody, &client, &third.secret).await);
    })
    .await;
}

#[tokio::test]
async fn certifying_is_given_by_the_councils_own_administrator_alone() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut admin = harness.as_admin();
        let answer = admin.clients.create_client(with_secret(kirklees, &["bids.write", "bids.certify"])).await;
        assert_eq!(refusal(answer), (Code::PermissionDenied, "NOT_ALLOWED".to_string()));
        let created = create(&mut admin, with_secret(kirklees, &["bids.write"])).await;
        let client = created.client.unwrap();
        let widen = |etag: &str, scopes: &[&str]| pb::SetClientScopesRequest {
            request_id: new_id(),
            client_id: client.id.clone(),
            etag: etag.to_string(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            validate_only: false,
        };
        let answer = admin.clients.set_client_scopes(widen(&client.etag, &["bids.write", "bids.certify"])).await;
        assert_eq!(refusal(answer).0, Code::PermissionDenied);
        let mut own = harness.as_administrator_of(kirklees);
        let both = widen(&client.etag, &["bids.certify", "bids.write"]);
        let widened = own.clients.set_client_scopes(both).await.unwrap().into_inner();
        assert_eq!(widened.scopes, ["bids.write", "bids.certify"]);
        let kept = admin.clients.set_client_scopes(widen(&widened.etag, &["bids.certify"])).await.unwrap().into_inner();
        assert_eq!(kept.scopes, ["bids.certify"], "what it has may stay while another goes");
        let answer = admin.clients.rotate_client_secret(rotate(&kept, None)).await;
        assert_eq!(refusal(answer).0, Code::PermissionDenied, "or an administrator could act as the council");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_scope_and_a_private_key_are_named() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let answer = own.clients.create_client(with_secret(kirklees, &["bids.read", "bids.delete"])).await;
        assert_eq!(violations(&answer.unwrap_err()), ["scopes[1] scope"]);
        let private =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"c2VjcmV0"}"#;
        let key = pb::NewClientKey { public_key: private.to_string(), ..Default::default() };
        let request = pb::CreateClientRequest {
            kind: pb::client::Kind::PublicKey.into(),
            key: Some(key),
            ..with_secret(kirklees, &[])
        };
        assert_eq!(
            violations(&own.clients.create_client(request.clone()).await.unwrap_err()),
            ["key.public_key public_key"]
        );
        let without = pb::CreateClientRequest { key: None, request_id: new_id(), ..request.clone() };
        assert_eq!(violations(&own.clients.create_client(without).await.unwrap_err()), ["key required"]);
        let mixed = pb::CreateClientRequest { kind: pb::client::Kind::Secret.into(), request_id: new_id(), ..request };
        assert_eq!(violations(&own.clients.create_client(mixed).await.unwrap_err()), ["key kind"]);
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_client_and_none_are_the_same_not_found() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let mut own = harness.as_administrator_of(kirklees);
        let client = create(&mut own, with_secret(kirklees, &[])).await.client.unwrap();
        let strangers = [
            Who::person(Role::CouncilAdministrator, rochdale),
            Who::person(Role::ApplicantOfficer, kirklees),
            a_system(kirklees),
        ];
        for caller in strangers {
            let mut stranger = harness.as_who(&caller);
            let mut said = Vec::new();
            for id in [client.id.clone(), format!("cli_{:032x}", 1)] {
                let status =
                    stranger.clients.get_client(pb::GetClientRequest { client_id: id.clone() }).await.unwrap_err();
                said.push(told(&status));
                let revoke = pb::RevokeClientRequest {
                    request_id: new_id(),
                    client_id: id,
                    etag: "1".to_string(),
                    ..Default::default()
                };
                let status = stranger.clients.revoke_client(revoke).await.unwrap_err();
                said.push(told(&status));
            }
            assert_eq!(said[0].0, Code::NotFound);
            assert!(said.iter().all(|answer| *answer == said[0]), "{said:?}");
            let listed = stranger.clients.list_clients(pb::ListClientsRequest::default()).await.unwrap().into_inner();
            assert_eq!(listed.clients, []);
        }
        let itself = Who::of(Caller {
            subject: Subject::Client(client.id.parse().unwrap()),
            organisation: Some(kirklees),
            ..Caller::anonymous()
        });
        let shown =
            harness.as_who(&itself).clients.get_client(pb::GetClientRequest { client_id: client.id.clone() }).await;
        assert_eq!(shown.unwrap().into_inner(), client);
        let mut auditor = harness.as_who(&Who::person(Role::Auditor, harness.network));
        let listed = auditor.clients.list_clients(pb::ListClientsRequest::default()).await.unwrap().into_inner();
        assert_eq!(listed.clients, [client]);
    })
    .await;
}

#[tokio::test]
async fn keys_rotate_by_the_councils_own_hand() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let (old, new) = (SigningKey::generate("a").unwrap(), SigningKey::generate("b").unwrap());
        let client = create(&mut own, with_key(kirklees, &old, &[])).await.client.unwrap();
        assert_eq!((client.keys[0].kid.as_str(), client.keys[0].algorithm.as_str()), (old.kid(), "EdDSA"));
        let add = |etag: &str, key: &SigningKey| pb::AddClientKeyRequest {
            request_id: new_id(),
            client_id: client.id.clone(),
            etag: etag.to_string(),
            key: Some(pb::NewClientKey { public_key: jwk(key), ..Default::default() }),
            validate_only: false,
        };
        let both = own.clients.add_client_key(add(&client.etag, &new)).await.unwrap().into_inner();
        assert_eq!(both.keys.len(), 2);
        let again = own.clients.add_client_key(add(&both.etag, &new)).await;
        assert_eq!(refusal(again), (Code::AlreadyExists, "ALREADY_EXISTS".to_string()));
        let retire = pb::RetireClientKeyRequest {
            request_id: new_id(),
            client_id: client.id.clone(),
            key_id: client.keys[0].id.clone(),
            etag: both.etag,
            retire_at: None,
            validate_only: false,
        };
        let retired = own.clients.retire_client_key(retire).await.unwrap().into_inner();
        let in_use: Vec<_> = retired.keys.iter().filter(|key| key.retire_at.is_none()).collect();
        assert_eq!((in_use.len(), in_use[0].kid.as_str()), (1, new.kid()));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_client_signs_in_no_more_and_its_tokens_end() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let created = create(&mut own, with_secret(kirklees, &["bids.read"])).await;
        let client = created.client.unwrap();
        let revoke = pb::RevokeClientRequest {
            request_id: new_id(),
            client_id: client.id.clone(),
            etag: client.etag.clone(),
            ..Default::default()
        };
        let revoked = harness.as_admin().clients.revoke_client(revoke).await.unwrap().into_inner();
        assert!(revoked.revoked_at.is_some());
        assert!(!signs_in(&mut harness.as_nobody(), &client, &created.secret).await);
        let listed = harness.list_revocations().await;
        assert_eq!(listed.revocations[0].subject, client.id);
        let answer = own.clients.rotate_client_secret(rotate(&revoked, None)).await;
        assert_eq!(refusal(answer), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
    })
    .await;
}

#[tokio::test]
async fn no_stored_answer_holds_a_secret_and_no_event_an_address() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.an_official(pb::Role::Certifier, kirklees, "bethan@kirklees.example").await;
        let mut own = harness.as_administrator_of(kirklees);
        let created = create(&mut own, with_secret(kirklees, &[])).await;
        let rotated =
            own.clients.rotate_client_secret(rotate(&created.client.unwrap(), None)).await.unwrap().into_inner();
        let stored = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        let found = harness
            .db
            .read(move |tx| {
                let answers: Vec<Vec<u8>> = idempotency::table.select(idempotency::answer).load(tx)?;
                let events: Vec<Vec<u8>> = outbox::table.select(outbox::body).load(tx)?;
                Ok::<_, DbError>((answers, events))
            })
            .await;
        let (answers, events) = found.unwrap();
        for secret in [&created.secret, &rotated.secret] {
            assert!(answers.iter().chain(&events).all(|bytes| !stored(bytes, secret)));
        }
        assert!(events.iter().any(|bytes| stored(bytes, &person.id)), "there are events of the person");
        assert!(events.iter().all(|bytes| !stored(bytes, "bethan@kirklees.example")));
    })
    .await;
}
