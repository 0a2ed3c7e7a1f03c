//! The guard over a small service, called as a peer in the same process and over a socket: both must say the same.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use axum::routing::post;
use bytes::Bytes;
use futures_util::StreamExt;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use toadlane_proto::types::v1::clock_service_client::ClockServiceClient;
use toadlane_proto::types::v1::clock_service_server::{ClockService, ClockServiceServer};
use toadlane_proto::types::v1::{Clock as ClockMessage, GetClockRequest, SetClockRequest};
use tokio::sync::oneshot;
use tonic::Response as Answered;
use tonic_types::StatusExt;

use super::*;
use crate::caller::{Area, Role};
use crate::cx::Cx;
use crate::fault::Violation;
use crate::ids::{ClientId, OrgId, PersonId};
use crate::listener::{Caps, Listen, Listener};
use crate::time::at;
use crate::tokens::{AccessClaims, Expect, SigningKey, mint, mint_role};
use crate::transport::{AUDIENCE, remote, signed};

const ISSUER: &str = "https://toadlane.example";
const PUBLIC: &str = "/toadlane.types.v1.ClockService/GetClock";
/// A page for everybody.
pub(super) const SHOWN: &str = "/.well-known/jwks.json";
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

/// What the handler does with the second that it is asked to move to.
const HANGS: i64 = 1;
const PANICS: i64 = 2;
const REFUSES: i64 = 3;
const IS_BUSY: i64 = 4;

#[derive(Clone, Default)]
struct Stand {
    seen: Arc<Mutex<Vec<Cx>>>,
}

#[tonic::async_trait]
impl ClockService for Stand {
    async fn get_clock(&self, request: tonic::Request<GetClockRequest>) -> Result<Answered<ClockMessage>, Status> {
        self.seen.lock().unwrap().push(Cx::of(&request)?);
        Ok(Answered::new(ClockMessage::default()))
    }

    async fn set_clock(&self, request: tonic::Request<SetClockRequest>) -> Result<Answered<ClockMessage>, Status> {
        self.seen.lock().unwrap().push(Cx::of(&request)?);
        match request.into_inner().now.unwrap_or_default().seconds {
            HANGS => std::future::pending().await,
            PANICS => panic!("a bug in a handler"),
            REFUSES => Err(Fault::invalid(vec![Violation::new("now", "timestamp", "is in the past")]).into()),
            IS_BUSY => Err(Fault::try_again("too much contention").into()),
            _ => Ok(Answered::new(ClockMessage { held: true, ..ClockMessage::default() })),
        }
    }
}

/// A service behind its guard, and the keys of those who call it.
pub(super) struct House {
    stand: Stand,
    pub(super) door: Arc<Door>,
    local: Transport,
    registry: SigningKey,
    bids: Arc<SigningKey>,
}

fn house() -> House {
    house_with(Revocations::complete(), PerMinute::default())
}

pub(super) fn house_with(revocations: Revocations, per_minute: PerMinute) -> House {
    let (registry, bids) = (SigningKey::generate("registry").unwrap(), SigningKey::generate("bids").unwrap());
    let mut keys = KeySet::default();
    keys.add(registry.public()).unwrap();
    keys.add(bids.public()).unwrap();
    let expect = Expect { issuer: ISSUER.to_string(), audience: AUDIENCE.to_string() };
    let door = Arc::new(Door {
        keys,
        tokens: TokenCache::new(expect, AUDIENCE),
        revocations,
        public: [PUBLIC, SHOWN].map(|path| (path.to_string(), Public::Counted)).into(),
        limits: Limits::new(per_minute),
        rules: RulesLayer::new(toadlane_proto::pool(), &[], 16 << 20).unwrap(),
    });
    let stand = Stand::default();
    let router = Routes::new(ClockServiceServer::new(stand.clone()))
        .into_axum_router()
        .route("/stream/waits", post(async || streamed(frame().chain(futures_util::stream::pending()))))
        .route(
            "/stream/never_waits",
            post(async || streamed(futures_util::stream::repeat_with(|| Ok(Frame::data(Bytes::new()))))),
        )
        .route(
            "/stream/panics",
            post(async || streamed(frame().chain(futures_util::stream::poll_fn(|_| panic!("a bug in a stream"))))),
        );
    let clock = Clock::held(at("2020-01-10T12:00:00Z"));
    let local = guarded(Routes::from(router), door.clone(), clock);
    House { stand, door, local, registry, bids: Arc::new(bids) }
}

