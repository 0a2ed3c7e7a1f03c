//! What comes between the look at a bid and the hand-in that rests on it.

use kit::caller::Area;
use kit::cx::{Cx, Target};
use kit::refusal::Refusal;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;

use super::close::last_number;
use super::harness::*;
use crate::app::{self, Seen};
use crate::bid::BidNow;
use crate::error::Error;
use crate::state::State;

fn cx(harness: &Harness, council: &Council) -> Cx {
    Cx { caller: council.officer.caller(), ..Cx::of_area(Area::Bids, harness.db.clock().now()) }
}

/// What handing in begins with.
async fn look(harness: &Harness, council: &Council, bid: &pb::Bid) -> Seen {
    let (cx, id) = (cx(harness, council), bid.id.parse().unwrap());
    harness.db.read(move |conn| app::look(conn, &cx, id)).await.unwrap()
}

/// The rest of it, with what was seen then.
async fn hand_in(harness: &Harness, council: &Council, bid: &pb::Bid, seen: Seen) -> Result<BidNow, Error> {
    let target = Target { id: bid.id.parse().unwrap(), version: bid.etag.parse().unwrap() };
    let cmd = app::SubmitBid { target, client_time: None };
    let (cx, seal) = (cx(harness, council), harness.bids.seal());
    harness.db.work(Some(bid.round_id.clone()), move |tx| app::submit_bid(tx, &cx, &seal, &seen, &cmd)).await
}

#[tokio::test]
async fn a_bid_that_changes_while_it_is_handed_in_is_taken_as_it_stands() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let (closed, edited) = (harness.ready(&council, &round).await, harness.ready(&council, &round).await);
        harness.at(OPENS).await;
        let (of_closed, of_edited) = (look(&harness, &council, &closed).await, look(&harness, &council, &edited).await);
        let content = a_content("Another");
        harness.as_who(&council.officer).update_bid(update(&edited, content)).await.unwrap();
        let stale = hand_in(&harness, &council, &edited, of_edited).await.unwrap_err();
        assert!(matches!(stale, Error::Refused(Refusal::Stale(_))), "{stale}");
        // The close makes another version of a draft, and its etag is not stale for that.
        harness.at(AFTER).await;
        let held = hand_in(&harness, &council, &closed, of_closed).await.unwrap().bid;
        assert!(matches!(held.state, State::HeldLate(_)), "{:?}", held.state);
        assert_eq!(last_number(&harness, &round).await, 0);
    })
    .await;
}

/// A client may guess etags: here that of a bid which was handed in and reopened since it was looked at.
#[tokio::test]
async fn a_number_that_was_taken_for_a_bid_that_has_one_leaves_no_gap() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at(OPENS).await;
        let seen = look(&harness, &council, &ready).await;
        let submitted = harness.submit(&council, &ready).await.unwrap();
        let reopened = harness.reopened(&council, &submitted).await;
        let signed = harness.signed(&council, &reopened).await;
        let stale = hand_in(&harness, &council, &signed, seen).await.unwrap_err();
        assert!(matches!(stale, Error::Refused(Refusal::Stale(_))), "{stale}");
        assert_eq!(last_number(&harness, &round).await, 1);
        assert_eq!(harness.submit(&council, &signed).await.unwrap().number, 1);
    })
    .await;
}

#[tokio::test]
async fn a_round_that_changes_while_a_bid_is_handed_in_counts_as_it_stands() {
    each_engine(async |harness| {
        let (council, mut round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at(OPENS).await;
        let seen = look(&harness, &council, &ready).await;
        harness.publish(&mut round, |round| round.state = rounds::round::State::Cancelled.into()).await;
        let refused = hand_in(&harness, &council, &ready, seen).await.unwrap_err();
        assert!(matches!(refused, Error::RoundCancelled), "{refused}");
    })
    .await;
}
