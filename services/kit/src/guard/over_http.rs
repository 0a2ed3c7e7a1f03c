//! Routes that are no RPCs, such as the forms of OAuth, behind the same guard: a limit on calls, one on time for body
//! and handler together, an answer after a panic, and one line per request.

#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use tokio::time::{Instant, timeout};
use tonic::Code;

use super::answer::Line;
use super::{Door, Public, panicked};
use crate::fault::{Fault, Reason};
use crate::listener::Peer;

/// Longest that such a request may take, its body with it. A form is short, and so is what is done with it.
const LONGEST: Duration = Duration::from_secs(30);

/// The routes behind their guard. A path that the door does not know counts as one that signs in.
pub fn guarded_http(routes: Router, door: Arc<Door>) -> Router {
    within(routes, door, LONGEST)
}

fn within(routes: Router, door: Arc<Door>, longest: Duration) -> Router {
    routes.layer(from_fn_with_state((door, longest), serve))
}

async fn serve(State((door, longest)): State<(Arc<Door>, Duration)>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let path = request.uri().path();
    let public = door.public.get(path).copied().unwrap_or(Public::SigningIn);
    let mut line = Line::begin(path.to_string(), peer);
    line.caller = "anonymous".to_string();
    if let Err(fault) = door.limits.public(public, peer, Instant::now()) {
        return refuse(line, StatusCode::TOO_MANY_REQUESTS, fault);
    }
    match timeout(longest, AssertUnwindSafe(next.run(request)).catch_unwind()).await {
        Err(_) => refuse(line, StatusCode::REQUEST_TIMEOUT, too_slow()),
        Ok(Err(_)) => refuse(line, StatusCode::INTERNAL_SERVER_ERROR, panicked()),
        Ok(Ok(response)) => {
            line.write(response.status());
            response
        }
    }
}

fn too_slow() -> Fault {
    Fault::new(Code::DeadlineExceeded, Reason::DeadlinePassed, "the request took longer than it may; send it again")
}

/// In the form that callers of these routes read (RFC 6749, 5.2).
fn refuse(mut line: Line, status: StatusCode, fault: Fault) -> Response {
    line.write_refusal(status, &fault);
    let retry_after = fault.retry_after.map(|wait| HeaderValue::from(wait.as_secs()));
    let answer = json!({ "error": "temporarily_unavailable", "error_description": fault.message });
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, answer.to_string()).into_response();
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, retry_after);
    }
    response
}
