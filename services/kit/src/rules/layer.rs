//! The layer that checks every request against the contract before the generated code decodes it.
//!
//! A request with one message is read whole, checked, and passed on with what the handler needs for a replay
//! ([`Asked`]). A stream of messages is checked message by message as the handler reads it. Compressed messages pass
//! unchecked, so the services must not accept compression (tonic's default): tonic then refuses them. RPCs that the
//! contract does not know (health, reflection) pass untouched. Who calls, and until when, is settled outside, by the
//! guard, which also clears the extensions; gRPC-Web is plain gRPC by the time it comes here.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, Value};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::body::Body;
use tonic::{Code, Status};

use super::wire::{self, Flaw, MAX_VALUES};
use super::{Error, Rules};
use crate::caller::{Caller, Subject};
use crate::fault::{Fault, Reason, Violation};

/// How large the one message of a request may be, in bytes.
const USUAL_LIMIT: usize = 64 * 1024;
/// The same for the RPCs that are named as large, and for each message of a stream.
const LARGE_LIMIT: usize = 1024 * 1024;
/// A byte that says whether the message is compressed, and four of length.
const HEADER: usize = 5;
/// All bodies in flight are counted in KiB, each rounded up.
const UNIT: usize = 1024;

/// What the layer found out about a request; it stands in the request's extensions.
///
/// A stream of messages has no request id at this point: its handler sees to that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The field `request_id`, if the request has it and it is not empty.
    pub request_id: Option<String>,
    /// The field `validate_only`.
    pub validate_only: bool,
    /// SHA-256 of what was asked: the message in canonical order without its request id and without its place in a list
    /// (page size, page token, resume token), unknown fields included.
    pub digest: [u8; 32],
}

/// Makes [`Checked`] services; clones share the rules and the cap on bodies in flight.
#[derive(Clone)]
pub struct RulesLayer(Arc<Gate>);

struct Gate {
    rules: Rules,
    /// By path: `/package.Service/Method`.
    methods: HashMap<String, Arc<Method>>,
    in_flight: Arc<Semaphore>,
    /// The same for the platform's roles, so that what others send cannot hold them up.
    of_roles: Arc<Semaphore>,
}

struct Method {
    input: MessageDescriptor,
    plan: usize,
    is_stream: bool,
    limit: usize,
}

impl RulesLayer {
    /// Reads the contract. `large` are the paths (`/package.Service/Method`) of the RPCs whose message may have 1 MiB
    /// rather than 64 KiB; `in_flight` is how many bytes of requests may be held at once, and again of those of roles.
    ///
    /// # Errors
    /// Those of [`Rules::new`], and a path in `large` that is no RPC.
    pub fn new(pool: &DescriptorPool, large: &[&str], in_flight: usize) -> Result<RulesLayer, Error> {
        let rules = Rules::new(pool)?;
        let mut methods = HashMap::new();
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            if let Some(plan) = rules.by_name.get(method.input().full_name()) {
                let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
                methods.insert(path.clone(), Arc::new(Method::new(&method, *plan, large.contains(&path.as_str()))));
            }
        }
        if let Some(path) = large.iter().find(|path| !methods.contains_key(**path)) {
            return Err(Error::NoSuchRpc((*path).to_string()));
        }
        let room = || Arc::new(Semaphore::new((in_flight / UNIT).min(Semaphore::MAX_PERMITS)));
        Ok(RulesLayer(Arc::new(Gate { rules, methods, in_flight: room(), of_roles: room() })))
    }
}

impl Method {
    fn new(method: &MethodDescriptor, plan: usize, is_large: bool) -> Method {
        let is_stream = method.is_client_streaming();
        let limit = if is_large || is_stream { LARGE_LIMIT } else { USUAL_LIMIT };
        Method { input: method.input(), plan, is_stream, limit }
    }

    fn too_large(&self) -> Fault {
        let message = format!("the message is larger than {} KiB, the limit of this RPC", self.limit / 1024);
        Fault::new(Code::ResourceExhausted, Reason::TooLarge, message).with("limit_bytes", self.limit.to_string())
    }
}

