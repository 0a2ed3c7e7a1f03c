//! What becomes of a request before any handler sees it: the answers of HTTP and gRPC to what is not a call at all.
//!
//! A tonic service takes any verb and any content type for a call, so this runs before all of them. Only a process that
//! listens needs it: a local peer's client cannot send any of this. gRPC-Web is not offered.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode, Version};
use tonic::{Code, Status};

use crate::fault::{Fault, Reason};

/// The whole of what a process answers, behind the checks of this module.
///
/// `rpcs` are the paths of all RPCs of `router`, such as `/toadlane.bids.v1.BidsService/SubmitBid`, those of health and
/// reflection too: a path that is not among them is answered with `UNIMPLEMENTED` even if it has a route.
pub fn edge(router: Router, rpcs: impl IntoIterator<Item = String>) -> Router {
    let rpcs = Arc::new(Rpcs::new(rpcs));
    router.fallback(unknown).layer(from_fn_with_state(rpcs, admit))
}

struct Rpcs {
    paths: HashSet<String>,
    services: HashSet<String>,
}

impl Rpcs {
    fn new(paths: impl IntoIterator<Item = String>) -> Rpcs {
        let paths: HashSet<String> = paths.into_iter().collect();
        let services = paths.iter().map(|path| service(path).to_string()).collect();
        Rpcs { paths, services }
    }
}

/// All before the last slash: `/package.Service`.
fn service(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(service, _)| service)
}

async fn admit(State(rpcs): State<Arc<Rpcs>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let known = rpcs.paths.contains(path);
    let grpc = content_type(request.headers()).starts_with("application/grpc");
    if !known && !grpc {
        // A service's route takes every path below it, and would answer a browser in gRPC.
        return if rpcs.services.contains(service(path)) { nothing_here() } else { next.run(request).await };
    }
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], "an RPC is called with POST\n").into_response();
    }
    if known && !proto(request.headers()) {
        let says = "an RPC takes the content type application/grpc or application/grpc+proto\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, says).into_response();
    }
    if request.version() < Version::HTTP_2 {
        // Without trailers the caller would never learn the outcome of what was done.
        return (StatusCode::HTTP_VERSION_NOT_SUPPORTED, "gRPC needs HTTP/2\n").into_response();
    }
    if known { next.run(request).await } else { unknown_rpc() }
}

/// What no route takes.
async fn unknown(request: Request) -> Response {
    if content_type(request.headers()).starts_with("application/grpc") { unknown_rpc() } else { nothing_here() }
}

fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response()
}

fn unknown_rpc() -> Response {
    let fault = Fault::new(Code::Unimplemented, Reason::UnknownRpc, "this server does not offer this RPC");
    Status::from(fault).into_http()
}

/// In lower case, as media types are compared; empty when there is none.
fn content_type(headers: &HeaderMap) -> String {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    given.map(str::to_ascii_lowercase).unwrap_or_default()
}

/// Whether the messages are the protobuf that the handlers read, and framed as gRPC frames them.
fn proto(headers: &HeaderMap) -> bool {
    let given = content_type(headers);
    let kind = given.split(';').next().unwrap_or_default().trim_end();
    matches!(kind, "application/grpc" | "application/grpc+proto")
}

#[cfg(test)]
mod tests;
