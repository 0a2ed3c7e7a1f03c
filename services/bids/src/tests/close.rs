//! The close, exactly: the window, numbers, instants, and what is written when it passes.

use std::sync::atomic::Ordering;

use kit::db::DbError;
use toadlane_proto::bids::v1 as pb;

use super::harness::*;
use crate::error::Error;
use crate::store;
use pb::bid::State;

pub async fn last_number(harness: &Harness, round: &toadlane_proto::rounds::v1::Round) -> i64 {
    let request = pb::GetIntakeRequest { round_id: round.id.clone() };
    harness.as_who(&harness.manager).get_intake(request).await.unwrap().into_inner().last_number
}

#[tokio::test]
async fn a_bid_is_taken_from_the_opening_on_and_not_before() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at("2020-01-10T11:59:59.999999Z").await;
        let early = harness.submit(&council, &ready).await.unwrap_err();
        assert_eq!((early.code(), reason(&early).as_str()), (tonic::Code::FailedPrecondition, "NOT_YET_OPEN"));
        harness.at(OPENS).await;
        let bid = harness.submit(&council, &ready).await.unwrap();
        assert_eq!((bid.state(), bid.number, bid.received_at), (State::Submitted, 1, wire(OPENS)));
    })
    .await;
}

#[tokio::test]
async fn the_last_microsecond_is_in_time_and_the_close_is_late() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let (first, second) = (harness.ready(&council, &round).await, harness.ready(&council, &round).await);
        harness.clock("2020-01-31T23:59:59.999999Z").await;
        let first = harness.submit(&council, &first).await.unwrap();
        assert_eq!((first.state(), first.number), (State::Submitted, 1));
        // The ticker has not noticed yet; the instant decides.
        harness.clock(CLOSES).await;
        let second = harness.submit(&council, &second).await.unwrap();
        assert_eq!((second.state(), second.number, second.received_at), (State::HeldLate, 0, wire(CLOSES)));
        assert_eq!(last_number(&harness, &round).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_retry_after_the_close_of_a_request_first_received_before_it_is_on_time() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at("2020-01-31T23:59:59Z").await;
        let request = submit(&ready);
        let first = harness.as_who(&council.system).submit_bid(request.clone()).await.unwrap().into_inner();
        harness.at(AFTER).await;
        let again = harness.as_who(&council.system).submit_bid(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        assert_eq!(again.state(), State::Submitted);
    })
    .await;
}

#[tokio::test]
async fn the_same_request_id_with_other_content_is_refused() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let request = create(&council, &round, a_content("Diabeaters"));
        harness.as_who(&council.system).create_bid(request.clone()).await.unwrap();
        let other = pb::CreateBidRequest { content: Some(a_content("Hubs")), ..request };
        let refused = harness.as_who(&council.system).create_bid(other).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
    })
    .await;
}

#[tokio::test]
async fn numbers_have_no_gap_after_refusals_and_dry_runs() {
    each_engine(async |harness| {
        let limit = toadlane_proto::rounds::v1::LeadLimit { counts: 2, at_most: 1 };
        let round = harness.round(|round| round.rules.as_mut().unwrap().instruments[0].lead_limit = Some(limit));
        let (one, other) = (harness.council("Plymouth"), harness.council("Kirklees"));
        let incomplete = harness.draft_of(&one, &round, pb::BidContent { months: 12, ..a_content("Long") }).await;
        let incomplete = harness.signed(&one, &incomplete).await;
        let (first, second) = (harness.ready(&one, &round).await, harness.ready(&one, &round).await);
        let third = harness.ready(&other, &round).await;
        harness.at(OPENS).await;

        let refused = harness.submit(&one, &incomplete).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), fields(&refused)),
            ("BID_INCOMPLETE", vec!["content.months".to_string()])
        );
        let dry = pb::SubmitBidRequest { validate_only: true, ..submit(&first) };
        let dry = harness.as_who(&one.officer).submit_bid(dry).await.unwrap().into_inner();
        assert_eq!((dry.state(), dry.number), (State::Submitted, 1));
        assert_eq!(harness.submit(&one, &first).await.unwrap().number, 1);
        let over = harness.submit(&one, &second).await.unwrap_err();
        assert_eq!(reason(&over), "LEAD_LIMIT_REACHED");
        assert_eq!(harness.submit(&other, &third).await.unwrap().number, 2);
    })
    .await;
}

#[tokio::test]
async fn bids_of_one_instant_are_ordered_by_receipt() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let (first, second) = (harness.ready(&council, &round).await, harness.ready(&council, &round).await);
        harness.at(OPENS).await;
        // The second draft is handed in first.
        let second = harness.submit(&council, &second).await.unwrap();
        let first = harness.submit(&council, &first).await.unwrap();
        assert_eq!((second.number, first.number), (1, 2));
        assert_eq!(second.received_at, first.received_at);
    })
    .await;
}

