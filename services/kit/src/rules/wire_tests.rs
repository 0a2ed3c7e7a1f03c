//! Bad bytes over real sockets: they are refused by the layers in front of the services, as gRPC and at once.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use http::Request;
use http_body_util::Full;
use tonic::body::Body;
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Layer, ServiceExt, service_fn};

use super::RulesLayer;
use crate::edge::edge;
use crate::listener::{Caps, Listen, Listener};

const RPC: &str = "/toadlane.bids.v1.BidsService/CreateBid";
/// `content` of the request, `answers` in it, and `title` (bids_service.proto, bid.proto).
const CONTENT: u32 = 5;
const ANSWERS: u32 = 10;
const TITLE: u32 = 1;

/// What a listener with the contract's rules answers to these bytes as the message of `CreateBid`.
async fn refusal(message: Vec<u8>) -> Status {
    let listen = Listen { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), tls: None, caps: Caps::default() };
    let listener = Listener::bind(listen).await.unwrap();
    let address = listener.address();
    let reached = Arc::new(AtomicBool::new(false));
    let handler = reached.clone();
    let rules = RulesLayer::new(toadlane_proto::pool(), &[RPC], 64 << 20).unwrap();
    let checked = rules.layer(service_fn(move |_: Request<Body>| {
        handler.store(true, Ordering::SeqCst);
        async { Ok::<_, Infallible>(Status::ok("").into_http()) }
    }));
    let service = service_fn(move |request: Request<axum::body::Body>| {
        let answered = checked.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answered.await?.map(axum::body::Body::new)) }
    });
    let router = edge(Router::new().route_service(RPC, service), [RPC.to_string()]);
    let serving = tokio::spawn(listener.serve(router, std::future::pending(), Duration::ZERO));

    let mut framed = vec![0];
    framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend(message);
    let request = Request::post(format!("http://{address}{RPC}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(bytes::Bytes::from(framed))))
        .unwrap();
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let response = channel.oneshot(request).await.unwrap();
    serving.abort();
    assert!(!reached.load(Ordering::SeqCst), "the handler was reached");
    Status::from_header_map(response.headers()).unwrap()
}

fn with_content(content: &[u8]) -> Vec<u8> {
    let mut request = Vec::new();
    prost::encoding::bytes::encode(CONTENT, &content.to_vec(), &mut request);
    request
}

/// Two bytes each, and a hundred in the heap.
fn empty_answers(n_bytes: usize) -> Vec<u8> {
    let mut one = Vec::new();
    prost::encoding::bytes::encode(ANSWERS, &Vec::new(), &mut one);
    with_content(&one.repeat(n_bytes / one.len()))
}

#[tokio::test]
async fn four_mib_of_empty_messages_within_are_refused_unread() {
    let status = refusal(empty_answers(4 << 20)).await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.message(), "the message is larger than 1024 KiB, the limit of this RPC");
}

#[tokio::test]
async fn as_many_empty_messages_as_the_size_allows_are_refused_undecoded() {
    let status = refusal(empty_answers((1 << 20) - 16)).await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.message(), "the message holds more than 20000 values, the limit of every RPC");
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_named_by_its_field() {
    let mut content = Vec::new();
    prost::encoding::bytes::encode(TITLE, &b"Diabeaters \xff".to_vec(), &mut content);
    let status = refusal(with_content(&content)).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "content.title");
    assert_eq!(violations[0].description, "must be text in UTF-8");
}
