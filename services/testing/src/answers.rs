//! What tests of a service send and receive: request ids, instants, refusals, and answers of canned neighbours.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use prost::{Message, Name};
use toadlane_proto::types::v1 as types;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{FieldViolation, StatusExt};
use tower::service_fn;

use kit::fault::any;
use kit::ids::EventId;
use kit::time::at;
use kit::transport::Transport;

/// The identity of a new request.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// An instant as requests and answers bear it.
pub fn wire(instant: &str) -> Option<prost_types::Timestamp> {
    Some(at(instant).into())
}

/// The reason that stands in a refusal; empty where there is none.
pub fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// The fields that a refusal names, in order.
pub fn fields(status: &Status) -> Vec<String> {
    named(status).into_iter().map(|violation| violation.field).collect()
}

/// What a refusal says of each field that it names.
pub fn says(status: &Status) -> Vec<String> {
    named(status).into_iter().map(|violation| violation.description).collect()
}

/// Code and reason of a refusal, as clients branch on them.
///
/// # Panics
/// When it was not refused.
pub fn refusal<T: Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.expect_err("this is refused");
    (status.code(), reason(&status))
}

/// The fields that a refusal names with the rule that each breaks, as `field RULE`.
pub fn violations(status: &Status) -> Vec<String> {
    named(status).into_iter().map(|violation| format!("{} {}", violation.field, violation.reason)).collect()
}

fn named(status: &Status) -> Vec<FieldViolation> {
    status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default()
}

/// The newer version that comes with a stale etag.
///
/// # Panics
/// When there is none.
pub fn newer<M: Name + Default>(status: &Status) -> M {
    let details = tonic_types::pb::Status::decode(status.details()).expect("details can be read").details;
    let any = details.iter().find(|any| any.type_url == M::type_url()).expect("the newer version is there");
    M::decode(any.value.as_slice()).expect("it is what its name says")
}

/// A sum in pounds, as requests and answers bear it.
pub fn pounds(amount: i64) -> Option<types::Money> {
    pence(amount * 100)
}

pub fn pence(minor_units: i64) -> Option<types::Money> {
    Some(types::Money { minor_units, currency: "GBP".to_string() })
}

/// What a neighbour publishes of a thing in this version.
pub fn event<M: Name>(id: &str, version: i64, resource: &M) -> types::Event {
    types::Event {
        id: EventId::new().to_string(),
        subject: id.to_string(),
        version,
        resource: Some(any(resource)),
        ..Default::default()
    }
}

/// Neighbours with canned answers, which are out of reach while `is_down`.
pub fn neighbours<P: Send + Sync + 'static>(
    peers: &Arc<P>,
    is_down: fn(&P) -> &AtomicBool,
    answer: fn(&P, &str, &[u8]) -> Option<Vec<u8>>,
) -> Transport {
    let peers = peers.clone();
    canned(move |rpc, message| match is_down(&peers).load(Ordering::SeqCst) {
        true => Err(Status::unavailable("down")),
        false => Ok(answer(&peers, rpc, message)),
    })
}

/// What was asked of a neighbour.
///
/// # Panics
/// For bytes of another message.
pub fn asked<M: Message + Default>(message: &[u8]) -> M {
    M::decode(message).expect("it is asked as the contract says")
}

/// The answer of a neighbour: the last one kept that is asked for.
///
/// # Panics
/// When a test panicked while it held the list.
pub fn last_kept<T: Message>(kept: &Mutex<Vec<T>>, is_asked: impl Fn(&T) -> bool) -> Option<Vec<u8>> {
    let kept = kept.lock().expect("no test panicked with it");
    kept.iter().rev().find(|one| is_asked(one)).map(Message::encode_to_vec)
}

/// A neighbour with canned answers: to the path of an RPC and its request, the message that it answers with, none for
/// what it does not hold, and a refusal while it is away.
pub fn canned<F>(answer: F) -> Transport
where
    F: Fn(&str, &[u8]) -> Result<Option<Vec<u8>>, Status> + Clone + Send + Sync + 'static,
{
    Transport::new(service_fn(move |request: Request<Body>| {
        let answer = answer.clone();
        async move {
            let rpc = request.uri().path().to_string();
            let message = request.into_body().collect().await?.to_bytes().slice(PREFIX..);
            let found = answer(&rpc, &message)?;
            Ok(found.map_or_else(|| Status::not_found("no such thing").into_http(), |message| framed(&message)))
        }
    }))
}

/// Bytes before a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// A message as the whole answer of a neighbour.
///
/// # Panics
/// For one of 4 GiB.
fn framed(message: &[u8]) -> Response<Body> {
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).expect("a message is small").to_be_bytes());
    frame.extend(message);
    let ok = (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from(frame)).with_trailers(async { Some(Ok(HeaderMap::from_iter([ok]))) });
    let head = Response::builder().header(header::CONTENT_TYPE, "application/grpc");
    head.body(Body::new(body)).expect("the header is well formed")
}
