//! Asking another service: how long we wait, and what an unusable answer means.

use std::time::Duration;

use tonic::{Code, Request, Response, Status};

use crate::fault::Fault;
use crate::refusal::Refusal;

/// Rows on each page that is asked of a neighbour.
pub const PAGE_SIZE: i32 = 500;

/// How long a caller of ours waits for a neighbour.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Why another service gave no usable answer.
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
    lacks: String,
}

/// `what` is what was said, such as `a round`.
pub fn unusable(what: impl Into<String>, lacks: impl Into<String>) -> Unusable {
    Unusable { what: what.into(), lacks: lacks.into() }
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

/// A question with its time limit.
pub fn with_timeout<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(TIMEOUT);
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

/// The answer of a neighbour about something that must be there.
///
/// # Errors
/// That there is no such thing, or why there is no answer.
pub fn held<T, E: From<Refusal> + From<Unanswered>>(
    answer: Result<Response<T>, Status>,
    what: &'static str,
) -> Result<T, E> {
    answered(answer)?.ok_or_else(|| E::from(Refusal::NotFound { what }))
}

/// Everything that a neighbour lists: `ask` gives what is on the page of a token, the first for an empty one, and the
/// token of the next page, which is empty on the last.
///
/// # Errors
/// That of the first page which cannot be had.
pub async fn pages<T, E, F>(mut ask: impl FnMut(String) -> F) -> Result<Vec<T>, E>
where
    F: Future<Output = Result<(Vec<T>, String), E>>,
{
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let (rows, next) = ask(token).await?;
        all.extend(rows);
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
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

    #[tokio::test]
    async fn a_list_is_read_to_its_last_page_or_not_at_all() {
        let ask = async |token: String| match token.as_str() {
            "" => Ok((vec![1, 2], "two".to_string())),
            "two" => Ok((vec![3], String::new())),
            _ => Err("no such page"),
        };
        assert_eq!(pages(ask).await, Ok(vec![1, 2, 3]));
        let broken = async |token: String| if token.is_empty() { Ok((vec![1], "x".to_string())) } else { Err("away") };
        assert_eq!(pages(broken).await, Err("away"));
    }

    #[test]
    fn what_a_neighbour_does_not_hold_is_none_and_what_it_cannot_say_is_no_answer() {
        assert_eq!(answered(Ok(Response::new(7))).unwrap(), Some(7));
        assert_eq!(answered::<u8>(Err(Status::not_found("no such round"))).unwrap(), None);
        assert!(answered::<u8>(Err(Status::unavailable("away"))).is_err());
    }
}
