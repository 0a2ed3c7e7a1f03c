//! A channel without a token on its calls, for signing in; and what breaks on the way, as callers see it.
//!
//! Whatever breaks is answered as `UNAVAILABLE`, so that callers and [`crate::retry`] see one code for it.

use std::error::Error;
use std::io;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Channel;
use tower::{Service, ServiceExt};

#[derive(Clone)]
pub(crate) struct Unsigned(Channel);

impl Unsigned {
    pub fn new(channel: Channel) -> Unsigned {
        Unsigned(channel)
    }

    /// Sends a request, with a token if one is given.
    pub async fn send(
        &self,
        mut head: Parts,
        body: Body,
        bearer: Option<&HeaderValue>,
    ) -> Result<Response<Body>, Status> {
        if let Some(bearer) = bearer {
            head.headers.insert(AUTHORIZATION, bearer.clone());
        }
        let answer = self.0.clone().oneshot(Request::from_parts(head, body)).await;
        let answer = answer.map_err(|error| unreachable(&error))?;
        Ok(answer.map(|body| Body::new(body.map_err(|error| unreachable(&error)))))
    }
}

impl Service<Request<Body>> for Unsigned {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    /// Always: a call waits for its channel itself.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let unsigned = self.clone();
        let (head, body) = request.into_parts();
        Box::pin(async move { unsigned.send(head, body, None).await })
    }
}

/// What broke on the way, as a status.
///
/// A limit of the caller's own is `DEADLINE_EXCEEDED`; tonic would say `CANCELLED`. A certificate that is not trusted
/// gets better by no retry, and is `FAILED_PRECONDITION`.
pub(crate) fn unreachable(error: &(dyn Error + 'static)) -> Status {
    let mut says = String::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.is::<tonic::TimeoutExpired>() {
            return Status::deadline_exceeded("the time limit of the call passed; try again with the same request id");
        }
        if cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidData) {
            return Status::failed_precondition(format!("no secure connection can be made: {cause}"));
        }
        // Some causes repeat the text of their own.
        let text = cause.to_string();
        if !says.contains(&text) {
            says.push_str(": ");
            says.push_str(&text);
        }
        next = cause.source();
    }
    Status::unavailable(format!("the connection failed{says}"))
}
