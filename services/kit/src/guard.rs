//! The one layer around every service, in both placements: it clears what a caller could inject, authenticates callers,
//! limits how much each may call, keeps deadlines (over the stream too), turns a panic into `INTERNAL` and writes one
//! line per request. Routes that are no RPCs stand behind the same guard ([`guarded_http`]).
//!
//! Deny by default: an RPC that is not on the public list needs a good token. What a caller may do with a resource is
//! each service's `policy.rs`.

mod answer;
mod limits;
mod over_http;
mod revocations;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Request, Response, header};
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
use crate::ids::OrgId;
use crate::listener::Peer;
use crate::rules::{Checked, RulesLayer};
use crate::time::Timestamp;
use crate::tokens::{KeySet, TokenCache, Verified};
use crate::transport::Transport;
use answer::Line;

pub use limits::{Limits, PerMinute, Public};
pub use over_http::guarded_http;
pub use revocations::Revocations;

/// The longest that the head of an answer is waited for, whatever limit the caller sets: so it bounds the handler of a
/// call and the body of its request, and not a stream that goes on.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// What a guard needs to know; one per process.
pub struct Door {
    pub keys: KeySet,
    pub tokens: TokenCache,
    pub revocations: Revocations,
    /// Paths of the RPCs and forms that an anonymous caller may call.
    pub public: HashMap<String, Public>,
    pub limits: Limits,
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
    let mut line = Line::begin(rpc.clone(), peer);
    let (caller, pass, limit) = match admit(door, &rpc, peer, request.headers()) {
        Ok(admitted) => admitted,
        Err(fault) => return line.refuse(fault),
    };
    line.caller = caller.subject.to_string();
    // The server-side deadline is ours alone to keep: were the header left in place, tonic would answer CANCELLED.
    request.headers_mut().remove("grpc-timeout");
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(Arrived { now: clock.now(), rpc });

    let begun = Instant::now();
    let until = limit.map(|limit| begun + limit);
    let handled = AssertUnwindSafe(service.oneshot(request)).catch_unwind();
    match tokio::time::timeout_at(head_until(begun, until), handled).await {
        Err(_) => line.refuse(deadline_passed()),
        Ok(Err(_)) => line.refuse(panicked()),
        Ok(Ok(Ok(response))) => line.answer(response, until, pass),
    }
}

/// Until when the head of an answer is waited for: a caller's own limit only shortens ours.
fn head_until(begun: Instant, until: Option<Instant>) -> Instant {
    let longest = begun + LONGEST_CALL;
    until.map_or(longest, |until| until.min(longest))
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
        let expired = || sign_in_needed("the token has expired; sign in again, and go on from there");
        let refusal = self.revocations.refusal(&self.subject, self.issued_at, now);
        refusal.or_else(|| (now >= self.ends_at).then(expired))
    }
}

type Admitted = (Caller, Option<Pass>, Option<Duration>);

fn admit(door: &Door, rpc: &str, peer: Option<Peer>, headers: &HeaderMap) -> Result<Admitted, Fault> {
    let limit = match headers.get("grpc-timeout") {
        None => None,
        Some(value) => Some(value.to_str().ok().and_then(parse_timeout).ok_or_else(bad_timeout)?),
    };
    let (now, public) = (Instant::now(), door.public.get(rpc).copied());
    let caller = match (headers.get(header::AUTHORIZATION), public) {
        (Some(value), _) => sign_in(door, value),
        (None, Some(_)) => Ok((Caller::anonymous(), None)),
        (None, None) => Err(sign_in_needed("send an access token as `authorization: Bearer ..`")),
    };
    match (&caller, public) {
        // A token that is not good counts as none, so that guesses have a limit too.
        (Err(_), _) => door.limits.anonymous(peer, now)?,
        (Ok(_), Some(Public::SigningIn)) => door.limits.sign_in(peer, now)?,
        (Ok((_, Some(pass))), _) => door.limits.signed_in(&pass.subject, peer, now)?,
        (Ok((caller, None)), Some(public)) if caller.subject == Subject::Anonymous => {
            door.limits.public(public, peer, now)?;
        }
        // A role of the platform.
        (Ok((_, None)), _) => {}
    }
    let (caller, pass) = caller?;
    Ok((caller, pass, limit))
}

fn bad_timeout() -> Fault {
    let says = "grpc-timeout is at most eight digits and one of H M S m u n";
    Fault::new(Code::InvalidArgument, Reason::InvalidFields, says)
}

fn sign_in_needed(says: impl Into<String>) -> Fault {
    Fault::new(Code::Unauthenticated, Reason::SignInNeeded, says)
}

fn sign_in(door: &Door, value: &HeaderValue) -> Result<(Caller, Option<Pass>), Fault> {
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
            if let Some(refusal) = door.revocations.refusal(&claims.sub, claims.iat, now) {
                return Err(refusal);
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
    // Without it nobody could say whose own an organisation is.
    let of: OrgId = claims.org.as_ref()?.parse().ok()?;
    let (organisation, home) = match subject {
        Subject::Person(_) => (None, Some(of)),
        Subject::Client(_) | Subject::Area(_) | Subject::Anonymous => (Some(of), None),
    };
    let mut grants: Vec<Grant> = Vec::with_capacity(claims.roles.len());
    for grant in &claims.roles {
        grants.push(grant.parse().ok()?);
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for scope in claims.scope.split_ascii_whitespace() {
        scopes.push(scope.parse().ok()?);
    }
    Some(Caller { subject, organisation, home, grants, scopes, sits: claims.sits })
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
