//! A server that answers as a test says: for what a real one does only by accident.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use toadlane_proto::registry::v1::AccessToken;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tonic::Status;
use tonic::body::Body;

pub const ISSUER: &str = "https://the-registry.example";

/// One call as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// Name of the RPC.
    pub rpc: String,
    /// Counts from 1 for each RPC.
    pub n: usize,
    pub authorization: String,
    pub messages: Vec<Bytes>,
}

impl Call {
    pub fn message<M: Message + Default>(&self, at: usize) -> M {
        M::decode(self.messages[at].clone()).unwrap()
    }
}

/// What comes back: messages, then an end.
pub struct Answer {
    pub messages: Vec<Bytes>,
    pub end: End,
}

pub enum End {
    Ok,
    Refused(Status),
    /// The stream is reset.
    Reset,
    /// The stream ends, and no status says how.
    Unfinished,
    /// Nothing more ever comes.
    Silence,
}

pub fn one(message: &impl Message) -> Answer {
    Answer { messages: vec![message.encode_to_vec().into()], end: End::Ok }
}

pub fn refused(status: Status) -> Answer {
    Answer { messages: Vec::new(), end: End::Refused(status) }
}

/// Tells what to answer to which call.
type Script = dyn Fn(&Call) -> Answer + Send + Sync;

pub struct Fake {
    pub address: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Fake {
    /// Tokens are `token-1`, `token-2` and so on, for ten minutes each; the rest is up to the script.
    pub async fn start(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Fake {
        Fake::start_with(move |call| match call.rpc.as_str() {
            "ExchangeToken" => one(&token(call.n, 600)),
            _ => script(call),
        })
        .await
    }

    /// The script answers for sign-in too.
    pub async fn start_with(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Fake {
        let (listener, address) = listen().await;
        let stage = Stage { script: Arc::new(script), calls: Arc::default() };
        let calls = stage.calls.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, stage.clone()));
            }
        });
        Fake { address: format!("http://{address}"), calls }
    }

    /// What was called so far.
    pub fn calls(&self, rpc: &str) -> Vec<Call> {
        self.calls.lock().unwrap().iter().filter(|call| call.rpc == rpc).cloned().collect()
    }
}

pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

pub fn token(n: usize, expires_in: i64) -> AccessToken {
    AccessToken { access_token: format!("token-{n}"), expires_in, ..Default::default() }
}

#[derive(Clone)]
pub struct Stage {
    pub script: Arc<Script>,
    pub calls: Arc<Mutex<Vec<Call>>>,
}

pub async fn serve(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, stage: Stage) {
    let service = hyper::service::service_fn(move |request| {
        let stage = stage.clone();
        async move { Ok::<_, std::convert::Infallible>(stage.answer(request).await) }
    });
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    // A connection that a test gives up ends with an error, which is nobody's.
    connection.serve_connection(TokioIo::new(stream), service).await.ok();
}

impl Stage {
    async fn answer(&self, request: Request<hyper::body::Incoming>) -> Response<Body> {
        if request.uri().path() == "/.well-known/oauth-authorization-server" {
            let metadata = serde_json::json!({ "issuer": ISSUER }).to_string();
            return Response::new(Body::new(metadata.map_err(|never| match never {})));
        }
        let rpc = request.uri().path().rsplit('/').next().unwrap().to_string();
        let authorization = request.headers().get(AUTHORIZATION);
        let authorization = authorization.map(|value| value.to_str().unwrap().to_string()).unwrap_or_default();
        let Ok(body) = request.into_body().collect().await else { return Response::default() };
        let messages = unframe(body.to_bytes());
        let call = {
            let mut calls = self.calls.lock().unwrap();
            let mut count: HashMap<&str, usize> = HashMap::new();
            calls.iter().for_each(|call| *count.entry(&call.rpc).or_default() += 1);
            let n = count.get(rpc.as_str()).copied().unwrap_or_default() + 1;
            let call = Call { rpc, n, authorization, messages };
            calls.push(call.clone());
            call
        };
        let answer = (self.script)(&call);
        if answer.messages.is_empty() && matches!(answer.end, End::Silence) {
            return std::future::pending().await;
        }
        respond(answer)
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let frames = answer.messages.iter().map(|message| Ok(Frame::data(frame(message))));
    let mut frames: Vec<Result<Frame<Bytes>, Status>> = frames.collect();
    let silent = matches!(answer.end, End::Silence);
    match answer.end {
        End::Refused(status) if frames.is_empty() => return status.into_http(),
        End::Refused(status) => frames.push(Ok(trailers(&status))),
        End::Ok => frames.push(Ok(trailers(&Status::ok("")))),
        End::Reset => frames.push(Err(Status::internal("reset"))),
        End::Unfinished | End::Silence => {}
    }
    let body = stream::iter(frames);
    let body = if silent {
        Body::new(StreamBody::new(body.chain(stream::pending())))
    } else {
        Body::new(StreamBody::new(body))
    };
    Response::builder().header(CONTENT_TYPE, "application/grpc").body(body).unwrap()
}

fn trailers(status: &Status) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers).unwrap();
    Frame::trailers(trailers)
}

fn frame(message: &Bytes) -> Bytes {
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(message.len().try_into().unwrap());
    framed.extend_from_slice(message);
    framed.freeze()
}

fn unframe(mut bytes: Bytes) -> Vec<Bytes> {
    let mut messages = Vec::new();
    while bytes.len() >= 5 {
        let head = bytes.split_to(5);
        let length = u32::from_be_bytes(head[1..].try_into().unwrap());
        messages.push(bytes.split_to(length as usize));
    }
    messages
}
