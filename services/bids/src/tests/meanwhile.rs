//! What comes between the look at a bid and the hand-in that rests on it.

use kit::caller::Role;
use kit::cx::Cx;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;

use super::close::last_number;
use super::house::*;
use crate::app::{self, Seen};
use crate::bid::BidNow;
use crate::error::Error;
use crate::state::State;

fn cx(house: &House, council: &Council) -> Cx {
    Cx { caller: council.officer.caller(), ..Cx::of_role(Role::Bids, house.db.clock().now()) }
}

/// What handing in begins with.
async fn look(house: &House, council: &Council, bid: &pb::Bid) -> Seen {
    let (cx, id) = (cx(house, council), bid.id.parse().unwrap());
    house.db.read(move |tx| app::look(tx, &cx, id)).await.unwrap()
}

/// The rest of it, with what was seen then.
async fn hand_in(house: &House, council: &Council, bid: &pb::Bid, seen: Seen) -> Result<BidNow, Error> {
    let target = kit::cx::Target { id: bid.id.parse().unwrap(), version: bid.etag.parse().unwrap() };
    let cmd = app::Submit { target, client_time: None };
    let (cx, seal) = (cx(house, council), house.bids.seal());
    house.db.work(Some(bid.round_id.clone()), move |tx| app::submit(tx, &cx, &seal, &seen, &cmd)).await
}

#[tokio::test]
async fn a_bid_that_changes_while_it_is_handed_in_is_taken_as_it_stands() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let (closed, edited) = (house.ready(&council, &round).await, house.ready(&council, &round).await);
        house.at(OPENS).await;
        let (of_closed, of_edited) = (look(&house, &council, &closed).await, look(&house, &council, &edited).await);
        let content = a_content("Another");
        house.as_who(&council.officer).update_bid(update(&edited, content)).await.unwrap();
        let stale = hand_in(&house, &council, &edited, of_edited).await.unwrap_err();
        assert!(matches!(stale, Error::Stale { .. }), "{stale}");
        // The close makes another version of a draft, and its etag is not stale for that.
        house.at(AFTER).await;
        let held = hand_in(&house, &council, &closed, of_closed).await.unwrap().bid;
        assert!(matches!(held.state, State::HeldLate(_)), "{:?}", held.state);
        assert_eq!(last_number(&house, &round).await, 0);
    })
    .await;
}

/// A client may guess etags: here that of a bid which was handed in and reopened since it was looked at.
#[tokio::test]
async fn a_number_that_was_taken_for_a_bid_that_has_one_leaves_no_gap() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let ready = house.ready(&council, &round).await;
        house.at(OPENS).await;
        let seen = look(&house, &council, &ready).await;
        let submitted = house.submit(&council, &ready).await.unwrap();
        let reopened = house.reopened(&council, &submitted).await;
        let signed = house.signed(&council, &reopened).await;
        let stale = hand_in(&house, &council, &signed, seen).await.unwrap_err();
        assert!(matches!(stale, Error::Stale { .. }), "{stale}");
        assert_eq!(last_number(&house, &round).await, 1);
        assert_eq!(house.submit(&council, &signed).await.unwrap().number, 1);
    })
    .await;
}

#[tokio::test]
async fn a_round_that_changes_while_a_bid_is_handed_in_counts_as_it_stands() {
    each_house(|house| async move {
        let (council, mut round) = (house.council("Plymouth"), house.round(|_| {}));
        let ready = house.ready(&council, &round).await;
        house.at(OPENS).await;
        let seen = look(&house, &council, &ready).await;
        house.publish(&mut round, |round| round.state = rounds::round::State::Cancelled.into()).await;
        let refused = hand_in(&house, &council, &ready, seen).await.unwrap_err();
        assert!(matches!(refused, Error::RoundCancelled), "{refused}");
    })
    .await;
}
