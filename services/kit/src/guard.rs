//! The one layer around every service, in both placements: it clears what a caller could inject, authenticates callers,
//! keeps deadlines (over the stream too), turns a panic into `INTERNAL` and writes one line per request.
//!
//! Deny by default: an RPC that is not on the public list needs a good token. What a caller may do with a resource is
//! each service's `policy.rs`.

mod answer;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, header};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt, service_fn};

use crate::caller::{Caller, Grant, Scope, Subject};
use crate::clock::Clock;
use crate::cx::Arrived;
use crate::fault::{Fault, Reason};
use crate::listener::Peer;
use crate::rules::{Checked, RulesLayer};
use crate::time::Timestamp;
use crate::tokens::{KeySet, TokenCache, Verified};
use crate::transport::Transport;
use answer::Line;

/// A call without a limit of its own is given up after this long. It bounds the handler, not a stream that goes on.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// Subjects whose tokens no longer count, and since when (unix seconds, real time).
#[derive(Clone, Default)]
pub struct Revocations(Arc<RwLock<HashMap<String, i64>>>);

impl Revocations {
    /// Refuses every token of the subject that was issued at or before this second.
    pub fn add(&self, subject: &str, revoked_at: i64) {
        let mut revoked = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let latest = revoked.entry(subject.to_string()).or_insert(revoked_at);
        *latest = revoked_at.max(*latest);
    }

    fn covers(&self, subject: &str, issued_at: i64) -> bool {
        let revoked = self.0.read().unwrap_or_else(PoisonError::into_inner);
        revoked.get(subject).is_some_and(|revoked_at| issued_at <= *revoked_at)
    }
}

/// What a guard needs to know; one per process.
pub struct Door {
    pub keys: KeySet,
    pub tokens: TokenCache,
    pub revocations: Revocations,
    /// Paths of the RPCs that an anonymous caller may call.
    pub public: Vec<String>,
    pub rules: RulesLayer,
}

/// The routes of a service behind their guard and its field rules.
pub fn guarded(routes: Routes, door: Arc<Door>, clock: Clock) -> Transport {
    let checked = door.rules.layer(routes);
    BoxCloneSyncService::new(service_fn(move |request: Request<Body>| {
        let (checked, door, clock) = (checked.clone(), door.clone(), clock.clone());
        async move { Ok::<_, Status>(serve(checked, &door, &clock, request).await) }
    }))
}

async fn serve(service: Checked<Routes>, door: &Door, clock: &Clock, mut request: Request<Body>) -> Response<Body> {
    // A local caller could otherwise hand us an identity. The listener's word on the address is kept.
    let peer = request.extensions_mut().remove::<Peer>();
    request.extensions_mut().clear();
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }

    let rpc = request.uri().path().to_string();
    let mut line = Line::begin(rpc.clone());
    let (caller, pass, limit) = match admit(door, &rpc, request.headers()) {
        Ok(admitted) => admitted,
        Err(fault) => return line.refuse(fault),
    };
    line.caller = caller.subject.to_string();
    // The server-side deadline is ours alone to keep: were the header left in place, tonic would answer CANCELLED.
    request.headers_mut().remove("grpc-timeout");
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(Arrived { now: clock.now(), rpc });

    let until = limit.map(|limit| Instant::now() + limit);
    let head_until = until.unwrap_or_else(|| Instant::now() + LONGEST_CALL);
    let handled = AssertUnwindSafe(service.oneshot(request)).catch_unwind();
    match tokio::time::timeout_at(head_until, handled).await {
        Err(_) => line.refuse(deadline_passed()),
        Ok(Err(_)) => line.refuse(panicked()),
        Ok(Ok(Ok(response))) => line.answer(response, until, pass),
    }
}

fn deadline_passed() -> Fault {
    let says = "the time limit of the call passed; it may have taken effect: try again with the same request id";
    Fault::new(Code::DeadlineExceeded, Reason::DeadlinePassed, says)
}

fn panicked() -> Fault {
    tracing::error!("a handler panicked; its words are in the log above");
    Fault::new(Code::Internal, Reason::Internal, "the platform failed; the fault is in its log")
}

/// Under what somebody was let in. A stream may outlast it, and then ends before its next message.
struct Pass {
    revocations: Revocations,
    subject: String,
    issued_at: i64,
    /// When the token ends, and the time that any call may take after it: a download is not cut short.
    ends_at: i64,
}