type Frames = Result<Frame<Bytes>, Status>;

fn frame() -> impl futures_util::Stream<Item = Frames> + Send + 'static {
    futures_util::stream::once(async { Ok(Frame::data(Bytes::from_static(b"\0\0\0\0\0"))) })
}

fn streamed(frames: impl futures_util::Stream<Item = Frames> + Send + 'static) -> Response<axum::body::Body> {
    let response = Response::builder().header(header::CONTENT_TYPE, "application/grpc");
    response.body(axum::body::Body::new(StreamBody::new(frames))).unwrap()
}

/// The same service over a socket, until what comes with it is dropped.
async fn over_a_socket(local: &Transport) -> (Transport, oneshot::Sender<()>) {
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    let listen = Listen { address, tls: None, caps: Caps::default() };
    let listener = Listener::bind(listen).await.unwrap();
    let url = format!("http://{}", listener.address());
    let local = local.clone();
    let service = service_fn(move |request: Request<axum::body::Body>| {
        let answered = local.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answered.await.expect("a guard answers everything")) }
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async { stopped.await.unwrap_or_default() };
    tokio::spawn(listener.serve(axum::Router::new().fallback_service(service), stopped, Duration::ZERO));
    (remote(&url, None).unwrap(), stop)
}

impl House {
    fn as_bids(&self, transport: &Transport) -> Transport {
        signed(transport.clone(), self.bids.clone())
    }

    fn claims(&self, subject: &str) -> AccessClaims {
        let now = Timestamp::of_this_machine().seconds();
        AccessClaims {
            iss: ISSUER.to_string(),
            aud: AUDIENCE.to_string(),
            sub: subject.to_string(),
            jti: uuid::Uuid::now_v7().to_string(),
            iat: now,
            nbf: now,
            exp: now + 600,
            org: Some(OrgId::new().to_string()),
            roles: Vec::new(),
            scope: String::new(),
            client_id: None,
            sits: false,
        }
    }

    /// Calls the protected RPC with this header.
    async fn call_with(&self, authorization: &[u8]) -> Result<(), Status> {
        let mut request = tonic::Request::new(to_second(100));
        let value = http::HeaderValue::from_bytes(authorization).unwrap();
        let mut metadata = std::mem::take(request.metadata_mut()).into_headers();
        metadata.insert(header::AUTHORIZATION, value);
        *request.metadata_mut() = tonic::metadata::MetadataMap::from_headers(metadata);
        ClockServiceClient::new(self.local.clone()).set_clock(request).await.map(drop)
    }

    fn last_seen(&self) -> Cx {
        self.stand.seen.lock().unwrap().last().cloned().expect("the handler was reached")
    }

    fn n_seen(&self) -> usize {
        self.stand.seen.lock().unwrap().len()
    }
}

fn to_second(seconds: i64) -> SetClockRequest {
    SetClockRequest {
        now: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        request_id: "0190163d-8694-739b-aea5-966c26f8ad91".to_string(),
    }
}

async fn set(transport: &Transport, seconds: i64, limit: Option<Duration>) -> Result<(), Status> {
    let mut request = tonic::Request::new(to_second(seconds));
    if let Some(limit) = limit {
        request.set_timeout(limit);
    }
    let called = ClockServiceClient::new(transport.clone()).set_clock(request).await;
    called.map(drop)
}

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details.error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// Code and reason: what a program decides by.
fn outcome(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

/// Calls a path that answers with a stream, and gives the status that the stream ends with.
async fn stream(transport: &Transport, path: &str, limit: Option<&str>) -> Option<Status> {
    let mut request = Request::post(format!("http://here{path}")).header(header::CONTENT_TYPE, "application/grpc");
    if let Some(limit) = limit {
        request = request.header("grpc-timeout", limit);
    }
    // A channel that keeps the deadline itself may say so before there is an answer.
    let response = match transport.clone().oneshot(request.body(Body::empty()).unwrap()).await {
        Ok(response) => response,
        Err(status) => return Some(status),
    };
    let mut body = response.into_body();
    let reading = async {
        while let Some(frame) = body.frame().await {
            if let Ok(trailers) = frame.unwrap().into_trailers() {
                return Status::from_header_map(&trailers);
            }
        }
        None
    };
    tokio::time::timeout(LONG, reading).await.expect("the stream ends")
}

#[tokio::test]
async fn an_identity_that_a_caller_brings_along_is_thrown_away() {
    let house = house();
    let mut request = tonic::Request::new(GetClockRequest {});
    request.extensions_mut().insert(Caller::area(Area::Registry));
    request.extensions_mut().insert(Arrived { now: at("1999-01-01T00:00:00Z"), rpc: "/another".to_string() });
    ClockServiceClient::new(house.local.clone()).get_clock(request).await.unwrap();
    let seen = house.last_seen();
    assert_eq!(seen.caller, Caller::anonymous());
    assert_eq!((seen.now, seen.rpc.as_str()), (at("2020-01-10T12:00:00Z"), PUBLIC));
}

#[tokio::test]
async fn without_a_token_only_what_is_public_answers() {
    let house = house();
    let (socket, _stop) = over_a_socket(&house.local).await;
    for transport in [&house.local, &socket] {
        ClockServiceClient::new(transport.clone()).get_clock(GetClockRequest {}).await.unwrap();
        let refused = set(transport, 100, None).await.unwrap_err();
        assert_eq!(outcome(&refused), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()));
        assert!(refused.message().contains("authorization: Bearer"), "{}", refused.message());
    }
    assert_eq!(house.n_seen(), 2);
}

