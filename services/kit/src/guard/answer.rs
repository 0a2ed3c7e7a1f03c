//! The answer as it leaves the guard: its body keeps the deadline, ends when the caller's sign-in does, turns a panic
//! into a status, and writes the request's line when it ends.

use std::fmt::Debug;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::body::Body;
use tonic::{Code, Status};

use super::{Pass, deadline_passed, panicked};
use crate::fault::{Fault, Reason};
use crate::listener::Peer;
use crate::time::Timestamp;

/// The one line per request. Dropped unwritten it says that the caller left.
pub struct Line {
    pub caller: String,
    rpc: String,
    peer: Option<Peer>,
    begun: Instant,
    written: bool,
}

impl Line {
    pub fn begin(rpc: String, peer: Option<Peer>) -> Line {
        Line { caller: "unknown".to_string(), rpc, peer, begun: Instant::now(), written: false }
    }

    /// Writes it, with a code of gRPC or a status of HTTP, unless that is done.
    pub fn write(&mut self, code: impl Debug) {
        if std::mem::replace(&mut self.written, true) {
            return;
        }
        let (rpc, caller) = (&self.rpc, &self.caller);
        let address = self.peer.map(|peer| tracing::field::display(peer.0.ip()));
        let duration_ms = self.begun.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(rpc, code = ?code, caller, peer.address = address, duration_ms,
            "{rpc} answered {code:?} in {duration_ms:.1} ms");
    }

    /// The same for a refusal. Of calls over a limit a flood may come: that it began was told where they are counted.
    pub fn write_refusal(&mut self, code: impl Debug, fault: &Fault) {
        if fault.reason == Reason::TooManyCalls {
            self.written = true;
            tracing::debug!(rpc = self.rpc, caller = self.caller, "{} is refused: {}", self.rpc, fault.message);
        }
        self.write(code);
    }

    pub fn refuse(mut self, fault: Fault) -> Response<Body> {
        self.write_refusal(fault.code, &fault);
        Status::from(fault).into_http()
    }

    /// Wraps the body of an answer, or writes the line at once where the head says how it ended.
    pub(super) fn answer(
        mut self,
        response: Response<Body>,
        until: Option<Instant>,
        pass: Option<Pass>,
    ) -> Response<Body> {
        if let Some(code) = code_in(response.headers()) {
            self.write(code);
            return response;
        }
        let (head, body) = response.into_parts();
        let until = until.map(|until| Box::pin(sleep_until(until)));
        Response::from_parts(head, Body::new(Answer { body: Some(body), until, pass, begun: false, line: self }))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.write(Code::Cancelled);
    }
}

fn code_in(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()))
}

pub struct Answer {
    /// None once the guard has ended the stream itself.
    body: Option<Body>,
    until: Option<Pin<Box<Sleep>>>,
    pass: Option<Pass>,
    /// Whether a first message, which is all of most answers, has left.
    begun: bool,
    line: Line,
}

impl Answer {
    fn end_with(&mut self, fault: Fault) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.body = None;
        self.line.write(fault.code);
        let mut trailers = HeaderMap::new();
        match Status::from(fault).add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(status) => Poll::Ready(Some(Err(status))),
        }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        // Asked first, and by the clock: a body that always has a frame ready outruns a timer, which only a task that
        // pauses hears. The timer is for the body that has none.
        if self.body.is_some()
            && let Some(until) = self.until.as_mut()
            && (Instant::now() >= until.deadline() || until.as_mut().poll(cx).is_ready())
        {
            return self.end_with(deadline_passed());
        }
        let Some(body) = self.body.as_mut() else {
            return Poll::Ready(None);
        };
        // After a panic the body is dropped, so nothing half done is looked at again.
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(body).poll_frame(cx)));
        match polled {
            Err(_) => self.end_with(panicked()),
            Ok(Poll::Ready(Some(Ok(frame)))) => {
                if frame.is_data()
                    && std::mem::replace(&mut self.begun, true)
                    && let Some(pass) = &self.pass
                    && let Some(fault) = pass.over_at(Timestamp::of_this_machine().seconds())
                {
                    return self.end_with(fault);
                }
                if let Some(code) = frame.trailers_ref().and_then(code_in) {
                    self.line.write(code);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Ok(Poll::Ready(Some(Err(status)))) => {
                self.line.write(status.code());
                Poll::Ready(Some(Err(status)))
            }
            Ok(Poll::Ready(None)) => {
                self.line.write(Code::Ok);
                Poll::Ready(None)
            }
            Ok(Poll::Pending) => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, http_body::Body::size_hint)
    }
}
