//! The closing minute in real time: many hand in at once while the round closes.

use kit::time::Timestamp;
use pb::bid::State;
use testing::stores::each_storage;
use toadlane_proto::bids::v1 as pb;

use super::harness::*;

const CALLERS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_a_round_closes_no_number_is_given_behind_the_close_and_none_is_refused_before() {
    each_storage(async |storage| {
        let harness = Harness::in_real_time(&storage);
        let council = harness.council("Plymouth");
        let now = Timestamp::of_this_machine();
        let mut round = harness.round(|round| {
            round.opens_at = Some(now.plus_seconds(-60).into());
            round.closes_at = Some(now.plus_seconds(3600).into());
        });
        let mut ready = Vec::new();
        for _ in 0..CALLERS {
            ready.push(harness.ready(&council, &round).await);
        }
        // The close is set into the midst of the rush.
        let closes_at = Timestamp::of_this_machine().plus_micros(400_000);
        harness.publish(&mut round, |round| round.closes_at = Some(closes_at.into())).await;
        let ticking = tokio::spawn(harness.bids.clone().run());
        let mut handing_in = Vec::new();
        for (n, bid) in ready.into_iter().enumerate() {
            let mut client = harness.as_who(&council.system);
            handing_in.push(tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(n as u64 * 10)).await;
                client.submit_bid(submit(&bid)).await
            }));
        }
        let (mut in_time, mut late) = (Vec::new(), Vec::new());
        for one in handing_in {
            let bid = one.await.unwrap().unwrap().into_inner();
            let at = Timestamp::try_from(bid.received_at.unwrap()).unwrap();
            match bid.state() {
                State::Submitted => in_time.push((bid.number, at)),
                State::HeldLate => late.push(at),
                other => panic!("a hand-in is never answered {other:?}"),
            }
        }
        in_time.sort_unstable();
        let numbers: Vec<i64> = in_time.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=in_time.len() as i64).collect::<Vec<_>>(), "numbers have no gap");
        assert!(in_time.is_sorted_by_key(|(_, at)| *at), "numbers follow instants");
        assert!(in_time.iter().all(|(_, at)| *at < closes_at), "no number behind the close");
        assert!(late.iter().all(|at| *at >= closes_at), "nobody is late before the close");
        assert!(!in_time.is_empty() && in_time.len() < CALLERS, "the close fell into the rush: {}", in_time.len());
        ticking.abort();
    })
    .await;
}