#[tokio::test]
async fn a_role_is_known_by_its_token() {
    let house = house();
    set(&house.as_bids(&house.local), 100, None).await.unwrap();
    assert_eq!(house.last_seen().caller, Caller::area(Area::Bids));
}

#[tokio::test]
async fn a_person_is_known_by_the_token_with_all_that_stands_in_it() {
    let house = house();
    let (person, organisation) = (PersonId::new(), OrgId::new());
    let claims = AccessClaims {
        org: Some(organisation.to_string()),
        roles: vec![format!("certifier@{organisation}")],
        scope: "bids.read bids.write".to_string(),
        sits: true,
        ..house.claims(&person.to_string())
    };
    let bearer = format!("bearer {}", mint(&house.registry, &claims));
    house.call_with(bearer.as_bytes()).await.unwrap();
    let caller = house.last_seen().caller;
    assert_eq!(caller.subject, Subject::Person(person));
    assert!(caller.has_for(Role::Certifier, organisation));
    assert_eq!(
        (caller.home, caller.organisation),
        (Some(organisation), None),
        "a person is no system of their council"
    );
    assert!(!caller.may_as_system(Scope::BidsWrite, organisation));
    assert!(caller.sits);
}

#[tokio::test]
async fn a_client_is_a_system_of_the_organisation_in_its_token() {
    let house = house();
    let (client, organisation) = (ClientId::new(), OrgId::new());
    let claims = AccessClaims {
        org: Some(organisation.to_string()),
        scope: "bids.read bids.write".to_string(),
        ..house.claims(&client.to_string())
    };
    house.call_with(format!("Bearer {}", mint(&house.registry, &claims)).as_bytes()).await.unwrap();
    let caller = house.last_seen().caller;
    assert_eq!((caller.home, caller.organisation), (None, Some(organisation)));
    assert!(caller.may_as_system(Scope::BidsWrite, organisation));
}

/// F-A9, G-B2: whose own an organisation is must be known of everybody.
#[tokio::test]
async fn a_token_that_names_no_organisation_is_refused() {
    let house = house();
    let claims = AccessClaims { org: None, ..house.claims(&PersonId::new().to_string()) };
    let refused = house.call_with(format!("Bearer {}", mint(&house.registry, &claims)).as_bytes()).await.unwrap_err();
    assert_eq!(outcome(&refused), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()));
}

