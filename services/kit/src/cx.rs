//! The context of one request: who asks, when, and under which request identity. Read once, passed first.

use prost::Message;
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status};

use crate::caller::{Area, Caller};
use crate::fault::{Fault, Reason};
use crate::rules::Asked;
use crate::time::Timestamp;

/// What the guard found out about a request before any handler sees it.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// By the server's clock.
    pub now: Timestamp,
    /// Path of the RPC, such as `/toadlane.bids.v1.BidsService/SubmitBid`.
    pub rpc: String,
}

/// The context of one request. `now` is read once; it never decides whether a bid is late.
#[derive(Clone, Debug)]
pub struct Cx {
    pub caller: Caller,
    pub now: Timestamp,
    pub rpc: String,
    pub request_id: Option<String>,
    pub validate_only: bool,
    /// Over what was asked: the message without its identity and without the place in a list.
    pub digest: [u8; 32],
}

/// What an RPC answers.
pub type Answer<T> = Result<Response<T>, Status>;

/// A step on one resource, as the caller read it.
#[derive(Clone, Copy, Debug)]
pub struct Target<I> {
    pub id: I,
    pub version: i64,
}

/// A step for which a reason is given.
#[derive(Clone, Debug)]
pub struct Reasoned<I> {
    pub target: Target<I>,
    pub reason: String,
}

impl Cx {
    /// The context of a request, for what has no command to parse.
    pub fn of<T>(request: &Request<T>) -> Result<Cx, Status> {
        let extensions = request.extensions();
        // Both are put there by the guard, which wraps every service in both placements.
        let (Some(caller), Some(arrived)) = (extensions.get::<Caller>(), extensions.get::<Arrived>()) else {
            return Err(unguarded());
        };
        let asked = extensions.get::<Asked>().cloned().unwrap_or_default();
        Ok(Cx {
            caller: caller.clone(),
            now: arrived.now,
            rpc: arrived.rpc.clone(),
            request_id: asked.request_id,
            validate_only: asked.validate_only,
            digest: asked.digest,
        })
    }

    /// The context of what a role does by itself: tickers and consumers.
    pub fn of_area(area: Area, now: Timestamp) -> Cx {
        Cx {
            caller: Caller::area(area),
            now,
            rpc: String::new(),
            request_id: None,
            validate_only: false,
            digest: [0; 32],
        }
    }

    /// The identity under which the answer is kept. None for a request that has none, and for one that changes nothing.
    pub fn answered_as(&self) -> Option<&str> {
        self.request_id.as_deref().filter(|_| !self.validate_only)
    }

    /// The same request with the identity that stood in the first message of its stream; `rest` is that message with
    /// the identity cleared.
    pub fn with_request(mut self, request_id: &str, rest: &impl Message) -> Cx {
        self.request_id = Some(request_id.to_string());
        self.digest = Sha256::digest(rest.encode_to_vec()).into();
        self
    }
}

fn unguarded() -> Status {
    Fault::new(tonic::Code::Internal, Reason::Internal, "the request came past the guard").into()
}
