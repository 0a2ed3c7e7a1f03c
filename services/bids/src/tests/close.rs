//! The close, exactly: the window, numbers, instants, and what is written when it passes.

use std::sync::atomic::Ordering;

use kit::db::DbError;
use toadlane_proto::bids::v1 as pb;

use super::house::*;
use crate::error::Error;
use crate::store;
use pb::bid::State;

pub async fn last_number(house: &House, round: &toadlane_proto::rounds::v1::Round) -> i64 {
    let request = pb::GetIntakeRequest { round_id: round.id.clone() };
    house.as_who(&house.manager).get_intake(request).await.unwrap().into_inner().last_number
}

#[tokio::test]
async fn a_bid_is_taken_from_the_opening_on_and_not_before() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let ready = house.ready(&council, &round).await;
        house.at("2020-01-10T11:59:59.999999Z").await;
        let early = house.submit(&council, &ready).await.unwrap_err();
        assert_eq!((early.code(), reason(&early).as_str()), (tonic::Code::FailedPrecondition, "NOT_YET_OPEN"));
        house.at(OPENS).await;
        let bid = house.submit(&council, &ready).await.unwrap();
        assert_eq!((bid.state(), bid.number, bid.received_at), (State::Submitted, 1, wire(OPENS)));
    })
    .await;
}

#[tokio::test]
async fn the_last_microsecond_is_in_time_and_the_close_is_late() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let (first, second) = (house.ready(&council, &round).await, house.ready(&council, &round).await);
        house.clock("2020-01-31T23:59:59.999999Z").await;
        let first = house.submit(&council, &first).await.unwrap();
        assert_eq!((first.state(), first.number), (State::Submitted, 1));
        // The ticker has not noticed yet; the instant decides.
        house.clock(CLOSES).await;
        let second = house.submit(&council, &second).await.unwrap();
        assert_eq!((second.state(), second.number, second.received_at), (State::HeldLate, 0, wire(CLOSES)));
        assert_eq!(last_number(&house, &round).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_retry_after_the_close_of_a_request_first_received_before_it_is_on_time() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let ready = house.ready(&council, &round).await;
        house.at("2020-01-31T23:59:59Z").await;
        let request = submit(&ready);
        let first = house.as_who(&council.system).submit_bid(request.clone()).await.unwrap().into_inner();
        house.at(AFTER).await;
        let again = house.as_who(&council.system).submit_bid(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        assert_eq!(again.state(), State::Submitted);
    })
    .await;
}

#[tokio::test]
async fn the_same_request_id_with_other_content_is_refused() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let request = create(&council, &round, a_content("Diabeaters"));
        house.as_who(&council.system).create_bid(request.clone()).await.unwrap();
        let other = pb::CreateBidRequest { content: Some(a_content("Hubs")), ..request };
        let refused = house.as_who(&council.system).create_bid(other).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
    })
    .await;
}

#[tokio::test]
async fn numbers_have_no_gap_after_refusals_and_dry_runs() {
    each_house(|house| async move {
        let limit = toadlane_proto::rounds::v1::LeadLimit { counts: 2, at_most: 1 };
        let round = house.round(|round| round.rules.as_mut().unwrap().instruments[0].lead_limit = Some(limit));
        let (one, other) = (house.council("Plymouth"), house.council("Kirklees"));
        let incomplete = house.draft_of(&one, &round, pb::BidContent { months: 12, ..a_content("Long") }).await;
        let incomplete = house.signed(&one, &incomplete).await;
        let (first, second) = (house.ready(&one, &round).await, house.ready(&one, &round).await);
        let third = house.ready(&other, &round).await;
        house.at(OPENS).await;

        let refused = house.submit(&one, &incomplete).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), fields(&refused)),
            ("BID_INCOMPLETE", vec!["content.months".to_string()])
        );
        let dry = pb::SubmitBidRequest { validate_only: true, ..submit(&first) };
        let dry = house.as_who(&one.officer).submit_bid(dry).await.unwrap().into_inner();
        assert_eq!((dry.state(), dry.number), (State::Submitted, 1));
        assert_eq!(house.submit(&one, &first).await.unwrap().number, 1);
        let over = house.submit(&one, &second).await.unwrap_err();
        assert_eq!(reason(&over), "LEAD_LIMIT_REACHED");
        assert_eq!(house.submit(&other, &third).await.unwrap().number, 2);
    })
    .await;
}

#[tokio::test]
async fn bids_of_one_instant_are_ordered_by_receipt() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let (first, second) = (house.ready(&council, &round).await, house.ready(&council, &round).await);
        house.at(OPENS).await;
        // The second draft is handed in first.
        let second = house.submit(&council, &second).await.unwrap();
        let first = house.submit(&council, &first).await.unwrap();
        assert_eq!((second.number, first.number), (1, 2));
        assert_eq!(second.received_at, first.received_at);
    })
    .await;
}