#[tokio::test]
async fn a_bad_token_is_refused_with_a_sentence_that_does_not_repeat_it() {
    let house = house();
    let person = PersonId::new().to_string();
    let good = house.claims(&person);
    let bearer = |claims: &AccessClaims| format!("Bearer {}", mint(&house.registry, claims)).into_bytes();
    let by_another = format!("Bearer {}", mint(&house.bids, &good)).into_bytes();
    let unknown = SigningKey::generate("registry").unwrap();
    let by_unknown = format!("Bearer {}", mint(&unknown, &good)).into_bytes();
    let bad = [
        b"Bearer".to_vec(),
        b"Bearer ".to_vec(),
        b"Bearer hunter2".to_vec(),
        b"Basic hunter2".to_vec(),
        b"Bearer hunter2.hunter2.hunter2".to_vec(),
        b"Bearer hunter2\xff".to_vec(),
        by_another,
        by_unknown,
        bearer(&AccessClaims { exp: good.iat - 300, iat: good.iat - 600, nbf: good.iat - 600, ..good.clone() }),
        bearer(&AccessClaims { aud: "another".to_string(), ..good.clone() }),
        bearer(&AccessClaims { roles: vec!["mayor@nowhere".to_string()], ..good.clone() }),
        bearer(&AccessClaims { scope: "everything".to_string(), ..good.clone() }),
        bearer(&AccessClaims { sub: "hunter2".to_string(), ..good.clone() }),
    ];
    for authorization in bad {
        let refused = house.call_with(&authorization).await.unwrap_err();
        let shown = String::from_utf8_lossy(&authorization).into_owned();
        assert_eq!(outcome(&refused), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()), "{shown}");
        assert!(refused.message().len() > 10, "{shown}");
        assert!(!refused.message().contains("hunter2"), "{}", refused.message());
    }
    assert_eq!(house.n_seen(), 0);
    house.call_with(&bearer(&good)).await.unwrap();
}

#[tokio::test]
async fn a_bad_token_is_refused_for_what_is_public_too() {
    let house = house();
    let mut request = tonic::Request::new(GetClockRequest {});
    request.metadata_mut().insert("authorization", "Bearer nonsense".parse().unwrap());
    let refused = ClockServiceClient::new(house.local.clone()).get_clock(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_revoked_subject_is_refused_until_it_signs_in_again() {
    let house = house();
    let person = PersonId::new().to_string();
    let claims = house.claims(&person);
    let bearer = |claims: &AccessClaims| format!("Bearer {}", mint(&house.registry, claims)).into_bytes();
    let before = bearer(&AccessClaims { iat: claims.iat - 10, nbf: claims.iat - 10, ..claims.clone() });
    house.call_with(&before).await.unwrap();
    house.door.revocations.add(&person, claims.iat - 1);
    house.door.revocations.add(&person, claims.iat - 100);
    let refused = house.call_with(&before).await.unwrap_err();
    assert!(refused.message().contains("revoked"), "{}", refused.message());
    house.call_with(&bearer(&claims)).await.unwrap();
    house.call_with(&bearer(&house.claims(&PersonId::new().to_string()))).await.unwrap();
}

#[tokio::test]
async fn a_call_has_the_same_end_from_the_same_process_and_over_a_socket() {
    let house = house();
    let (socket, _stop) = over_a_socket(&house.local).await;
    let (here, there) = (house.as_bids(&house.local), house.as_bids(&socket));
    let limit = Some(Duration::from_millis(100));
    for (seconds, limit, expected) in [
        (HANGS, limit, (Code::DeadlineExceeded, "DEADLINE_PASSED")),
        (PANICS, None, (Code::Internal, "INTERNAL")),
        (REFUSES, None, (Code::InvalidArgument, "INVALID_FIELDS")),
        (IS_BUSY, None, (Code::Unavailable, "TRY_AGAIN")),
    ] {
        let (near, far) = (set(&here, seconds, limit).await, set(&there, seconds, limit).await);
        let (near, far) = (near.unwrap_err(), far.unwrap_err());
        assert_eq!(outcome(&near), (expected.0, expected.1.to_string()));
        assert_eq!(outcome(&near), outcome(&far));
        if limit.is_none() {
            assert_eq!((near.message(), near.details()), (far.message(), far.details()));
        }
    }
    // After all that the process lives.
    set(&here, 100, None).await.unwrap();
    set(&there, 100, None).await.unwrap();
}

#[tokio::test]
async fn a_process_that_is_not_there_is_one_to_ask_again() {
    let house = house();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = house.as_bids(&remote(&format!("http://{free}"), None).unwrap());
    let away = set(&nowhere, 100, None).await.unwrap_err();
    let busy = set(&house.as_bids(&house.local), IS_BUSY, None).await.unwrap_err();
    assert_eq!(outcome(&away), outcome(&busy));
    let retry = |status: &Status| status.get_error_details().retry_info().is_some();
    assert!(retry(&away) && retry(&busy));
}

#[tokio::test]
async fn a_channel_finds_a_process_that_came_back() {
    let house = house();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let there = house.as_bids(&remote(&format!("http://{address}"), None).unwrap());
    set(&there, 100, None).await.unwrap_err();
    let listen = Listen { address, tls: None, caps: Caps::default() };
    let listener = Listener::bind(listen).await.unwrap();
    let local = house.local.clone();
    let service = service_fn(move |request: Request<axum::body::Body>| {
        let answered = local.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answered.await.expect("a guard answers everything")) }
    });
    let router = axum::Router::new().fallback_service(service);
    tokio::spawn(listener.serve(router, std::future::pending(), Duration::ZERO));
    let asking = async {
        while set(&there, 100, None).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, asking).await.unwrap();
}

