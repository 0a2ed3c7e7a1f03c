//! The transport under the generated clients: a channel, with the caller's token on each call.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::header::HeaderValue;
use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tower::Service;

use crate::patience::{self, Patience};
use crate::place::ConnectError;
use crate::session::{Session, bearer};
use crate::unsigned::Unsigned;

/// A request of up to this many bytes is kept until it is answered, to be sent again with a new token. The platform
/// takes no larger single message; a longer stream is sent once.
const KEPT_MOST_BYTES: usize = 1024 * 1024;

/// A channel to the platform that signs its calls: the `T` of every generated client.
#[derive(Clone)]
pub struct Signed {
    unsigned: Unsigned,
    signer: Signer,
    patience: Option<Patience>,
}

#[derive(Clone)]
pub(crate) enum Signer {
    Nobody,
    Given(HeaderValue),
    Client(Arc<Session>),
}

impl Signer {
    pub fn given(token: &str) -> Result<Signer, ConnectError> {
        bearer(token).map(Signer::Given).ok_or(ConnectError::Token)
    }

    pub fn client(session: Session) -> Signer {
        Signer::Client(Arc::new(session))
    }
}

impl Signed {
    pub(crate) fn new(channel: Channel, signer: Signer, patience: Option<Patience>) -> Signed {
        Signed { unsigned: Unsigned::new(channel), signer, patience }
    }

    /// Sends a request that is here as a whole until it is answered as a whole; a longer one is sent once.
    async fn send_patiently(self, request: Request<Body>, patience: Patience) -> Result<Response<Body>, Status> {
        let (head, body) = request.into_parts();
        let kept = match Outgoing::take(body)? {
            Outgoing::Streamed(body) => return self.send(Request::from_parts(head, body)).await,
            Outgoing::Whole(bytes) => bytes,
        };
        let send = || {
            let request = Request::from_parts(head.clone(), whole(kept.clone()));
            let answer = self.clone().send(request);
            async move { patience::received(answer.await?).await }
        };
        patience.until_answered(send).await
    }

    async fn send(self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let (head, body) = request.into_parts();
        let session = match &self.signer {
            Signer::Nobody => return self.unsigned.send(head, body, None).await,
            Signer::Given(bearer) => return self.unsigned.send(head, body, Some(bearer)).await,
            Signer::Client(session) => session,
        };
        let bearer = session.bearer().await?;
        let kept = match Outgoing::take(body)? {
            Outgoing::Streamed(body) => {
                let response = self.unsigned.send(head, body, Some(&bearer)).await?;
                if is_unauthenticated(response.headers()) {
                    session.forget(&bearer);
                }
                return Ok(response);
            }
            Outgoing::Whole(bytes) => bytes,
        };
        let response = self.unsigned.send(head.clone(), whole(kept.clone()), Some(&bearer)).await?;
        if !is_unauthenticated(response.headers()) {
            return Ok(response);
        }
        session.forget(&bearer);
        let bearer = session.bearer().await?;
        self.unsigned.send(head, whole(kept), Some(&bearer)).await
    }
}

impl Service<Request<Body>> for Signed {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    /// Always: a call waits for its channel itself.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self.patience.clone().filter(|_| patience::covers(request.uri().path())) {
            Some(patience) => Box::pin(self.clone().send_patiently(request, patience)),
            None => Box::pin(self.clone().send(request)),
        }
    }
}

/// A refusal before anything was done stands in the head of the answer.
fn is_unauthenticated(headers: &HeaderMap) -> bool {
    headers.get("grpc-status").is_some_and(|code| Code::from_bytes(code.as_bytes()) == Code::Unauthenticated)
}

fn whole(bytes: Bytes) -> Body {
    Body::new(http_body_util::Full::new(bytes).map_err(|never| match never {}))
}

/// What a request carries: all of it, or the beginning of a stream.
enum Outgoing {
    Whole(Bytes),
    Streamed(Body),
}

impl Outgoing {
    /// Takes what is ready at once, which is everything for a single message, and waits for nothing.
    fn take(mut body: Body) -> Result<Outgoing, Status> {
        let mut begun = BytesMut::new();
        let mut nobody = Context::from_waker(Waker::noop());
        while begun.len() <= KEPT_MOST_BYTES {
            match Pin::new(&mut body).poll_frame(&mut nobody) {
                Poll::Ready(None) => return Ok(Outgoing::Whole(begun.freeze())),
                // A caller sends no trailers in gRPC.
                Poll::Ready(Some(frame)) => begun.extend_from_slice(&frame?.into_data().unwrap_or_default()),
                Poll::Pending => break,
            }
        }
        let begun = Some(begun.freeze()).filter(|bytes| !bytes.is_empty());
        Ok(Outgoing::Streamed(Body::new(Resumed { begun, rest: body })))
    }
}

/// A stream whose beginning was taken already.
struct Resumed {
    begun: Option<Bytes>,
    rest: Body,
}

impl http_body::Body for Resumed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.begun.take() {
            Some(begun) => Poll::Ready(Some(Ok(Frame::data(begun)))),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.begun.is_none() && self.rest.is_end_stream()
    }
}
