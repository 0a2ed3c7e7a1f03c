//! What every RPC of the contract promises, read off the descriptors.

use prost_reflect::{Kind, MethodDescriptor};

fn rpcs() -> Vec<MethodDescriptor> {
    let ours = toadlane_proto::pool().services().filter(|service| service.package_name().starts_with("toadlane."));
    ours.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// Whether an RPC changes anything: those that read are named for it.
fn changes(rpc: &MethodDescriptor) -> bool {
    let reads = ["Get", "List", "Check", "Compare", "Download", "Watch", "WhoAmI"];
    !reads.iter().any(|verb| rpc.name().starts_with(verb))
}

/// Issuing a token stores nothing, so there is nothing to replay.
const ISSUES_TOKENS: [&str; 3] = ["StartSignIn", "FinishSignIn", "ExchangeToken"];

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
        if !own && !(rpc.is_client_streaming() && in_header) {
            without.push(rpc.full_name().to_string());
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_list_is_paged() {
    let mut unpaged = Vec::new();
    for rpc in rpcs().iter().filter(|rpc| rpc.name().starts_with("List") && rpc.name() != "ListRevocations") {
        let asks = ["page_size", "page_token"].iter().all(|name| rpc.input().get_field_by_name(name).is_some());
        if !asks || rpc.output().get_field_by_name("next_page_token").is_none() {
            unpaged.push(rpc.full_name().to_string());
        }
    }
    assert_eq!(unpaged, Vec::<String>::new());
}
