//! The 13 bids of the real 2020 round, submitted by the systems of 8 councils: on SQLite and on PostgreSQL, in one
//! process and with every role in a process of its own.

use kit::tokens::KeySet;
use server::demo::{call, play};
use server::verify;

use crate::town::{Town, each_engine};

async fn plays(town: &Town) {
    let record = server::demo::record::Record::published();
    let round = play::play(&town.stage, &mut |_| {}).await.unwrap();
    let key_set = play::key_set(&town.stage).await.unwrap();
    let keys = KeySet::parse(&key_set).unwrap();

    assert_eq!(round.bids.len(), 13);
    for (played, published) in round.bids.iter().zip(&record.bids) {
        assert_eq!(played.bid.number, i64::from(published.order), "{}", published.title);
        assert_eq!(played.bid.content.as_ref().unwrap().title, published.title);
        let claims = verify::receipt_claims(&keys, &played.receipt.jws).unwrap();
        assert_eq!(claims.number, Some(i64::from(published.order)));
        assert_eq!(claims.content_sha256, played.bid.content_sha256);
        assert_eq!(claims.client_reference, played.client_reference);
        assert!(verify::receipt_claims(&keys, &altered(&played.receipt.jws)).is_err());
    }
    let instants: Vec<_> = round.bids.iter().map(|played| played.bid.received_at).collect();
    assert!(instants.is_sorted_by_key(|at| at.map(|at| (at.seconds, at.nanos))));
}

fn altered(jws: &str) -> String {
    let middle = jws.len() / 2;
    let other = if &jws[middle..=middle] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &jws[..middle], &jws[middle + 1..])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thirteen_bids_are_received_in_one_process() {
    for (engine, fresh) in each_engine() {
        println!("on {engine}");
        plays(&Town::embedded(fresh, Some(call::BEGINS))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thirteen_bids_are_received_with_every_role_in_a_process_of_its_own() {
    for (engine, fresh) in each_engine() {
        println!("on {engine}");
        plays(&Town::apart(fresh, Some(call::BEGINS))).await;
    }
}
