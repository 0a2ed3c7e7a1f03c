//! Calls to a place that is called with patience, and calls that patience does not cover.

use tonic_types::StatusExt;

use super::*;

const TOTAL: Duration = Duration::from_secs(60);

fn patient(fake: &Fake) -> (Client, Patience) {
    let patience = Patience::of(TOTAL);
    let place = Place::new(&fake.address).patient(&patience);
    (Client::connect(place, by_secret()).unwrap(), patience)
}

fn submit() -> pb::SubmitBidRequest {
    pb::SubmitBidRequest { request_id: "an id".to_string(), bid_id: "bid_1".to_string(), ..Default::default() }
}

#[tokio::test]
async fn every_kind_of_break_is_tried_again_with_the_same_bytes() {
    let fake = Fake::start(|call| match call.n {
        1 => refused(Status::unavailable("restarting")),
        2 => Answer { messages: Vec::new(), end: End::Reset },
        3 => Answer { end: End::Reset, ..a_bid(call) },
        4 => Answer { end: End::Unfinished, ..a_bid(call) },
        _ => a_bid(call),
    })
    .await;
    let (client, patience) = patient(&fake);
    assert_eq!(client.bids().submit_bid(submit()).await.unwrap().into_inner().id, "bid_1");
    let calls = fake.calls("SubmitBid");
    assert_eq!(calls.len(), 5);
    assert!(calls.iter().all(|call| call.messages == calls[0].messages));
    assert_eq!((patience.n_calls(), patience.n_broken(), patience.n_in_flight()), (1, 4, 0));
}

#[tokio::test]
async fn a_refusal_comes_through_as_it_is_with_its_details() {
    let fake = Fake::start(|_| {
        let mut details = tonic_types::ErrorDetails::new();
        details.set_error_info("STALE_ETAG", "toadlane", std::collections::HashMap::new());
        refused(Status::with_error_details(Code::Aborted, "merge first", details))
    })
    .await;
    let (client, patience) = patient(&fake);
    let refusal = Refusal::from(client.bids().submit_bid(submit()).await.unwrap_err());
    let said = (refusal.code, refusal.reason, refusal.message.as_str());
    assert_eq!(said, (Code::Aborted, Reason::StaleEtag, "merge first"));
    assert_eq!((fake.calls("SubmitBid").len(), patience.n_broken()), (1, 0));
}

#[tokio::test]
async fn without_patience_the_caller_sees_the_first_break() {
    let fake = Fake::start(|_| refused(Status::unavailable("restarting"))).await;
    assert_eq!(get(&client(&fake, by_secret())).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(fake.calls("GetBid").len(), 1);
}

#[tokio::test]
async fn a_watch_is_not_waited_for_as_a_whole() {
    let fake = Fake::start(|_| Answer { end: End::Silence, ..one(&pb::WatchBidsResponse::default()) }).await;
    let (client, _) = patient(&fake);
    let mut stream = client.bids().watch_bids(pb::WatchBidsRequest::default()).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
}

#[tokio::test]
async fn a_small_upload_is_covered_and_a_large_one_tried_again_by_its_caller() {
    for size in [1, 3 * 1024 * 1024] {
        let fake = Fake::start(|call| match call.n {
            1 => refused(Status::unavailable("restarting")),
            _ => a_bid(call),
        })
        .await;
        let (client, _) = patient(&fake);
        let header = pb::AttachmentHeader { bid_id: "bid_1".to_string(), ..Default::default() };
        upload(&client.bids(), header, vec![7; size]).await.unwrap();
        let calls = fake.calls("UploadAttachment");
        assert_eq!((calls.len(), &calls[0].messages), (2, &calls[1].messages));
    }
}
