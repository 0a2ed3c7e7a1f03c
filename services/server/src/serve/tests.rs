//! Whole processes in this one: what the guard of each says while others come and go.

use kit::db::Storage;
use kit::ids::{OrgId, PersonId};
use kit::time::Timestamp;
use kit::tokens::{AccessClaims, SigningKey, mint};
use kit::transport::remote;
use testing::answers::refusal;
use testing::stores::Fresh;
use toadlane_proto::registry::v1::StartSignInRequest;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use toadlane_proto::types::v1::GetClockRequest;
use toadlane_proto::types::v1::clock_service_client::ClockServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::*;
use crate::settings::{LimitSettings, Store};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

/// A store of a process of its own, with the keys of all.
fn store(folder: &Fresh, name: &str) -> Store {
    let Storage::Sqlite { folder, .. } = &folder.storage else { panic!("a folder was asked for") };
    Store { data: folder.join(name), database: None, keys: Some(folder.join("keys")), syncs: false }
}

/// The token of a person whom the registry at this address let in.
fn a_person(store: &Store, issuer: &str) -> String {
    let key = SigningKey::read("registry", &store.keys().join("registry.key")).unwrap();
    let now = Timestamp::of_this_machine().seconds();
    let claims = AccessClaims {
        iss: issuer.to_string(),
        aud: AUDIENCE.to_string(),
        sub: PersonId::new().to_string(),
        jti: "1".to_string(),
        iat: now,
        nbf: now,
        exp: now + 600,
        org: Some(OrgId::new().to_string()),
        roles: Vec::new(),
        scope: String::new(),
        client_id: None,
        sits: false,
    };
    mint(&key, &claims)
}

fn transport_to(running: &Running) -> Transport {
    remote(&format!("http://{}", running.address), None).unwrap()
}

async fn call(transport: &Transport, token: Option<&str>) -> Result<(), Status> {
    let mut request = tonic::Request::new(GetClockRequest {});
    if let Some(token) = token {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    ClockServiceClient::new(transport.clone()).get_clock(request).await.map(drop)
}

async fn is_serving(transport: &Transport) -> bool {
    let answer = HealthClient::new(transport.clone()).check(HealthCheckRequest::default()).await.unwrap();
    answer.into_inner().status() == ServingStatus::Serving
}

/// A port that was free a moment ago.
async fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// C-1.9: it must not wait for a first round of asking.
#[tokio::test]
async fn with_the_registry_inside_people_are_let_in_from_the_first_call_on() {
    let folder = Fresh::sqlite();
    let store = store(&folder, "all");
    let running = start(&Serve::embedded(store.clone())).await.unwrap();
    let transport = transport_to(&running);
    call(&transport, Some(&a_person(&store, &running.issuer))).await.unwrap();
    assert!(is_serving(&transport).await);
    running.stop().await;
}

/// C-1.9: a process that started while the registry was down took every token, revoked or not, and logged nothing.
#[tokio::test]
async fn while_the_registry_is_down_people_are_refused_and_let_in_once_it_is_there() {
    let folder = Fresh::sqlite();
    let (registry, rounds) = (store(&folder, "registry"), store(&folder, "rounds"));
    let address = free_port().await;
    // Nobody answers there, and events wait.
    let nats = Some("nats://127.0.0.1:1".to_string());
    let url = format!("http://{address}");
    let apart = Serve { roles: vec![Area::Rounds], nats: nats.clone(), ..Serve::embedded(rounds.clone()) };
    let apart = Serve { peers: vec![(Area::Registry, url)], ..apart };
    let running = start(&apart).await.unwrap();
    let (transport, token) = (transport_to(&running), a_person(&rounds, &running.issuer));

    let (code, reason) = refusal(call(&transport, Some(&token)).await);
    assert_eq!((code, reason.as_str()), (Code::Unavailable, "TRY_AGAIN"));
    call(&transport, None).await.unwrap();
    assert!(!is_serving(&transport).await);

    let registry = Serve { roles: vec![Area::Registry], listen: address, nats, ..Serve::embedded(registry) };
    let registry = start(&registry).await.unwrap();
    let let_in = async {
        while call(&transport, Some(&token)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, let_in).await.unwrap();
    assert!(is_serving(&transport).await);
    running.stop().await;
    registry.stop().await;
}

/// Sends a form to the token endpoint from an address of this machine, and gives the first line of the answer.
async fn exchange(running: &Running, from: &str) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    let mut connection = socket.connect(running.address).await.unwrap();
    let form = "POST /oauth/token HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    connection.write_all(form.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_string()
}

/// C-1.10, C-1.11: the door of every integration was outside the guard, and counted nothing.
#[tokio::test]
async fn guesses_at_the_token_endpoint_are_limited_by_address() {
    let folder = Fresh::sqlite();
    let limits = LimitSettings { sign_ins_per_minute: 3, ..LimitSettings::none() };
    let running = start(&Serve { limits, ..Serve::embedded(store(&folder, "all")) }).await.unwrap();
    for _ in 0..3 {
        assert_eq!(exchange(&running, "127.0.0.2").await, "HTTP/1.1 400 Bad Request");
    }
    assert_eq!(exchange(&running, "127.0.0.2").await, "HTTP/1.1 429 Too Many Requests");
    assert_eq!(exchange(&running, "127.0.0.3").await, "HTTP/1.1 400 Bad Request");
    running.stop().await;
}

/// Starts to sign in from an address of this machine, all of them at once, and gives how many were taken.
async fn n_starts_taken(running: &Running, from: &str, n: usize) -> usize {
    let endpoint = Endpoint::from_shared(format!("http://{}", running.address)).unwrap();
    let channel = endpoint.local_address(Some(from.parse().unwrap())).connect().await.unwrap();
    let starts = (0..n).map(|n| {
        let mut registry = SignInServiceClient::new(channel.clone());
        let email = format!("somebody{n}@example.org");
        async move { registry.start_sign_in(StartSignInRequest { email }).await }
    });
    let mut n_taken = 0;
    for answer in futures_util::future::join_all(starts).await {
        match answer {
            Ok(_) => n_taken += 1,
            Err(status) => assert_eq!(refusal::<()>(Err(status)).1, "TOO_MANY_CALLS"),
        }
    }
    n_taken
}

/// F-A5, C-1.10: 1,455 starts a second were taken of a stranger, each a row and a synced write.
#[tokio::test]
async fn hostile_starts_from_one_address_are_refused_and_those_from_others_taken() {
    let folder = Fresh::sqlite();
    let limits = LimitSettings { sign_ins_per_minute: 20, ..LimitSettings::none() };
    let running = start(&Serve { limits, ..Serve::embedded(store(&folder, "all")) }).await.unwrap();
    let n_taken = n_starts_taken(&running, "127.0.0.2", 500).await;
    assert!((20..40).contains(&n_taken), "{n_taken}");
    assert_eq!(n_starts_taken(&running, "127.0.0.3", 10).await, 10);
    running.stop().await;
}

/// What the registry lets strangers do counts as signing in, unless it is named here as only shown.
#[test]
fn whatever_signs_in_has_the_smaller_allowance() {
    let counted = counted();
    assert_eq!(counted["/toadlane.registry.v1.SignInService/StartSignIn"], Public::SigningIn);
    assert_eq!(counted["/toadlane.registry.v1.SignInService/GetKeySet"], Public::Counted);
    assert_eq!(counted["/grpc.health.v1.Health/Check"], Public::Always);
    for path in public() {
        assert!(counted.contains_key(&path), "{path}");
    }
}