#[tokio::test]
async fn a_stream_ends_at_its_deadline_whether_it_waits_or_never_does() {
    let house = house();
    let (socket, _stop) = over_a_socket(&house.local).await;
    for transport in [house.as_bids(&house.local), house.as_bids(&socket)] {
        for path in ["/stream/waits", "/stream/never_waits"] {
            let ended = stream(&transport, path, Some("100m")).await.expect("a status");
            assert_eq!(outcome(&ended), (Code::DeadlineExceeded, "DEADLINE_PASSED".to_string()), "{path}");
        }
    }
}

#[tokio::test]
async fn a_stream_ends_before_its_next_message_once_the_sign_in_was_revoked() {
    let house = house();
    let person = PersonId::new().to_string();
    let claims = house.claims(&person);
    let bearer = format!("Bearer {}", mint(&house.registry, &claims));
    let request = Request::post("http://here/stream/never_waits").header(header::AUTHORIZATION, bearer);
    let response = house.local.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut body = response.into_body();
    for _ in 0..10 {
        assert!(body.frame().await.unwrap().unwrap().is_data());
    }
    house.door.revocations.add(&person, claims.iat);
    let trailers = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
    let ended = Status::from_header_map(&trailers).unwrap();
    assert_eq!(outcome(&ended), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()));
    assert!(body.frame().await.is_none());
}

#[test]
fn a_pass_ends_with_its_revocation_and_a_calls_time_after_its_token() {
    let revocations = Revocations::complete();
    let pass = Pass { revocations: revocations.clone(), subject: "per_1".to_string(), issued_at: 100, ends_at: 1000 };
    assert!(pass.over_at(999).is_none());
    assert_eq!(pass.over_at(1000).unwrap().code, Code::Unauthenticated);
    revocations.add("per_1", 99);
    assert!(pass.over_at(999).is_none(), "signed in again since");
    revocations.add("per_1", 100);
    assert_eq!(pass.over_at(999).unwrap().code, Code::Unauthenticated);
    let unread = Pass { revocations: Revocations::default(), ..pass };
    assert_eq!(unread.over_at(999).unwrap().code, Code::Unavailable);
}

/// C-1.9: a process that had read no revocation yet, or none for long, took every token.
#[tokio::test]
async fn people_and_clients_wait_until_revocations_are_read_and_roles_and_strangers_do_not() {
    let house = house_with(Revocations::default(), PerMinute::default());
    for subject in [PersonId::new().to_string(), ClientId::new().to_string()] {
        let bearer = format!("Bearer {}", mint(&house.registry, &house.claims(&subject)));
        house.door.revocations.read(0);
        let refused = house.call_with(bearer.as_bytes()).await.unwrap_err();
        assert_eq!(outcome(&refused), (Code::Unavailable, "TRY_AGAIN".to_string()));
        assert!(refused.get_error_details().retry_info().is_some());
        set(&house.as_bids(&house.local), 100, None).await.unwrap();
        ClockServiceClient::new(house.local.clone()).get_clock(GetClockRequest {}).await.unwrap();
        house.door.revocations.read(Timestamp::of_this_machine().seconds());
        house.call_with(bearer.as_bytes()).await.unwrap();
    }
}

pub(super) fn peer(address: &str) -> Peer {
    Peer(SocketAddr::new(address.parse().unwrap(), 50_000))
}

impl House {
    /// Calls from an address with this header, or without one.
    async fn call_from(&self, address: &str, authorization: Option<&str>) -> Result<(), Status> {
        let mut request = tonic::Request::new(GetClockRequest {});
        request.extensions_mut().insert(peer(address));
        if let Some(value) = authorization {
            request.metadata_mut().insert("authorization", value.parse().unwrap());
        }
        ClockServiceClient::new(self.local.clone()).get_clock(request).await.map(drop)
    }
}

