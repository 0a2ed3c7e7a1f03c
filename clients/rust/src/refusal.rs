//! Why the platform refused, typed: the `google.rpc.Status` that comes with every refusal, taken apart.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use prost::Message;
use toadlane_proto::errors::v1::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The domain of every reason of the platform.
const DOMAIN: &str = "toadlane";

/// One thing wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field in the request, such as `content.answers[2].text`.
    pub field: String,
    /// Identity of the rule, such as `string.max_len`.
    pub rule: String,
    /// What is wrong and what to do, for a person.
    pub says: String,
}

/// A refused call. Its text is for people; branch on `reason`, or on `code` where no server answered.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub code: Code,
    /// Unspecified when the refusal did not come from the platform: a broken connection, a proxy.
    pub reason: Reason,
    pub message: String,
    /// Facts that go with the reason, such as `who_may` or `existing`.
    pub metadata: BTreeMap<String, String>,
    /// Every bad field at once.
    pub violations: Vec<Violation>,
    /// How long to wait at least before trying again with the same request id; absent where the platform asks for
    /// nothing.
    pub retry_after: Option<Duration>,
    /// The resource as it now is, beside `STALE_ETAG`: see [`Refusal::newer`]. A long one does not come along.
    pub newer: Option<Box<prost_types::Any>>,
}

impl Refusal {
    /// The resource as it now is, for a caller whose etag was old: the one that the call would have answered with.
    /// None when there is none, or it is no `M`.
    pub fn newer<M: Message + Default>(&self) -> Option<M> {
        M::decode(self.newer.as_ref()?.value.as_slice()).ok()
    }