#[tokio::test]
async fn a_reopened_bid_keeps_its_number_and_its_instant() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        house.at(OPENS).await;
        let bid = house.submitted(&council, &round).await;
        house.submitted(&council, &round).await;
        let draft = house.reopened(&council, &bid).await;
        assert_eq!((draft.state(), draft.number, draft.sign_off.clone()), (State::Draft, 1, None));
        let hidden = house.get(&house.manager, &draft).await.unwrap_err();
        assert_eq!(hidden.code(), tonic::Code::NotFound);

        house.at("2020-01-20T10:00:00Z").await;
        let signed = house.signed(&council, &draft).await;
        let again = house.submit(&council, &signed).await.unwrap();
        assert_eq!((again.number, again.received_at), (1, wire(OPENS)));
        assert_eq!(house.receipt(&council.officer, &again).await.received_at, wire("2020-01-20T10:00:00Z"));
        assert_eq!(last_number(&house, &round).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_before_the_opening_tells_what_is_missing_and_writes_nothing() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let draft = house.draft(&council, &round).await;
        let dry = |bid: &pb::Bid| pb::SubmitBidRequest { validate_only: true, ..submit(bid) };
        let unsigned = house.as_who(&council.officer).submit_bid(dry(&draft)).await.unwrap_err();
        assert_eq!(reason(&unsigned), "SIGN_OFF_NEEDED");
        let signed = house.signed(&council, &draft).await;
        let fine = house.as_who(&council.officer).submit_bid(dry(&signed)).await.unwrap().into_inner();
        assert_eq!(fine.state(), State::Draft);
        assert_eq!(house.get(&council.officer, &signed).await.unwrap().etag, signed.etag);
    })
    .await;
}

#[tokio::test]
async fn a_draft_behind_the_close_is_not_submitted_and_before_a_new_close_it_is_a_draft_again() {
    each_house(|house| async move {
        let (council, mut round) = (house.council("Plymouth"), house.round(|_| {}));
        let draft = house.draft(&council, &round).await;
        house.at(CLOSES).await;
        assert_eq!(house.get(&council.officer, &draft).await.unwrap().state(), State::NotSubmitted);
        let closed = house.as_who(&council.officer).create_bid(create(&council, &round, a_content("Hubs"))).await;
        assert_eq!(reason(&closed.unwrap_err()), "ROUND_CLOSED");

        house.publish(&mut round, |round| round.closes_at = wire("2020-02-08T00:00:00Z")).await;
        house.bids.tick().await.unwrap();
        let resumed = house.get(&council.officer, &draft).await.unwrap();
        assert_eq!((resumed.state(), resumed.closes_at), (State::Draft, wire("2020-02-08T00:00:00Z")));
        house.as_who(&council.officer).update_bid(update(&resumed, a_content("Hubs"))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_round_takes_nothing_and_its_drafts_are_not_submitted() {
    each_house(|house| async move {
        let (council, mut round) = (house.council("Plymouth"), house.round(|_| {}));
        let ready = house.ready(&council, &round).await;
        house.at(OPENS).await;
        let cancelled = toadlane_proto::rounds::v1::round::State::Cancelled;
        house.publish(&mut round, |round| round.state = cancelled.into()).await;
        assert_eq!(reason(&house.submit(&council, &ready).await.unwrap_err()), "ROUND_CLOSED");
        house.bids.tick().await.unwrap();
        assert_eq!(house.get(&council.officer, &ready).await.unwrap().state(), State::NotSubmitted);
    })
    .await;
}

#[tokio::test]
async fn a_round_is_handed_in_to_while_rounds_is_down() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let ready = house.ready(&council, &round).await;
        house.at(OPENS).await;
        house.peers.down.store(true, Ordering::SeqCst);
        assert_eq!(house.submit(&council, &ready).await.unwrap().number, 1);
    })
    .await;
}

#[tokio::test]
async fn after_the_close_no_place_in_time_is_given_even_if_the_clock_goes_back() {
    each_house(|house| async move {
        let (council, round) = (house.council("Plymouth"), house.round(|_| {}));
        let draft = house.draft(&council, &round).await;
        house.at(AFTER).await;
        let id = draft.id.parse().unwrap();
        let last = kit::time::at("2020-02-01T00:01:00Z").micros();
        let gate = house.db.work(None, move |tx| {
            // As if the close had been seen a minute later by a clock that was since put back.
            use diesel::prelude::*;
            diesel::update(crate::schema::intake::table)
                .set(crate::schema::intake::last_instant.eq(last))
                .execute(tx)
                .map_err(DbError::from)?;
            let bid = store::get(tx, id)?;
            Ok::<_, Error>(store::take_place(tx, &bid)?.place)
        });
        let place = gate.await.unwrap();
        assert_eq!((place.at.micros(), place.timing), (last, crate::intake::Timing::Late { queue: 1 }));
    })
    .await;
}
