//! Who has not signed in, or not with us: every RPC that the server offers turns them away, streams too, but for a
//! short public list.

use std::collections::BTreeSet;
use std::time::Duration;

use demo::network::ADMINISTRATOR;
use kit::caller::Area;
use kit::ids::OrgId;
use kit::time::Timestamp;
use kit::tokens::{self, AccessClaims, SigningKey};
use kit::transport::AUDIENCE;
use prost::Message;
use prost_reflect::DescriptorPool;
use testing::stores::Fresh;
use toadlane_proto::registry::v1 as pb;
use tonic::Code;
use tonic_reflection::pb::v1 as reflection;

use super::judge::is_turned_away;
use super::wire::{Answer, Wire};
use crate::platform::Platform;

/// Every RPC that takes callers who have not signed in. It changes with `server::serve::public`, and by hand.
const PUBLIC: [&str; 10] = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/toadlane.registry.v1.SignInService/ConfirmEmail",
    "/toadlane.registry.v1.SignInService/ExchangeToken",
    "/toadlane.registry.v1.SignInService/FinishSignIn",
    "/toadlane.registry.v1.SignInService/GetKeySet",
    "/toadlane.registry.v1.SignInService/RenewSession",
    "/toadlane.registry.v1.SignInService/StartSignIn",
    "/toadlane.types.v1.ClockService/GetClock",
];

/// Only a stream without an end takes this long.
const LIMIT: Duration = Duration::from_secs(1);

/// The descriptors of everything that is served.
fn pools() -> [DescriptorPool; 3] {
    let others = [tonic_health::pb::FILE_DESCRIPTOR_SET, tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET];
    let [health, reflection] = others.map(|set| DescriptorPool::decode(set).unwrap());
    [toadlane_proto::pool().clone(), health, reflection]
}

fn services() -> BTreeSet<String> {
    let pools = pools();
    pools.iter().flat_map(DescriptorPool::services).map(|service| service.full_name().to_string()).collect()
}

fn paths() -> Vec<String> {
    let services: Vec<_> = pools().iter().flat_map(|pool| pool.services().collect::<Vec<_>>()).collect();
    let rpcs = services.iter().flat_map(|service| service.methods().collect::<Vec<_>>());
    rpcs.map(|rpc| super::asking::path(&rpc)).collect()
}

async fn asked(wire: &Wire, path: &str, token: Option<&str>) -> Answer {
    // An empty message is no valid request of most of them: who calls is asked before what they say.
    wire.call_for(LIMIT, usize::MAX, path, token, vec![Vec::new()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_turns_away_who_has_not_signed_in_unless_it_is_on_the_short_list() {
    let platform = Platform::embedded(Fresh::sqlite(), None);
    let wire = Wire::to(&platform.deployment.places.registry.address);
    let (mut closed, mut open) = (0, BTreeSet::new());
    for path in paths() {
        let answer = asked(&wire, &path, None).await;
        assert_ne!(answer.status.code(), Code::Unimplemented, "{path} is not served");
        match is_turned_away(&answer) {
            true => closed += 1,
            false => drop(open.insert(path)),
        }
    }
    println!("{closed} RPCs turn away who has not signed in, {} take everybody", open.len());
    assert_eq!(open, PUBLIC.map(str::to_string).into());
    let listed: BTreeSet<_> = server::serve::public().into_iter().collect();
    assert_eq!(listed, open, "the list in the server is another one");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_offers_what_the_descriptors_say_and_nothing_else() {
    let platform = Platform::embedded(Fresh::sqlite(), None);
    let wire = Wire::to(&platform.deployment.places.registry.address);
    let request = reflection::ServerReflectionRequest {
        message_request: Some(reflection::server_reflection_request::MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let answer = wire.call(path, None, vec![request.encode_to_vec()]).await;
    let answered = reflection::ServerReflectionResponse::decode(answer.messages[0].as_slice()).unwrap();
    use reflection::server_reflection_response::MessageResponse;
    let Some(MessageResponse::ListServicesResponse(listed)) = answered.message_response else {
        panic!("the services were asked for: {answered:?}");
    };
    let offered: BTreeSet<String> = listed.service.into_iter().map(|service| service.name).collect();
    assert_eq!(offered, services());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rpc_takes_a_token_that_is_not_good() {
    let platform = Platform::embedded(Fresh::sqlite(), None);
    let address = platform.deployment.places.registry.address.clone();
    let wire = Wire::to(&address);
    let key =
        |role: Area| SigningKey::read(role.name(), &platform.folder.join("keys").join(format!("{role}.key"))).unwrap();
    let foreign = |role: Area| SigningKey::generate(role.name()).unwrap();
    let now = Timestamp::of_this_machine().seconds();
    let good = an_administrator(&platform, now).await;
    let registry = key(Area::Registry);
    let minted = |key: &SigningKey, claims: AccessClaims| tokens::mint(key, &claims);

    // The same claims, signed by the same key: nothing but what is named is wrong with those below.
    let path = "/toadlane.registry.v1.SignInService/WhoAmI";
    let answer = asked(&wire, path, Some(&minted(&registry, good.clone()))).await;
    assert_eq!(answer.status.code(), Code::Ok, "{:?}", answer.status);

    let expired = AccessClaims { iat: now - 700, nbf: now - 700, exp: now - 100, ..good.clone() };
    let elsewhere = AccessClaims { iss: "https://grants.example.org".to_string(), ..good.clone() };
    let for_others = AccessClaims { aud: "others".to_string(), ..good.clone() };
    let altered = minted(&registry, good.clone()).replacen('.', ".e30", 1);
    let bad = [
        ("garbage", "garbage".to_string()),
        ("nothing", String::new()),
        ("expired", minted(&registry, expired)),
        ("of another issuer", minted(&registry, elsewhere)),
        ("for another audience", minted(&registry, for_others)),
        ("with claims put before the signed ones", altered),
        ("signed by a foreign key", minted(&foreign(Area::Registry), good.clone())),
        ("signed by the key of a role that issues none", minted(&key(Area::Bids), good)),
        ("of a role, expired", tokens::mint_role(&key(Area::Bids), AUDIENCE, now - 400)),
        ("of a role, for another audience", tokens::mint_role(&key(Area::Bids), "others", now)),
        ("of a role, signed by a foreign key", tokens::mint_role(&foreign(Area::Bids), AUDIENCE, now)),
    ];
    for path in paths() {
        for (what, token) in &bad {
            let answer = asked(&wire, &path, Some(token)).await;
            assert!(is_turned_away(&answer), "{path} with a token that is {what}: {:?}", answer.status);
        }
    }
}

/// What a good token of the administrator says.
async fn an_administrator(platform: &Platform, now: i64) -> AccessClaims {
    let client = platform.deployment.sign_in(ADMINISTRATOR).await.unwrap();
    let me = client.sign_in().who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
    let network: OrgId = me.organisation_id.parse().unwrap();
    AccessClaims {
        iss: platform.deployment.places.registry.address.clone(),
        aud: AUDIENCE.to_string(),
        sub: me.subject,
        jti: "once".to_string(),
        iat: now,
        nbf: now,
        exp: now + 600,
        org: Some(network.to_string()),
        roles: vec![format!("network_administrator@{network}")],
        scope: String::new(),
        client_id: None,
        sits: false,
    }
}