impl Gate {
    /// Decodes and checks one message without its header.
    fn read(&self, method: &Method, message: Bytes) -> Result<DynamicMessage, Fault> {
        match wire::scan(&self.rules.plans, method.plan, &message) {
            Ok(()) => {}
            Err(Flaw::TooManyValues) => {
                let message = format!("the message holds more than {MAX_VALUES} values, the limit of every RPC");
                return Err(Fault::new(Code::ResourceExhausted, Reason::TooLarge, message));
            }
            Err(Flaw::NotUtf8(path)) => {
                let violation = Violation::new(path, "string.utf8", "must be text in UTF-8");
                return Err(Fault::invalid(vec![violation]));
            }
        }
        let message = DynamicMessage::decode(method.input.clone(), message).map_err(|error| {
            let name = method.input.full_name();
            let says = format!("the bytes are not a {name}: {error}");
            Fault::new(Code::InvalidArgument, Reason::InvalidFields, says)
        })?;
        match self.rules.check(&message) {
            violations if violations.is_empty() => Ok(message),
            violations => Err(Fault::invalid(violations)),
        }
    }

    /// Where a request takes the room that its body needs. The guard has put its caller there.
    fn room_for(&self, extensions: &http::Extensions) -> Room {
        let all = match extensions.get::<Caller>().map(|caller| caller.subject) {
            Some(Subject::Area(_)) => &self.of_roles,
            Some(Subject::Person(_) | Subject::Client(_) | Subject::Anonymous) | None => &self.in_flight,
        };
        Room { all: Arc::clone(all), held: None }
    }
}

/// What a request holds of the room for all bodies.
struct Room {
    all: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Takes room for a body of `len` bytes in all, a part of which may be held already.
    fn hold(&mut self, len: usize) -> Result<(), Fault> {
        let n_held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = len.div_ceil(UNIT).saturating_sub(n_held);
        if more == 0 {
            return Ok(());
        }
        let n = u32::try_from(more).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.all).try_acquire_many_owned(n).map_err(|_| Fault {
            retry_after: Some(Duration::from_secs(1)),
            ..Fault::new(Code::ResourceExhausted, Reason::TooLarge, "too many large requests at once; try again")
        })?;
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
        Ok(())
    }

    /// Gives back all but what `len` bytes need.
    fn shrink(&mut self, len: usize) {
        if let Some(held) = &mut self.held {
            drop(held.split(held.num_permits().saturating_sub(len.div_ceil(UNIT))));
        }
    }

    /// Reads the one message of a request, header included.
    async fn collect(&mut self, method: &Method, mut body: Body) -> Result<Bytes, Status> {
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            self.hold(bytes.len() + data.len())?;
            bytes.extend_from_slice(&data);
            if let Some(len) = frame_len(&bytes, method)?
                && bytes.len() > len
            {
                return Err(Fault::new(
                    Code::Unimplemented,
                    Reason::UnknownRpc,
                    "this RPC takes one message, not more",
                )
                .into());
            }
        }
        if bytes.is_empty() {
            return Err(
                Fault::new(Code::Unimplemented, Reason::UnknownRpc, "this RPC takes one message; none came").into()
            );
        }
        if frame_len(&bytes, method)? != Some(bytes.len()) {
            return Err(cut_short().into());
        }
        Ok(bytes.freeze())
    }
}

/// The length of the first message in the bytes with its header, once that has come.
fn frame_len(bytes: &[u8], method: &Method) -> Result<Option<usize>, Fault> {
    let Some(mut len) = bytes.get(1..HEADER) else {
        return Ok(None);
    };
    let len = len.get_u32() as usize;
    if len > method.limit { Err(method.too_large()) } else { Ok(Some(HEADER + len)) }
}

fn cut_short() -> Fault {
    Fault::new(Code::InvalidArgument, Reason::InvalidFields, "the request ends within a message; send it whole")
}

