//! What every RPC of the contract promises, read off the descriptors.

use prost_reflect::{Kind, MethodDescriptor, ReflectMessage, Value};

pub fn rpcs() -> Vec<MethodDescriptor> {
    let ours = toadlane_proto::pool().services().filter(|service| service.package_name().starts_with("toadlane."));
    ours.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// Streams that read; they have no HTTP form that would say so.
const READING_STREAMS: [&str; 5] =
    ["DownloadAttachment", "DownloadEvidence", "WatchAwards", "WatchBids", "WatchReports"];

/// Whether an RPC changes anything. It reads only when it is named for reading and is a GET as well; `authorization`
/// then looks whether the stores stay as they are.
pub fn changes(rpc: &MethodDescriptor) -> bool {
    let reads = ["Get", "List", "Check", "Compare", "Download", "Export", "Search", "Watch", "WhoAmI"];
    let is_named_so = reads.iter().any(|verb| rpc.name().starts_with(verb));
    let is_get = match http_verb(rpc) {
        Some(verb) => verb == "get",
        None => READING_STREAMS.contains(&rpc.name()),
    };
    !(is_named_so && is_get)
}

/// The verb of an RPC's HTTP form, as `google.api.http` names it.
fn http_verb(rpc: &MethodDescriptor) -> Option<String> {
    let options = rpc.options();
    let http = options.extensions().find(|(extension, _)| extension.full_name() == "google.api.http")?;
    let Value::Message(rule) = http.1 else { return None };
    let pattern = rule.descriptor().oneofs().find(|oneof| oneof.name() == "pattern")?;
    let verb = pattern.fields().find(|field| rule.has_field(field))?;
    Some(verb.name().to_string())
}

/// Callers of these are nobody yet, and request identities are kept by caller; what they answer with opens the door, and
/// is never stored. A second start sends a second code, though after five unused ones no more than one a minute; a code,
/// a refresh token and an assertion work once.
const ISSUES_TOKENS: [&str; 4] = ["StartSignIn", "FinishSignIn", "RenewSession", "ExchangeToken"];

#[test]
fn every_rpc_that_changes_something_carries_a_request_id() {
    let mut without = Vec::new();
    for rpc in rpcs().iter().filter(|rpc| changes(rpc) && !ISSUES_TOKENS.contains(&rpc.name())) {
        let own = rpc.input().get_field_by_name("request_id").is_some();
        // A stream carries it in its first message.
        let in_header = rpc.input().fields().any(|field| match field.kind() {
            Kind::Message(message) => message.get_field_by_name("request_id").is_some(),
            _ => false,
        });
        if !(own || rpc.is_client_streaming() && in_header) {
            without.push(rpc.full_name().to_string());
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_rpc_of_one_message_each_way_has_an_http_form() {
    let streams = |rpc: &MethodDescriptor| rpc.is_client_streaming() || rpc.is_server_streaming();
    let without = rpcs().into_iter().filter(|rpc| !streams(rpc) && http_verb(rpc).is_none());
    let without: Vec<_> = without.map(|rpc| rpc.full_name().to_string()).collect();
    assert_eq!(without, Vec::<String>::new());
}

/// Answers with several of something that are no list: findings about one resource, as many as its form and its rules
/// allow; what one token says; and what one act made, as much as was asked for.
const WHOLE: [&str; 8] = [
    "AssignReviews",
    "CheckBid",
    "CheckReport",
    "CheckRound",
    "CompareRevisions",
    "PrepareAwards",
    "ReferBid",
    "WhoAmI",
];

/// Answers with several of something: named a list, or a response with a repeated message.
fn is_list(rpc: &MethodDescriptor) -> bool {
    let several = rpc.output().fields().any(|field| field.is_list() && matches!(field.kind(), Kind::Message(_)));
    rpc.name().starts_with("List") || (several && rpc.output().name().ends_with("Response"))
}

#[test]
fn every_list_is_paged() {
    let mut unpaged = Vec::new();
    for rpc in rpcs().iter().filter(|rpc| is_list(rpc) && !WHOLE.contains(&rpc.name())) {
        // Revocations are followed by position, without an end: a page is what comes after the last one seen.
        let (token, next) = match rpc.name() {
            "ListRevocations" => ("after_position", "last_position"),
            _ => ("page_token", "next_page_token"),
        };
        let asks = ["page_size", token].iter().all(|name| rpc.input().get_field_by_name(name).is_some());
        if !asks || rpc.output().get_field_by_name(next).is_none() {
            unpaged.push(rpc.full_name().to_string());
        }
    }
    assert_eq!(unpaged, Vec::<String>::new());
}
