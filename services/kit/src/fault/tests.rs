use super::*;

/// What the details become in a trailer, with room left for the other trailers in 8 KiB.
fn fits(status: &Status) -> bool {
    status.details().len().div_ceil(3) * 4 < 7500
}

fn a_violation(says: &str) -> Violation {
    Violation::new("rules.form.questions[100].options", "form.no_choice", says)
}

fn n_named(status: &Status) -> usize {
    status.get_details_bad_request().map_or(0, |found| found.field_violations.len())
}

#[test]
fn a_refusal_names_as_many_violations_as_clients_have_room_for() {
    let short = Status::from(Fault::invalid(vec![a_violation("no"); 500]));
    let says = "500 fields are not valid; each is named in the details (here the first 40 of 500)";
    assert_eq!(short.message(), says);
    assert_eq!(n_named(&short), 40);
    let long = Status::from(Fault::invalid(vec![a_violation(&"no ".repeat(150)); 30]));
    assert!(long.message().ends_with("(here the first 9 of 30)"), "{}", long.message());
    assert_eq!(n_named(&long), 9);
    assert!(fits(&short) && fits(&long));
}

#[test]
fn a_refusal_of_another_kind_has_no_more_room() {
    let fault = Fault::new(Code::FailedPrecondition, Reason::RoundIncomplete, "the round is not ready");
    let status = Status::from(Fault { violations: vec![a_violation("no"); 500], ..fault });
    assert_eq!(n_named(&status), 40);
    assert_eq!(status.message(), "the round is not ready (here the first 40 of 500)");
    assert!(fits(&status));
}

#[test]
fn the_same_refusal_is_the_same_bytes() {
    let told = || {
        let fault = Fault::new(Code::FailedPrecondition, Reason::RoundClosed, "closed");
        Status::from(["e", "a", "d", "b", "c"].into_iter().fold(fault, |fault, key| fault.with(key, key)))
    };
    assert!((0..20).all(|_| told().details() == told().details()));
    let info = told().get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str(), info.metadata.len()), ("ROUND_CLOSED", DOMAIN, 5));
}

#[test]
fn a_newer_resource_comes_along_where_there_is_room() {
    let stale = |n_bytes| {
        let newer = prost_types::Any { type_url: String::new(), value: vec![7; n_bytes] };
        let fault = Fault::new(Code::Aborted, Reason::StaleEtag, "it changed");
        Status::from(Fault { newer: Some(newer), ..fault })
    };
    let resources = |status: &Status| tonic_types::pb::Status::decode(status.details()).unwrap().details.len() - 1;
    assert_eq!(resources(&stale(4900)), 1);
    assert_eq!(resources(&stale(5100)), 0);
    assert!(fits(&stale(4900)) && fits(&stale(5100)));
    assert_eq!(stale(5100).code(), Code::Aborted);
}
