//! Late bids (rule 7): held, never dropped; admitted by a manager or by an extension that covers their instant.

use pb::bid::State;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1::Round;

use super::harness::*;

fn decide(bid: &pb::Bid) -> pb::AdmitLateBidRequest {
    pb::AdmitLateBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        reason: "their network was down".to_string(),
        validate_only: false,
    }
}

async fn extend(harness: &Harness, round: &mut Round, to: &str) {
    harness.publish(round, |round| round.closes_at = wire(to)).await;
    harness.bids.tick().await.unwrap();
}

#[tokio::test]
async fn a_bid_one_microsecond_late_is_held_with_a_receipt_without_a_number() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.clock("2020-02-01T00:00:00.000001Z").await;
        let late = harness.submit(&council, &ready).await.unwrap();
        assert_eq!((late.state(), late.number), (State::HeldLate, 0));
        let receipt = harness.receipt(&council.officer, &late).await;
        assert_eq!((receipt.number, receipt.received_at), (0, wire("2020-02-01T00:00:00.000001Z")));
        assert!(
            receipt.acknowledgement.contains("held until the round's manager decides"),
            "{}",
            receipt.acknowledgement
        );
    })
    .await;
}

#[tokio::test]
async fn a_bid_handed_in_after_its_draft_was_swept_is_held_too() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at(AFTER).await;
        assert_eq!(harness.get(&council.officer, &ready).await.unwrap().state(), State::NotSubmitted);
        // With the etag of the draft: the close alone makes it no stale one.
        assert_eq!(harness.submit(&council, &ready).await.unwrap().state(), State::HeldLate);
    })
    .await;
}

#[tokio::test]
async fn an_extension_lets_the_held_bids_that_it_covers_in_by_order_of_receipt() {
    each_engine(async |harness| {
        let (council, mut round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let in_time = harness.ready(&council, &round).await;
        let (a, b, c) = (
            harness.ready(&council, &round).await,
            harness.ready(&council, &round).await,
            harness.ready(&council, &round).await,
        );
        harness.at(OPENS).await;
        harness.submit(&council, &in_time).await.unwrap();
        harness.clock(AFTER).await;
        // In one instant, and not in the order in which they were drafted.
        let (c, a) = (harness.submit(&council, &c).await.unwrap(), harness.submit(&council, &a).await.unwrap());
        harness.clock("2020-02-20T00:00:00Z").await;
        let b = harness.submit(&council, &b).await.unwrap();
        extend(&harness, &mut round, "2020-02-10T00:00:00Z").await;

        let get = async |bid: &pb::Bid| harness.get(&council.officer, bid).await.unwrap();
        let (a, b, c) = (get(&a).await, get(&b).await, get(&c).await);
        assert_eq!((c.state(), c.number, c.received_at), (State::Submitted, 2, wire(AFTER)));
        assert_eq!((a.state(), a.number, a.received_at), (State::Submitted, 3, wire(AFTER)));
        assert_eq!((b.state(), b.number), (State::HeldLate, 0));
        assert_eq!(c.reason, "the close was moved to 12:00am on 10 February 2020");
        assert_eq!(harness.receipt(&council.officer, &c).await.number, 2);
        assert_eq!(harness.receipt(&council.officer, &b).await.number, 0);
    })
    .await;
}

#[tokio::test]
async fn an_admitted_bid_has_the_next_number_its_own_instant_and_a_new_receipt() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let (first, second) = (harness.ready(&council, &round).await, harness.ready(&council, &round).await);
        harness.at(OPENS).await;
        harness.submit(&council, &first).await.unwrap();
        harness.at(AFTER).await;
        let swept = harness.get(&council.officer, &second).await.unwrap();
        let late = harness.submit(&council, &swept).await.unwrap();
        harness.at("2020-02-03T10:00:00Z").await;
        let refused = harness.as_who(&council.officer).admit_late_bid(decide(&late)).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), refused.message()), ("NOT_ALLOWED", "a round manager may do this"));
        let mute = pb::AdmitLateBidRequest { reason: " ".to_string(), ..decide(&late) };
        assert_eq!(fields(&harness.as_who(&harness.manager).admit_late_bid(mute).await.unwrap_err()), ["reason"]);
        let admitted = harness.as_who(&harness.manager).admit_late_bid(decide(&late)).await.unwrap().into_inner();
        assert_eq!((admitted.state(), admitted.number, admitted.received_at), (State::Submitted, 2, wire(AFTER)));
        assert_eq!(admitted.reason, "their network was down");
        let receipt = harness.receipt(&council.officer, &admitted).await;
        assert_eq!((receipt.number, receipt.received_at), (2, wire(AFTER)));
        assert!(receipt.acknowledgement.contains("It is number 2 of the round."), "{}", receipt.acknowledgement);
    })
    .await;
}

#[tokio::test]
async fn a_reopened_bid_that_comes_late_is_held_and_admitted_with_its_old_number() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        let draft = harness.reopened(&council, &bid).await;
        let signed = harness.signed(&council, &draft).await;
        harness.at(AFTER).await;
        let swept = harness.get(&council.officer, &signed).await.unwrap();
        let late = harness.submit(&council, &swept).await.unwrap();
        assert_eq!((late.state(), late.number, late.received_at), (State::HeldLate, 1, wire(OPENS)));
        assert_eq!(harness.receipt(&council.officer, &late).await.number, 0);
        let admitted = harness.as_who(&harness.manager).admit_late_bid(decide(&late)).await.unwrap().into_inner();
        assert_eq!((admitted.number, admitted.received_at), (1, wire(OPENS)));
        assert_eq!(harness.receipt(&council.officer, &admitted).await.number, 1);
    })
    .await;
}

#[tokio::test]
async fn a_rejected_bid_stays_rejected_with_the_reason() {
    each_engine(async |harness| {
        let (council, mut round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.clock(AFTER).await;
        let late = harness.submit(&council, &ready).await.unwrap();
        let no = pb::RejectLateBidRequest {
            request_id: new_id(),
            bid_id: late.id.clone(),
            etag: late.etag.clone(),
            reason: "a day too late".to_string(),
            validate_only: false,
        };
        let rejected = harness.as_who(&harness.manager).reject_late_bid(no).await.unwrap().into_inner();
        assert_eq!((rejected.state(), rejected.reason.as_str()), (State::RejectedLate, "a day too late"));
        extend(&harness, &mut round, "2020-02-10T00:00:00Z").await;
        assert_eq!(harness.get(&council.officer, &rejected).await.unwrap().state(), State::RejectedLate);
    })
    .await;
}