/// F-A5, C-1.10: nothing was limited by caller or address.
#[tokio::test]
async fn who_calls_too_often_waits_and_nobody_else_does() {
    let house = house_with(Revocations::complete(), PerMinute { anonymous: 2, sign_ins: 0, signed_in: 3 });
    let [one, other] = [(); 2].map(|()| {
        let claims = house.claims(&PersonId::new().to_string());
        format!("Bearer {}", mint(&house.registry, &claims))
    });
    let role = format!("Bearer {}", mint_role(&house.bids, AUDIENCE, Timestamp::of_this_machine().seconds()));
    let too_many = (Code::ResourceExhausted, "TOO_MANY_CALLS".to_string());
    for _ in 0..3 {
        house.call_from("192.0.2.1", Some(&one)).await.unwrap();
    }
    let refused = house.call_from("192.0.2.2", Some(&one)).await.unwrap_err();
    assert_eq!(outcome(&refused), too_many);
    let wait = refused.get_error_details().retry_info().and_then(|info| info.retry_delay).unwrap();
    assert!(wait <= Duration::from_secs(20), "{wait:?}");
    assert!(refused.message().ends_with(&format!("try again in {} s", wait.as_secs())), "{}", refused.message());
    house.call_from("192.0.2.1", Some(&other)).await.unwrap();

    for _ in 0..2 {
        house.call_from("192.0.2.1", None).await.unwrap();
    }
    assert_eq!(outcome(&house.call_from("192.0.2.1", None).await.unwrap_err()), too_many);
    // A guess is a call without a token.
    assert_eq!(outcome(&house.call_from("192.0.2.1", Some("Bearer guess")).await.unwrap_err()), too_many);
    house.call_from("192.0.2.3", None).await.unwrap();
    house.call_from("192.0.2.1", Some(&other)).await.unwrap();
    // Roles have no limit, and what comes from within the process has none.
    for _ in 0..20 {
        house.call_from("192.0.2.1", Some(&role)).await.unwrap();
        house.call_with(one.as_bytes()).await.unwrap();
        ClockServiceClient::new(house.local.clone()).get_clock(GetClockRequest {}).await.unwrap();
    }
}

/// C-1.1: the caller's time limit took the place of ours, and so a slow body stayed for as long as it liked.
#[test]
fn a_callers_time_limit_only_shortens_ours() {
    let now = Instant::now();
    let hour = Duration::from_secs(3600);
    assert_eq!(head_until(now, None), now + LONGEST_CALL);
    assert_eq!(head_until(now, Some(now + hour)), now + LONGEST_CALL);
    assert_eq!(head_until(now, Some(now + Duration::from_secs(1))), now + Duration::from_secs(1));
}

#[tokio::test]
async fn a_panic_inside_a_stream_ends_it_with_a_status_and_the_process_lives() {
    let house = house();
    let (socket, _stop) = over_a_socket(&house.local).await;
    for transport in [house.as_bids(&house.local), house.as_bids(&socket)] {
        let ended = stream(&transport, "/stream/panics", None).await.expect("a status");
        assert_eq!(outcome(&ended), (Code::Internal, "INTERNAL".to_string()));
        assert!(!ended.message().contains("bug"), "{}", ended.message());
        set(&transport, 100, None).await.unwrap();
    }
}

#[tokio::test]
async fn a_time_limit_that_cannot_be_read_is_a_bad_request_and_a_huge_one_is_none() {
    let house = house();
    let token = format!("Bearer {}", mint_role(&house.bids, AUDIENCE, Timestamp::of_this_machine().seconds()));
    let call = async |limit: &str| {
        let request = Request::post(format!("http://here{PUBLIC}"))
            .header(header::CONTENT_TYPE, "application/grpc")
            .header(header::AUTHORIZATION, &token)
            .header("grpc-timeout", limit)
            .body(Body::new(http_body_util::Full::new(Bytes::from_static(b"\0\0\0\0\0"))))
            .unwrap();
        let response = house.local.clone().oneshot(request).await.unwrap();
        Status::from_header_map(response.headers()).map(|status| status.code())
    };
    for limit in ["", "5", "S", "5s", "123456789S", "-1S", "1.5S", "5 S", "5\u{e9}"] {
        assert_eq!(call(limit).await, Some(Code::InvalidArgument), "{limit}");
    }
    for limit in ["99999999H", "99999999S", "5M"] {
        assert_eq!(call(limit).await, None, "{limit}");
    }
}
