//! The comparison afterwards: the bidders' books with what the platform answers, and what each consumer took with what
//! was published.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use kit::db::{Conn, Db, DbError};
use kit::ids::RoundId;
use kit::outbox::{inbox, outbox};
use kit::tokens::KeySet;
use server::verify;
use toadlane_client::{Client, pages, retry};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1::Round;

use super::bidders::Entry;
use super::consumer;

/// How long what waited for a broker or a consumer may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every submission in the books is on the platform as it was acknowledged, and the platform has no other.
pub async fn compare(manager: &Client, keys: &KeySet, rounds: &[Round], books: &[Entry]) {
    for round in rounds {
        let mut held: BTreeMap<String, pb::Bid> = BTreeMap::new();
        for bid in received(manager, &round.id).await {
            let id = bid.id.clone();
            assert!(held.insert(id, bid).is_none(), "a bid is listed once");
        }
        let mut numbers = BTreeSet::new();
        for entry in books.iter().filter(|entry| entry.answered.round_id == round.id) {
            let held = held.remove(&entry.asked.bid_id);
            let held = held.unwrap_or_else(|| panic!("{} was acknowledged and is lost", entry.asked.bid_id));
            assert_eq!(held.state(), pb::bid::State::Submitted, "{}", held.id);
            assert_eq!(facts(&held), facts(&entry.answered), "{} is as it was acknowledged", held.id);
            assert!(numbers.insert(held.number), "number {} was given twice", held.number);
            check_receipt(keys, entry);
        }
        assert!(held.is_empty(), "{} bids in no books, such as {:?}", held.len(), held.keys().next());
        let n_bids = i64::try_from(numbers.len()).unwrap();
        let gapless: BTreeSet<i64> = (1..=n_bids).collect();
        assert_eq!(numbers, gapless, "the numbers of {} have no gap", round.id);
        let asked = pb::GetIntakeRequest { round_id: round.id.clone() };
        assert_eq!(manager.bids().get_intake(asked).await.unwrap().into_inner().last_number, n_bids);
    }
}

/// What a bid holds that no later step has changed.
fn facts(bid: &pb::Bid) -> (&str, i64, Option<prost_types::Timestamp>, i32, &str) {
    (&bid.etag, bid.number, bid.received_at, bid.revision, &bid.content_sha256)
}

fn check_receipt(keys: &KeySet, entry: &Entry) {
    let claims = verify::receipt_claims(keys, &entry.receipt.jws).unwrap();
    assert_eq!(claims.bid, entry.answered.id);
    assert_eq!(claims.number, Some(entry.answered.number));
    assert_eq!(claims.content_sha256, entry.answered.content_sha256);
    let received_at: kit::time::Timestamp = entry.answered.received_at.unwrap().try_into().unwrap();
    assert_eq!(claims.received_at, received_at.to_string());
}

async fn received(manager: &Client, round_id: &str) -> Vec<pb::Bid> {
    let listed = pages(|page_token| {
        let mut bids = manager.bids();
        let order = pb::list_bids_request::Order::Number.into();
        let round_id = round_id.to_string();
        let asked = pb::ListBidsRequest { round_id, order, page_size: 500, page_token, ..Default::default() };
        async move {
            let page = bids.list_bids(asked).await?.into_inner();
            Ok((page.bids, page.next_page_token))
        }
    });
    listed.all().await.unwrap()
}

/// Every request, sent once more, is answered as it was, and its receipt is the same.
pub async fn ask_again(clients: &BTreeMap<String, Client>, books: &[Entry]) {
    for entry in books {
        let client = &clients[&entry.answered.applicant_organisation_id];
        let again = client.bids().submit_bid(entry.asked.clone()).await.unwrap().into_inner();
        assert_eq!(again, entry.answered);
        let receipt = retry(|_| {
            let (mut bids, bid_id) = (client.bids(), entry.asked.bid_id.clone());
            async move { bids.get_receipt(pb::GetReceiptRequest { bid_id }).await }
        });
        assert_eq!(receipt.await.unwrap(), entry.receipt);
    }
}

/// What a service has published: the identity of each event. None while the relay still has some to mark.
async fn published(db: &Db) -> Option<Vec<String>> {
    let rows = |conn: &mut Conn| {
        let rows = outbox::table.order(outbox::id.asc()).select((outbox::id, outbox::position));
        Ok::<Vec<(String, Option<i64>)>, DbError>(rows.load(conn)?)
    };
    let rows = db.read(rows).await.unwrap();
    let positions: BTreeSet<i64> = rows.iter().filter_map(|(_, position)| *position).collect();
    let gapless: BTreeSet<i64> = (1..).take(positions.len()).collect();
    assert_eq!(positions, gapless, "the positions of {} have no gap", db.name());
    (positions.len() == rows.len()).then(|| rows.into_iter().map(|(id, _)| id).collect())
}

pub async fn taken(db: &Db) -> Vec<String> {
    let rows = |conn: &mut Conn| {
        Ok::<Vec<String>, DbError>(inbox::table.order(inbox::event_id.asc()).select(inbox::event_id).load(conn)?)
    };
    db.read(rows).await.unwrap()
}

/// Waits until all is published and a consumer has taken as many events, and compares them one by one: the identities.
pub async fn taken_once(publisher: &Db, consumer: &Db) -> Vec<String> {
    let begun = Instant::now();
    let (published, taken) = loop {
        let (published, taken) = (published(publisher).await, taken(consumer).await);
        match published {
            Some(published) if taken.len() >= published.len() || begun.elapsed() > PATIENCE => {
                break (published, taken);
            }
            Some(_) | None => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        assert!(begun.elapsed() < 2 * PATIENCE, "{} has events that are never published", publisher.name());
    };
    let taken_set = BTreeSet::from_iter(&taken);
    let missing: Vec<_> = published.iter().filter(|id| !taken_set.contains(id)).collect();
    let from = format!("from {} to {}", publisher.name(), consumer.name());
    assert!(missing.is_empty(), "{from}: {} of {} events never came: {missing:?}", missing.len(), published.len());
    assert_eq!(taken, published, "{from}: no others came");
    taken
}

/// Each event had its effect on the test consumer, and had it once.
pub async fn counted_once(consumer: &Db, events: &[String]) {
    let counted = consumer.read(consumer::effects).await.unwrap();
    let wrong: Vec<_> = counted.iter().filter(|(_, n_times)| *n_times != 1).collect();
    assert!(wrong.is_empty(), "{} events had another effect than once: {wrong:?}", wrong.len());
    assert!(counted.iter().map(|(id, _)| id).eq(events), "every event had an effect");
}

/// The gate of each round in `bids` is at the round's own version.
pub async fn gates_are_at_their_rounds(bids: &Db, rounds: &[Round]) {
    for round in rounds {
        let id: RoundId = round.id.parse().unwrap();
        let read = bids.read(move |tx| bids::store::intake(tx, id)).await;
        let call = read.unwrap().expect("the round is known to bids").call;
        assert_eq!(call.version.to_string(), round.etag, "the gate of {} is behind its round", round.id);
        assert_eq!(Some(prost_types::Timestamp::from(call.closes_at)), round.closes_at);
    }
}