#[tokio::test]
async fn a_reopened_bid_keeps_its_number_and_its_instant() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        harness.submitted(&council, &round).await;
        let draft = harness.reopened(&council, &bid).await;
        assert_eq!((draft.state(), draft.number, draft.sign_off.clone()), (State::Draft, 1, None));
        let hidden = harness.get(&harness.manager, &draft).await.unwrap_err();
        assert_eq!(hidden.code(), tonic::Code::NotFound);

        harness.at("2020-01-20T10:00:00Z").await;
        let signed = harness.signed(&council, &draft).await;
        let again = harness.submit(&council, &signed).await.unwrap();
        assert_eq!((again.number, again.received_at), (1, wire(OPENS)));
        assert_eq!(harness.receipt(&council.officer, &again).await.received_at, wire("2020-01-20T10:00:00Z"));
        assert_eq!(last_number(&harness, &round).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_before_the_opening_tells_what_is_missing_and_writes_nothing() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let dry = |bid: &pb::Bid| pb::SubmitBidRequest { validate_only: true, ..submit(bid) };
        let unsigned = harness.as_who(&council.officer).submit_bid(dry(&draft)).await.unwrap_err();
        assert_eq!(reason(&unsigned), "SIGN_OFF_NEEDED");
        let signed = harness.signed(&council, &draft).await;
        let fine = harness.as_who(&council.officer).submit_bid(dry(&signed)).await.unwrap().into_inner();
        assert_eq!(fine.state(), State::Draft);
        assert_eq!(harness.get(&council.officer, &signed).await.unwrap().etag, signed.etag);
    })
    .await;
}

#[tokio::test]
async fn a_draft_behind_the_close_is_not_submitted_and_before_a_new_close_it_is_a_draft_again() {
    each_engine(async |harness| {
        let (council, mut round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        harness.at(CLOSES).await;
        assert_eq!(harness.get(&council.officer, &draft).await.unwrap().state(), State::NotSubmitted);
        let closed = harness.as_who(&council.officer).create_bid(create(&council, &round, a_content("Hubs"))).await;
        assert_eq!(reason(&closed.unwrap_err()), "ROUND_CLOSED");

        harness.publish(&mut round, |round| round.closes_at = wire("2020-02-08T00:00:00Z")).await;
        harness.bids.tick().await.unwrap();
        let resumed = harness.get(&council.officer, &draft).await.unwrap();
        assert_eq!((resumed.state(), resumed.closes_at), (State::Draft, wire("2020-02-08T00:00:00Z")));
        harness.as_who(&council.officer).update_bid(update(&resumed, a_content("Hubs"))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_round_takes_nothing_and_its_drafts_are_not_submitted() {
    each_engine(async |harness| {
        let (council, mut round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at(OPENS).await;
        let cancelled = toadlane_proto::rounds::v1::round::State::Cancelled;
        harness.publish(&mut round, |round| round.state = cancelled.into()).await;
        assert_eq!(reason(&harness.submit(&council, &ready).await.unwrap_err()), "ROUND_CLOSED");
        harness.bids.tick().await.unwrap();
        assert_eq!(harness.get(&council.officer, &ready).await.unwrap().state(), State::NotSubmitted);
    })
    .await;
}

#[tokio::test]
async fn a_round_is_handed_in_to_while_rounds_is_down() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let ready = harness.ready(&council, &round).await;
        harness.at(OPENS).await;
        harness.peers.down.store(true, Ordering::SeqCst);
        assert_eq!(harness.submit(&council, &ready).await.unwrap().number, 1);
    })
    .await;
}

#[tokio::test]
async fn after_the_close_no_place_in_time_is_given_even_if_the_clock_goes_back() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        harness.at(AFTER).await;
        let id = draft.id.parse().unwrap();
        let last = kit::time::at("2020-02-01T00:01:00Z").micros();
        let taken = harness.db.work(None, move |tx| {
            // As if the close had been seen a minute later by a clock that was since put back.
            use diesel::prelude::*;
            diesel::update(crate::schema::intake::table)
                .set(crate::schema::intake::last_instant.eq(last))
                .execute(&mut **tx)
                .map_err(DbError::from)?;
            let bid = store::get(tx, id)?;
            Ok::<_, Error>(store::take_place(tx, &bid)?.place)
        });
        let place = taken.await.unwrap();
        assert_eq!((place.at.micros(), place.timing), (last, crate::intake::Timing::Late { queue: 1 }));
    })
    .await;
}