    /// Whether the same request, with the same request id, may succeed later by itself. An old etag is not of this
    /// kind: the caller merges first.
    pub fn may_be_tried_again(&self) -> bool {
        let asked_for = self.retry_after.is_some() && self.reason != Reason::StaleEtag;
        // A proxy that cuts an answer short leaves no status behind, which tonic calls UNKNOWN. The platform never does.
        let cut_short = self.code == Code::Unknown && self.reason == Reason::Unspecified;
        asked_for || cut_short || matches!(self.code, Code::Unavailable | Code::DeadlineExceeded)
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Refusal {
        let details = status.get_error_details();
        let (reason, metadata) = match details.error_info() {
            Some(info) if info.domain == DOMAIN => {
                let reason = Reason::from_str_name(&format!("REASON_{}", info.reason));
                (reason.unwrap_or(Reason::Unspecified), info.metadata.clone().into_iter().collect())
            }
            Some(_) | None => (Reason::Unspecified, BTreeMap::new()),
        };
        let fields = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
        let violations = fields.into_iter().map(|field| Violation {
            field: field.field,
            rule: field.reason,
            says: field.description,
        });
        Refusal {
            code: status.code(),
            reason,
            message: status.message().to_string(),
            metadata,
            violations: violations.collect(),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
            newer: resource(&status).map(Box::new),
        }
    }
}

/// The one detail that is a message of the platform's own.
fn resource(status: &Status) -> Option<prost_types::Any> {
    let details = tonic_types::pb::Status::decode(status.details()).ok()?;
    details.details.into_iter().find(|detail| detail.type_url.contains("/toadlane."))
}

impl fmt::Display for Refusal {
    /// The message, then each violation that it does not name itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            write!(f, "{}", self.code.description())?;
        } else {
            f.write_str(&self.message)?;
        }
        let mut before = ": ";
        for violation in self.violations.iter().filter(|violation| !self.message.contains(&violation.says)) {
            write!(f, "{before}{}: {}", violation.field, violation.says)?;
            before = "; ";
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use toadlane_proto::bids::v1::Bid;
    use tonic_types::ErrorDetails;

    use super::*;

    fn status(code: Code, says: &str, details: ErrorDetails) -> Status {
        Status::with_error_details(code, says, details)
    }

    fn of(reason: &str) -> ErrorDetails {
        ErrorDetails::with_error_info(reason, DOMAIN, HashMap::from([("who_may".into(), "a certifier".into())]))
    }

    #[test]
    fn a_refusal_carries_reason_metadata_and_the_time_to_wait() {
        let mut details = of("NOT_ALLOWED");
        details.set_retry_info(Some(Duration::from_millis(500)));
        let refusal = Refusal::from(status(Code::PermissionDenied, "a certifier may do this", details));
        assert_eq!((refusal.code, refusal.reason), (Code::PermissionDenied, Reason::NotAllowed));
        assert_eq!(refusal.metadata["who_may"], "a certifier");
        assert_eq!(refusal.retry_after, Some(Duration::from_millis(500)));
    }

    #[test]
    fn every_violation_stands_in_the_text() {
        let mut details = of("BID_INCOMPLETE");
        details.add_bad_request_violation("content.title", "give a title");
        details.add_bad_request_violation("content.answers[risks]", "answer this question");
        let refusal = Refusal::from(status(Code::FailedPrecondition, "the bid is not complete", details));
        let text = "the bid is not complete: content.title: give a title; content.answers[risks]: answer this question";
        assert_eq!(refusal.to_string(), text);
    }

    #[test]
    fn a_single_violation_that_is_the_message_is_said_once() {
        let mut details = of("INVALID_FIELDS");
        details.add_bad_request_violation("title", "give a title");
        let refusal = Refusal::from(status(Code::InvalidArgument, "title: give a title", details));
        assert_eq!(refusal.to_string(), "title: give a title");
        assert_eq!(refusal.violations[0].field, "title");
    }

    #[test]
    fn reasons_of_others_and_reasons_to_come_are_unspecified() {
        let foreign = ErrorDetails::with_error_info("NOT_ALLOWED", "a-proxy.example", HashMap::new());
        assert_eq!(Refusal::from(status(Code::Unknown, "", foreign)).reason, Reason::Unspecified);
        assert_eq!(Refusal::from(status(Code::Unknown, "", of("NOT_INVENTED_YET"))).reason, Reason::Unspecified);
        assert_eq!(Refusal::from(Status::unavailable("")).reason, Reason::Unspecified);
    }

    /// A status with the newer version of a bid, as the platform makes it.
    fn stale() -> Status {
        let mut details = of("STALE_ETAG");
        details.set_retry_info(Some(Duration::ZERO));
        let status = status(Code::Aborted, "the bid changed since you read it", details);
        let mut details = tonic_types::pb::Status::decode(status.details()).unwrap();
        let bid = Bid { etag: "7".to_string(), ..Default::default() };
        let type_url = "type.googleapis.com/toadlane.bids.v1.Bid".to_string();
        details.details.push(prost_types::Any { type_url, value: bid.encode_to_vec() });
        Status::with_details(status.code(), status.message(), details.encode_to_vec().into())
    }

    #[test]
    fn an_old_etag_comes_with_the_newer_version() {
        assert_eq!(Refusal::from(stale()).newer::<Bid>().unwrap().etag, "7");
        assert!(Refusal::from(Status::aborted("")).newer::<Bid>().is_none());
    }

    #[test]
    fn only_what_passes_by_itself_may_be_tried_again() {
        let again = |status: Status| Refusal::from(status).may_be_tried_again();
        let mut busy = of("TOO_LARGE");
        busy.set_retry_info(Some(Duration::from_secs(1)));
        assert!(again(Status::unavailable("")));
        assert!(again(Status::deadline_exceeded("")));
        assert!(again(Status::unknown("grpc-status header missing")));
        assert!(again(status(Code::ResourceExhausted, "", busy)));
        assert!(!again(stale()));
        assert!(!again(status(Code::Internal, "", of("INTERNAL"))));
        assert!(!again(status(Code::FailedPrecondition, "", of("ROUND_CLOSED"))));
        assert!(!again(Status::unauthenticated("")));
    }
}