impl Pass {
    /// Why it counts no more at a unix second of real time.
    fn over_at(&self, now: i64) -> Option<Fault> {
        if self.revocations.covers(&self.subject, self.issued_at) {
            return Some(revoked());
        }
        (now >= self.ends_at).then(|| sign_in_needed("the token has expired; sign in again, and go on from there"))
    }
}

fn revoked() -> Fault {
    sign_in_needed("the sign-in was revoked; ask your administrator")
}

type Admitted = (Caller, Option<Pass>, Option<Duration>);

fn admit(door: &Door, rpc: &str, headers: &HeaderMap) -> Result<Admitted, Fault> {
    let limit = match headers.get("grpc-timeout") {
        None => None,
        Some(value) => Some(value.to_str().ok().and_then(parse_timeout).ok_or_else(bad_timeout)?),
    };
    let (caller, pass) = match headers.get(header::AUTHORIZATION) {
        Some(value) => sign_in(door, value)?,
        None if door.public.iter().any(|public| public == rpc) => (Caller::anonymous(), None),
        None => {
            return Err(sign_in_needed("send an access token as `authorization: Bearer ..`"));
        }
    };
    Ok((caller, pass, limit))
}

fn bad_timeout() -> Fault {
    let says = "grpc-timeout is at most eight digits and one of H M S m u n";
    Fault::new(Code::InvalidArgument, Reason::InvalidFields, says)
}

fn sign_in_needed(says: impl Into<String>) -> Fault {
    Fault::new(Code::Unauthenticated, Reason::SignInNeeded, says)
}

fn sign_in(door: &Door, value: &http::HeaderValue) -> Result<(Caller, Option<Pass>), Fault> {
    let text = value.to_str().map_err(|_| sign_in_needed("the authorization header is not plain text"))?;
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => {
            return Err(sign_in_needed("send an access token as `authorization: Bearer ..`"));
        }
    };
    // Tokens live in real time, whatever the platform's clock says.
    let now = Timestamp::of_this_machine().seconds();
    let refused = |error: crate::tokens::TokenError| sign_in_needed(format!("{error}; sign in again"));
    match door.tokens.verify(&door.keys, token, now).map_err(refused)? {
        Verified::Area(claims) => match claims.role().parse() {
            Ok(role) => Ok((Caller::area(role), None)),
            Err(_) => Err(sign_in_needed("the token names a role that is unknown here")),
        },
        Verified::Access(claims) => {
            if door.revocations.covers(&claims.sub, claims.iat) {
                return Err(revoked());
            }
            let unknown = || sign_in_needed("the token says what is unknown here; sign in again");
            let caller = caller_of(&claims).ok_or_else(unknown)?;
            let pass = Pass {
                revocations: door.revocations.clone(),
                subject: claims.sub.clone(),
                issued_at: claims.iat,
                ends_at: claims.exp.saturating_add(LONGEST_CALL.as_secs() as i64),
            };
            Ok((caller, Some(pass)))
        }
    }
}

fn caller_of(claims: &crate::tokens::AccessClaims) -> Option<Caller> {
    let subject = match claims.sub.split_once('_')?.0 {
        "per" => Subject::Person(claims.sub.parse().ok()?),
        "cli" => Subject::Client(claims.sub.parse().ok()?),
        _ => return None,
    };
    let organisation = match &claims.org {
        Some(organisation) => Some(organisation.parse().ok()?),
        None => None,
    };
    let mut grants: Vec<Grant> = Vec::with_capacity(claims.roles.len());
    for grant in &claims.roles {
        grants.push(grant.parse().ok()?);
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for scope in claims.scope.split_ascii_whitespace() {
        scopes.push(scope.parse().ok()?);
    }
    Some(Caller { subject, organisation, grants, scopes, sits: claims.sits })
}

/// Reads a `grpc-timeout`: at most eight digits and a unit (gRPC over HTTP/2, "Timeout").
fn parse_timeout(text: &str) -> Option<Duration> {
    let unit = text.chars().last().filter(char::is_ascii)?;
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let n: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(n * 3600)),
        'M' => Some(Duration::from_secs(n * 60)),
        'S' => Some(Duration::from_secs(n)),
        'm' => Some(Duration::from_millis(n)),
        'u' => Some(Duration::from_micros(n)),
        'n' => Some(Duration::from_nanos(n)),
        _ => None,
    }
}
