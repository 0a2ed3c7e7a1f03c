//! Calls with nothing in between: any RPC by its path, any token or none, messages as bytes. What the generated clients
//! and their renewals would smooth over shows here.

use std::time::Duration;

use bytes::{Buf, BufMut};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::HeaderMap;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::tokio_stream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

/// How long any call may take. Only a stream without an end is cut off by it.
pub const USUAL_LIMIT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Wire(Channel);

/// Everything that came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: Status,
    /// Of an answer that is no refusal.
    pub headers: HeaderMap,
    pub messages: Vec<Vec<u8>>,
}

impl Answer {
    /// All that a caller could tell two answers apart by: code, message, details, headers, bodies.
    pub fn told(&self) -> (Code, &str, &[u8], HeaderMap, &[Vec<u8>]) {
        let mut headers = self.status.metadata().clone().into_headers();
        headers.extend(self.headers.clone());
        headers.remove("date");
        (self.status.code(), self.status.message(), self.status.details(), headers, &self.messages)
    }

    pub fn holds(&self, text: &str) -> bool {
        self.messages.iter().any(|message| message.windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

impl Wire {
    /// Connects with the first call. Inside a tokio runtime only.
    pub fn to(address: &str) -> Wire {
        Wire(Endpoint::from_shared(address.to_string()).expect("the platform has an address").connect_lazy())
    }

    /// Makes a call and waits for its end.
    pub async fn call(&self, path: &str, token: Option<&str>, messages: Vec<Vec<u8>>) -> Answer {
        self.call_for(USUAL_LIMIT, usize::MAX, path, token, messages).await
    }

    /// The same until so many messages have come; the server ends the stream when the time is over.
    pub async fn call_for(
        &self,
        limit: Duration,
        n_messages: usize,
        path: &str,
        token: Option<&str>,
        messages: Vec<Vec<u8>>,
    ) -> Answer {
        let mut grpc = Grpc::new(self.0.clone());
        grpc.ready().await.expect("the server listens");
        let mut request = Request::new(tokio_stream::iter(messages));
        request.set_timeout(limit);
        if let Some(token) = token {
            let bearer = format!("Bearer {token}").parse().expect("a token is plain text");
            request.metadata_mut().insert("authorization", bearer);
        }
        let path: PathAndQuery = path.parse().expect("the path of an RPC");
        let mut answer = Answer { status: Status::ok(""), headers: HeaderMap::new(), messages: Vec::new() };
        let mut stream = match grpc.streaming(request, path, AsBytes).await {
            Ok(answered) => {
                let (metadata, stream, _) = answered.into_parts();
                answer.headers = metadata.into_headers();
                stream
            }
            Err(status) => return Answer { status, ..answer },
        };
        while answer.messages.len() < n_messages {
            match stream.message().await {
                Ok(Some(message)) => answer.messages.push(message),
                Ok(None) => break,
                Err(status) => return Answer { status, ..answer },
            }
        }
        answer
    }
}

/// A message is the bytes that it is.
struct AsBytes;

impl Codec for AsBytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = AsBytes;
    type Decoder = AsBytes;

    fn encoder(&mut self) -> AsBytes {
        AsBytes
    }

    fn decoder(&mut self) -> AsBytes {
        AsBytes
    }
}

impl Encoder for AsBytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&message);
        Ok(())
    }
}

impl Decoder for AsBytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}