impl Asked {
    fn of(mut message: DynamicMessage) -> Asked {
        let text = |value: Value| value.as_str().map(str::to_string);
        let request_id = message.take_field_by_name("request_id").and_then(text).filter(|id| !id.is_empty());
        let validate_only = message.get_field_by_name("validate_only").and_then(|value| value.as_bool());
        for place in ["page_size", "page_token", "resume_token"] {
            message.take_field_by_name(place);
        }
        let digest = Sha256::digest(message.encode_to_vec()).into();
        Asked { request_id, validate_only: validate_only.unwrap_or(false), digest }
    }
}

impl<S> tower::Layer<S> for RulesLayer {
    type Service = Checked<S>;

    fn layer(&self, inner: S) -> Checked<S> {
        Checked { inner, gate: Arc::clone(&self.0) }
    }
}

/// A service behind the field rules.
#[derive(Clone)]
pub struct Checked<S> {
    inner: S,
    gate: Arc<Gate>,
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<http::Response<Body>, E>> + Send>>;

impl<S> tower::Service<http::Request<Body>> for Checked<S>
where
    S: tower::Service<http::Request<Body>, Response = http::Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Answer<S::Error> {
        let Some(method) = self.gate.methods.get(request.uri().path()).cloned() else {
            return Box::pin(self.inner.call(request));
        };
        let (mut head, body) = request.into_parts();
        let gate = Arc::clone(&self.gate);
        let mut room = gate.room_for(&head.extensions);
        if method.is_stream {
            head.extensions.insert(Asked::default());
            let body = CheckedBody { body, gate, method, bytes: BytesMut::new(), room, ended: false };
            return Box::pin(self.inner.call(http::Request::from_parts(head, Body::new(body))));
        }
        // The service that was polled ready answers; its clone waits for the next request.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let bytes = match room.collect(&method, body).await {
                Ok(bytes) => bytes,
                Err(status) => return Ok(status.into_http()),
            };
            if bytes[0] == 0 {
                match gate.read(&method, bytes.slice(HEADER..)) {
                    Ok(message) => head.extensions.insert(Asked::of(message)),
                    Err(fault) => return Ok(Status::from(fault).into_http()),
                };
            }
            let answer = inner.call(http::Request::from_parts(head, Body::new(Full::new(bytes)))).await;
            // Held until the head of the answer is there.
            drop(room);
            answer
        })
    }
}

/// A stream of messages that passes on each one whole, once it has been checked.
struct CheckedBody {
    body: Body,
    gate: Arc<Gate>,
    method: Arc<Method>,
    /// What has come of the next messages.
    bytes: BytesMut,
    room: Room,
    ended: bool,
}

impl CheckedBody {
    /// The next message with its header, if it has come whole.
    fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        match frame_len(&self.bytes, &self.method)? {
            Some(len) if self.bytes.len() >= len => {
                let message = self.bytes.split_to(len).freeze();
                self.room.shrink(self.bytes.len());
                if message[0] == 0 {
                    self.gate.read(&self.method, message.slice(HEADER..))?;
                }
                Ok(Some(message))
            }
            _ => Ok(None),
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        loop {
            if let Some(message) = self.next()? {
                return Poll::Ready(Some(Ok(message)));
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)?) {
                Some(frame) => {
                    let Ok(data) = frame.into_data() else { continue };
                    let len = self.bytes.len() + data.len();
                    self.room.hold(len)?;
                    self.bytes.extend_from_slice(&data);
                }
                None if self.bytes.is_empty() => return Poll::Ready(None),
                None => return Poll::Ready(Some(Err(cut_short().into()))),
            }
        }
    }
}

impl http_body::Body for CheckedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = ready!(self.poll_next(cx));
        self.ended = !matches!(next, Some(Ok(_)));
        Poll::Ready(next.map(|message| message.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || (self.bytes.is_empty() && self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let waiting = self.bytes.len() as u64;
        let rest = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + waiting);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + waiting);
        }
        hint
    }
}
