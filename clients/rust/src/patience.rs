//! Calls that are retried automatically, below the generated clients: the same bytes, and so the same request id.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Response, StatusCode};
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::{Code, Status};

use crate::retry::again_as_it_came;

/// How long the calls to a [`crate::Place`] are tried again by themselves, as [`crate::retry`] does it. Clones share
/// the counts.
///
/// It covers every call that is answered with one message and sends what is ready at once, up to 1 MiB. Watches and
/// downloads begin anew where their callers say; a longer upload is tried again by [`crate::upload`]. A call that
/// takes no request id is sent again too: one that signs in may then find its code used.
#[derive(Clone)]
pub struct Patience {
    total: Duration,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    n_calls: AtomicUsize,
    n_in_flight: AtomicUsize,
    n_broken: AtomicUsize,
}

impl Patience {
    /// For up to so long, each call.
    pub fn of(total: Duration) -> Patience {
        Patience { total, counts: Arc::default() }
    }

    /// Calls that were begun, each counted once however often it was sent.
    pub fn n_calls(&self) -> usize {
        self.counts.n_calls.load(Ordering::SeqCst)
    }

    /// Tries that are sent and neither answered nor broken yet.
    pub fn n_in_flight(&self) -> usize {
        self.counts.n_in_flight.load(Ordering::SeqCst)
    }

    /// Tries that got no answer, or one that asks for another try.
    pub fn n_broken(&self) -> usize {
        self.counts.n_broken.load(Ordering::SeqCst)
    }

    pub(crate) async fn until_answered<T, A>(&self, mut send: impl FnMut() -> A) -> Result<T, Status>
    where
        A: Future<Output = Result<T, Status>>,
    {
        self.counts.n_calls.fetch_add(1, Ordering::SeqCst);
        again_as_it_came(self.total, || {
            let (in_flight, answer) = (InFlight::begin(&self.counts), send());
            async move {
                let answer = answer.await;
                if answer.as_ref().is_err_and(|status| crate::Refusal::from(status.clone()).may_be_tried_again()) {
                    in_flight.0.n_broken.fetch_add(1, Ordering::SeqCst);
                }
                answer
            }
        })
        .await
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patience({:?})", self.total)
    }
}

struct InFlight(Arc<Counts>);

impl InFlight {
    fn begin(counts: &Arc<Counts>) -> InFlight {
        counts.n_in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(counts.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.n_in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether an RPC is answered with one message, so that its answer can be waited for as a whole.
pub(crate) fn covers(path: &str) -> bool {
    let Some((service, method)) = path.trim_start_matches('/').split_once('/') else { return false };
    let service = toadlane_proto::pool().get_service_by_name(service);
    service.is_some_and(|service| service.methods().any(|one| one.name() == method && !one.is_server_streaming()))
}

/// The whole answer, or the refusal that it is.
pub(crate) async fn received(answer: Response<Body>) -> Result<Response<Body>, Status> {
    let (head, body) = answer.into_parts();
    if head.status != StatusCode::OK {
        return match head.status.is_server_error() {
            true => Err(Status::unavailable(format!("the address answered {}", head.status))),
            false => Ok(Response::from_parts(head, body)),
        };
    }
    let body = body.collect().await?;
    let told = Status::from_header_map(&head.headers).or_else(|| Status::from_header_map(body.trailers()?));
    match told {
        Some(told) if told.code() == Code::Ok => Ok(Response::from_parts(head, Body::new(body.map_err(never)))),
        Some(refusal) => Err(refusal),
        None => Err(Status::unavailable("the answer was cut short")),
    }
}

/// What is here can no more break.
fn never(never: std::convert::Infallible) -> Status {
    match never {}
}
