//! Asking another service: how long we wait for it, and what it means when it does not say what we need.

use std::time::Duration;

use tonic::{Code, Request, Response, Status};

use crate::fault::Fault;

/// How long a caller of ours waits for a neighbour.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why a neighbour's word could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    #[error("a part of the platform cannot be reached; try again with the same request id")]
    OutOfReach(#[source] Status),
    /// It does not do for us what it should: a fault of the platform.
    #[error("a part of the platform refused another one")]
    Refused(#[source] Status),
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// What a neighbour said lacks something that we need: a fault of the platform.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} lacks {lacks}")]
pub struct Unusable {
    what: String,
    lacks: &'static str,
}

/// `what` is what was said, such as `a round`.
pub fn unusable(what: impl Into<String>, lacks: &'static str) -> Unusable {
    Unusable { what: what.into(), lacks }
}

impl Unanswered {
    /// What the caller is told. Causes are logged here, once.
    pub fn fault(&self) -> Fault {
        match self {
            Unanswered::OutOfReach(_) => Fault::try_again(self.to_string()),
            Unanswered::Refused(_) | Unanswered::Unusable(_) => Fault::internal(self),
        }
    }
}

impl From<Status> for Unanswered {
    fn from(status: Status) -> Unanswered {
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded => Unanswered::OutOfReach(status),
            _ => Unanswered::Refused(status),
        }
    }
}

/// A question with our patience as its time limit.
pub fn patient<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(PATIENCE);
    request
}

/// The answer; none where the neighbour holds no such thing.
pub fn answered<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>, Unanswered> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_away_may_be_asked_again() {
        let told = |code| Unanswered::from(Status::new(code, "no")).fault().code;
        assert_eq!(told(Code::Unavailable), Code::Unavailable);
        assert_eq!(told(Code::DeadlineExceeded), Code::Unavailable);
        assert_eq!(told(Code::PermissionDenied), Code::Internal);
        assert_eq!(Unanswered::from(unusable("a round", "a window")).fault().code, Code::Internal);
    }

    #[test]
    fn what_a_neighbour_does_not_hold_is_none_and_what_it_cannot_say_is_no_answer() {
        assert_eq!(answered(Ok(Response::new(7))).unwrap(), Some(7));
        assert_eq!(answered::<u8>(Err(Status::not_found("no such round"))).unwrap(), None);
        assert!(answered::<u8>(Err(Status::unavailable("away"))).is_err());
    }
}
