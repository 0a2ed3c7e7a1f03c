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
