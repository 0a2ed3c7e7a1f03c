//! Real sockets, real TLS. Nothing sleeps for order; a limit under test is set short and waited for.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Extension;
use axum::body::Body;
use axum::routing::get;
use base64::prelude::{BASE64_STANDARD, Engine};
use http::{Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::*;

const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// A running listener.
struct Running {
    address: SocketAddr,
    draining: CancellationToken,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap();
    }
}

async fn run(listen: Listen, router: Router, drain: Duration) -> Running {
    let listener = Listener::bind(listen).await.unwrap();
    let (address, draining) = (listener.address(), listener.draining());
    let (stop, stopped) = oneshot::channel();
    let stopped = async { stopped.await.unwrap_or_default() };
    let served = tokio::spawn(listener.serve(router, stopped, drain));
    Running { address, draining, stop, served }
}

async fn run_with(caps: Caps) -> Running {
    run(Listen { address: LOCAL, tls: None, caps }, greeting(), LONG).await
}

fn greeting() -> Router {
    let hello = get(|Extension(peer): Extension<Peer>| async move { peer.0.to_string() });
    let panics = get(async || -> &'static str { panic!("a handler that fails") });
    Router::new().route("/", hello).route("/panics", panics)
}

/// A route that says when a request has arrived and answers when it is told to.
fn held(arrived: &Arc<Notify>, release: &Arc<Notify>) -> Router {
    let (arrived, release) = (arrived.clone(), release.clone());
    let hold = get(async move || {
        arrived.notify_one();
        release.notified().await;
        "done"
    });
    Router::new().route("/", hold)
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

enum Caller {
    One(conn::http1::SendRequest<Body>),
    Two(conn::http2::SendRequest<Body>),
}

impl Caller {
    async fn one(stream: impl Stream + 'static) -> Caller {
        let (sender, connection) = conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Caller::One(sender)
    }

    async fn two(stream: impl Stream + 'static) -> Caller {
        let handshake = conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        Caller::Two(sender)
    }

    async fn ask(&mut self, path: &str) -> hyper::Result<Response<Incoming>> {
        let get = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        match self {
            Caller::One(sender) => sender.send_request(get).await,
            Caller::Two(sender) => {
                let uri = format!("http://localhost{path}");
                sender.send_request(Request::get(uri).body(Body::empty()).unwrap()).await
            }
        }
    }
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn connect(to: &Running) -> TcpStream {
    TcpStream::connect(to.address).await.unwrap()
}

/// Resolves when the other end has closed the connection, in whatever way.
async fn closed(mut stream: impl Stream) {
    let ended = async { while !matches!(stream.read(&mut [0; 1024]).await, Ok(0) | Err(_)) {} };
    timeout(LONG, ended).await.expect("the connection stayed open");
}

/// A certificate for `localhost` with its key, and the key of another, as files that go with this value.
struct Files {
    tls: Tls,
    other_key: PathBuf,
    certificate: CertificateDer<'static>,
}

impl Files {
    fn new() -> Files {
        static FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let n = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("kit-listener-{}-{n}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [own, other] = [(); 2].map(|()| rcgen::generate_simple_self_signed(["localhost".to_string()]).unwrap());
        let write = |name: &str, label: &str, der: &[u8]| {
            let path = folder.join(name);
            let body = BASE64_STANDARD.encode(der);
            fs::write(&path, format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")).unwrap();
            path
        };
        Files {
            tls: Tls {
                certificates: write("certificate.pem", "CERTIFICATE", own.cert.der()),
                key: write("key.pem", "PRIVATE KEY", own.signing_key.serialized_der()),
            },
            other_key: write("other.pem", "PRIVATE KEY", other.signing_key.serialized_der()),
            certificate: own.cert.der().clone(),
        }
    }

    fn listen(&self) -> Listen {
        Listen { address: LOCAL, tls: Some(self.tls.clone()), caps: Caps::default() }
    }

    async fn refused(&self, certificates: &Path, key: &Path) -> String {
        let tls = Tls { certificates: certificates.to_path_buf(), key: key.to_path_buf() };
        let refused = Listener::bind(Listen { tls: Some(tls), ..self.listen() }).await;
        refused.err().expect("the files were accepted").to_string()
    }

    async fn greet(&self, to: &Running, alpn: &[u8]) -> tokio_rustls::client::TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, connect(to).await).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(alpn));
        stream
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let folder = self.tls.key.parent().expect("the files lie in a folder of their own");
        let _ = fs::remove_dir_all(folder);
    }
}

// Both versions, both ways.

#[tokio::test]
async fn both_versions_are_answered_in_clear() {
    let running = run_with(Caps::default()).await;
    let mut one = Caller::one(connect(&running).await).await;
    let mut two = Caller::two(connect(&running).await).await;
    assert_eq!(one.ask("/").await.unwrap().version(), Version::HTTP_11);
    assert_eq!(two.ask("/").await.unwrap().version(), Version::HTTP_2);
    running.stop().await;
}

#[tokio::test]
async fn both_versions_are_answered_over_tls_as_the_caller_chooses() {
    let files = Files::new();
    let running = run(files.listen(), greeting(), LONG).await;
    let mut one = Caller::one(files.greet(&running, b"http/1.1").await).await;
    let mut two = Caller::two(files.greet(&running, b"h2").await).await;
    assert_eq!(one.ask("/").await.unwrap().version(), Version::HTTP_11);
    assert_eq!(two.ask("/").await.unwrap().version(), Version::HTTP_2);
    running.stop().await;
}

#[tokio::test]
async fn a_handler_learns_who_calls() {
    let running = run_with(Caps::default()).await;
    let stream = connect(&running).await;
    let own = stream.local_addr().unwrap();
    let mut caller = Caller::two(stream).await;
    assert_eq!(text(caller.ask("/").await.unwrap()).await, own.to_string());
}

#[tokio::test]
async fn a_generated_client_calls_through_edge_and_tls() {
    let files = Files::new();
    let (_health, service) = tonic_health::server::health_reporter();
    let router = tonic::service::Routes::new(service).into_axum_router();
    let rpcs = ["/grpc.health.v1.Health/Check".to_string()];
    let running = run(files.listen(), crate::edge::edge(router, rpcs), LONG).await;
    let pem = fs::read_to_string(&files.tls.certificates).unwrap();
    let tls = tonic::transport::ClientTlsConfig::new()
        .ca_certificate(tonic::transport::Certificate::from_pem(pem))
        .domain_name("localhost");
    let endpoint = tonic::transport::Endpoint::from_shared(format!("https://{}", running.address)).unwrap();
    let channel = endpoint.tls_config(tls).unwrap().connect().await.unwrap();
    let answer = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
    let refused = HealthClient::new(channel).watch(HealthCheckRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unimplemented);
}

// Callers who say nothing, or not enough.

#[tokio::test]
async fn a_call_works_beside_250_silent_connections() {
    let running = run_with(Caps { handshake: LONG, ..Caps::default() }).await;
    let mut silent = Vec::new();
    for _ in 0..250 {
        silent.push(connect(&running).await);
    }
    let mut caller = Caller::two(connect(&running).await).await;
    assert_eq!(caller.ask("/").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_call_over_tls_works_beside_100_silent_connections() {
    let files = Files::new();
    let caps = Caps { handshake: LONG, ..Caps::default() };
    let running = run(Listen { caps, ..files.listen() }, greeting(), LONG).await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(connect(&running).await);
    }
    let mut caller = Caller::two(files.greet(&running, b"h2").await).await;
    assert_eq!(caller.ask("/").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_full_listener_answers_again_when_the_silent_are_closed() {
    let running = run_with(Caps { connections: 5, handshake: SHORT, ..Caps::default() }).await;
    let mut silent = Vec::new();
    for _ in 0..10 {
        silent.push(connect(&running).await);
    }
    let mut caller = Caller::one(connect(&running).await).await;
    let asked = timeout(LONG, caller.ask("/")).await.expect("the listener stayed full");
    assert_eq!(asked.unwrap().status(), StatusCode::OK);
}

/// What is sent before the caller falls silent.
async fn falls_silent_after(sent: &[u8]) {
    let running = run_with(Caps { handshake: SHORT, ping: SHORT, ..Caps::default() }).await;
    let mut stream = connect(&running).await;
    stream.write_all(sent).await.unwrap();
    closed(stream).await;
}

#[tokio::test]
async fn a_caller_who_says_nothing_is_closed() {
    falls_silent_after(b"").await;
}

#[tokio::test]
async fn a_caller_who_stops_within_the_preface_is_closed() {
    falls_silent_after(b"PRI * HTTP/2.0").await;
}

#[tokio::test]
async fn a_caller_who_stops_within_a_short_request_head_is_closed() {
    falls_silent_after(b"GET / HT").await;
}

#[tokio::test]
async fn a_caller_who_stops_within_a_long_request_head_is_closed() {
    falls_silent_after(b"GET / HTTP/1.1\r\nhost: localhost\r\n").await;
}

#[tokio::test]
async fn a_caller_who_stops_after_the_preface_is_closed() {
    falls_silent_after(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
}

#[tokio::test]
async fn a_caller_who_answers_no_ping_is_closed() {
    falls_silent_after(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
}

#[tokio::test]
async fn a_tls_caller_who_says_nothing_is_closed() {
    let files = Files::new();
    let caps = Caps { handshake: SHORT, ..Caps::default() };
    let running = run(Listen { caps, ..files.listen() }, greeting(), LONG).await;
    closed(connect(&running).await).await;
}

#[tokio::test]
async fn a_tls_caller_who_stops_after_the_handshake_is_closed() {
    let files = Files::new();
    let caps = Caps { handshake: Duration::from_secs(1), ..Caps::default() };
    let running = run(Listen { caps, ..files.listen() }, greeting(), LONG).await;
    closed(files.greet(&running, b"h2").await).await;
}

#[tokio::test]
async fn an_http2_caller_may_pause_longer_than_the_handshake_limit() {
    let running = run_with(Caps { handshake: SHORT, ..Caps::default() }).await;
    let mut caller = Caller::two(connect(&running).await).await;
    assert_eq!(caller.ask("/").await.unwrap().status(), StatusCode::OK);
    sleep(SHORT * 3).await;
    assert_eq!(caller.ask("/").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_connection_without_requests_is_told_to_go() {
    let running = run_with(Caps { idle: SHORT, ..Caps::default() }).await;
    let stream = TokioIo::new(connect(&running).await);
    let (_sender, connection) = conn::http2::handshake::<_, _, Body>(TokioExecutor::new(), stream).await.unwrap();
    timeout(LONG, connection).await.expect("the connection stayed open").unwrap();
}

#[tokio::test]
async fn a_request_may_run_longer_than_the_idle_limit() {
    let caps = Caps { idle: SHORT, ..Caps::default() };
    let slow = Router::new().route("/", get(|| sleep(SHORT * 5)));
    let running = run(Listen { address: LOCAL, tls: None, caps }, slow, LONG).await;
    let (mut one, mut two) = (Caller::one(connect(&running).await).await, Caller::two(connect(&running).await).await);
    let (one, two) = tokio::join!(one.ask("/"), two.ask("/"));
    assert_eq!(one.unwrap().status(), StatusCode::OK);
    assert_eq!(two.unwrap().status(), StatusCode::OK);
}

// What callers may hold.

#[tokio::test]
async fn an_address_at_its_limit_is_refused_and_another_is_not() {
    let running = run_with(Caps { per_address: 2, ..Caps::default() }).await;
    let mut first = Caller::two(connect(&running).await).await;
    let mut second = Caller::two(connect(&running).await).await;
    assert_eq!(first.ask("/").await.unwrap().status(), StatusCode::OK);
    assert_eq!(second.ask("/").await.unwrap().status(), StatusCode::OK);
    closed(connect(&running).await).await;
    let neighbour = TcpSocket::new_v4().unwrap();
    neighbour.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut third = Caller::two(neighbour.connect(running.address).await.unwrap()).await;
    assert_eq!(third.ask("/").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_place_is_free_again_when_its_connection_has_ended() {
    let mut crowd = Crowd::new(1);
    let peer = Peer(LOCAL);
    crowd.admit(peer, async {});
    crowd.admit(peer, std::future::pending());
    assert_eq!(crowd.len(), 1);
    crowd.leave().await;
    crowd.admit(peer, async { panic!("a connection that fails") });
    crowd.leave().await;
    crowd.admit(peer, std::future::pending());
    assert_eq!(crowd.len(), 1);
}

#[test]
fn an_ipv6_caller_is_counted_by_the_network_and_a_mapped_one_as_ipv4() {
    let from = |ip: &str| household(Peer::new(SocketAddr::new(ip.parse().unwrap(), 5)));
    assert_eq!(from("2001:db8:1:2:3::4"), from("2001:db8:1:2:ffff::1"));
    assert_ne!(from("2001:db8:1:2::1"), from("2001:db8:1:3::1"));
    assert_eq!(from("::ffff:192.0.2.7"), from("192.0.2.7"));
    assert_ne!(from("192.0.2.7"), from("192.0.2.8"));
}

#[tokio::test]
async fn headers_beyond_the_limit_are_431() {
    let running = run_with(Caps { header_bytes: 9000, ..Caps::default() }).await;
    let (mut one, mut two) = (Caller::one(connect(&running).await).await, Caller::two(connect(&running).await).await);
    let path = |n_bytes: usize| format!("/{}", "a".repeat(n_bytes));
    assert_eq!(two.ask(&path(8_000)).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(two.ask(&path(10_000)).await.unwrap().status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(one.ask(&path(8_000)).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(one.ask(&path(40_000)).await.unwrap().status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test]
async fn a_panic_ends_no_other_connection() {
    let running = run_with(Caps::default()).await;
    let mut bystander = Caller::one(connect(&running).await).await;
    assert_eq!(bystander.ask("/").await.unwrap().status(), StatusCode::OK);
    let mut two = Caller::two(connect(&running).await).await;
    for mut caller in [Caller::one(connect(&running).await).await, Caller::two(connect(&running).await).await] {
        caller.ask("/panics").await.unwrap_err();
    }
    two.ask("/panics").await.unwrap_err();
    assert_eq!(two.ask("/").await.unwrap().status(), StatusCode::OK);
    assert_eq!(bystander.ask("/").await.unwrap().status(), StatusCode::OK);
    running.stop().await;
}

// Leaving.

#[tokio::test]
async fn a_drain_finishes_running_requests_and_takes_no_new_connection() {
    let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let listen = Listen { address: LOCAL, tls: None, caps: Caps::default() };
    let running = run(listen, held(&arrived, &release), LONG).await;
    let mut asked = Vec::new();
    for mut caller in [Caller::one(connect(&running).await).await, Caller::two(connect(&running).await).await] {
        asked.push(tokio::spawn(async move { caller.ask("/").await }));
        arrived.notified().await;
    }
    running.stop.send(()).unwrap();
    running.draining.cancelled().await;
    TcpStream::connect(running.address).await.unwrap_err();
    release.notify_waiters();
    for (asked, closes) in asked.into_iter().zip([true, false]) {
        let response = asked.await.unwrap().unwrap();
        assert_eq!(response.headers().contains_key("connection"), closes);
        assert_eq!(text(response).await, "done");
    }
    running.served.await.unwrap();
}

#[tokio::test]
async fn a_drain_waits_for_no_silent_or_idle_connection() {
    let files = Files::new();
    let caps = Caps { handshake: LONG, ..Caps::default() };
    let plain = run_with(caps.clone()).await;
    let secure = run(Listen { caps, ..files.listen() }, greeting(), LONG).await;
    let _silent = (connect(&plain).await, connect(&secure).await);
    let mut idle = [
        Caller::one(connect(&plain).await).await,
        Caller::two(connect(&plain).await).await,
        Caller::one(files.greet(&secure, b"http/1.1").await).await,
        Caller::two(files.greet(&secure, b"h2").await).await,
    ];
    for caller in &mut idle {
        text(caller.ask("/").await.unwrap()).await;
    }
    let stopped = async { tokio::join!(plain.stop(), secure.stop()) };
    timeout(LONG / 2, stopped).await.expect("the drain waited");
}

#[tokio::test]
async fn a_request_that_outlasts_the_drain_is_cut() {
    let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let listen = Listen { address: LOCAL, tls: None, caps: Caps::default() };
    let running = run(listen, held(&arrived, &release), SHORT).await;
    let mut caller = Caller::two(connect(&running).await).await;
    let asked = tokio::spawn(async move { caller.ask("/").await.map(drop) });
    arrived.notified().await;
    running.stop().await;
    asked.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_stream_without_an_end_is_told_to_end() {
    let listener = Listener::bind(Listen { address: LOCAL, tls: None, caps: Caps::default() }).await.unwrap();
    let (address, draining) = (listener.address(), listener.draining());
    assert!(!draining.is_cancelled());
    let arrived = Arc::new(Notify::new());
    let watch = get({
        let (arrived, draining) = (arrived.clone(), draining.clone());
        async move || {
            arrived.notify_one();
            draining.cancelled().await;
            "come again"
        }
    });
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let served = tokio::spawn(async move {
        listener.serve(Router::new().route("/", watch), stopped.notified(), LONG).await;
    });
    let mut caller = Caller::two(TcpStream::connect(address).await.unwrap()).await;
    let asked = tokio::spawn(async move { text(caller.ask("/").await.unwrap()).await });
    arrived.notified().await;
    stop.notify_one();
    assert_eq!(asked.await.unwrap(), "come again");
    served.await.unwrap();
    assert!(draining.is_cancelled());
}

// What stands in the way of listening.

#[tokio::test]
async fn a_taken_port_is_one_sentence() {
    let running = run_with(Caps::default()).await;
    let listen = Listen { address: running.address, tls: None, caps: Caps::default() };
    let refused = Listener::bind(listen).await.err().unwrap().to_string();
    let port = running.address.port();
    let says = "stop the other program or choose another with --listen";
    assert_eq!(refused, format!("the port {port} of 127.0.0.1 is taken; {says}"));
}

#[tokio::test]
async fn an_address_of_another_machine_is_one_sentence() {
    let address = "192.0.2.1:0".parse().unwrap();
    let refused = Listener::bind(Listen { address, tls: None, caps: Caps::default() }).await.err().unwrap();
    assert_eq!(refused.to_string(), "this machine has no address 192.0.2.1; choose another with --listen");
}

#[tokio::test]
async fn a_key_of_another_certificate_is_one_sentence() {
    let files = Files::new();
    let (certificates, key) = (files.tls.certificates.display(), files.other_key.display());
    assert_eq!(
        files.refused(&files.tls.certificates, &files.other_key).await,
        format!("the key in {key} is not that of the first certificate in {certificates}")
    );
}

#[tokio::test]
async fn a_missing_file_is_one_sentence() {
    let files = Files::new();
    let nowhere = Path::new("/nowhere/key.pem");
    assert_eq!(files.refused(&files.tls.certificates, nowhere).await, "the file /nowhere/key.pem cannot be read");
    assert_eq!(files.refused(nowhere, &files.tls.key).await, "the file /nowhere/key.pem cannot be read");
}

#[tokio::test]
async fn a_file_of_the_wrong_kind_is_one_sentence() {
    let files = Files::new();
    let (certificates, key) = (&files.tls.certificates, &files.tls.key);
    assert_eq!(files.refused(key, key).await, format!("the file {} holds no certificate in PEM", key.display()));
    assert_eq!(
        files.refused(certificates, certificates).await,
        format!(
            "the file {} holds no private key in PEM (a key with a password cannot be used)",
            certificates.display()
        )
    );
}
