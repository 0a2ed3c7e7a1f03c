//! Lists, history and the watch.

use kit::digest::digest;
use pb::bid::State;
use pb::list_bids_request::Order;
use prost::Message;
use testing::stores::events;
use toadlane_proto::bids::v1 as pb;
use tonic::{Code, Streaming};

use super::harness::*;

async fn ids(harness: &Harness, who: &Who, request: pb::ListBidsRequest) -> Vec<String> {
    let mut ids = Vec::new();
    let mut request = pb::ListBidsRequest { page_size: 2, ..request };
    loop {
        let page = harness.as_who(who).list_bids(request.clone()).await.unwrap().into_inner();
        ids.extend(page.bids.into_iter().map(|bid| bid.id));
        if page.next_page_token.is_empty() {
            return ids;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn a_list_holds_what_the_caller_may_see_in_the_order_asked_for() {
    each_engine(async |harness| {
        let (one, other, round) = (harness.council("Plymouth"), harness.council("Preston"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let drafts =
            [harness.ready(&one, &round).await, harness.ready(&one, &round).await, harness.ready(&one, &round).await];
        let foreign = harness.submitted(&other, &round).await;
        let second = harness.submit(&one, &drafts[1]).await.unwrap();
        let first = harness.submit(&one, &drafts[0]).await.unwrap();
        let draft = &drafts[2];
        let all = pb::ListBidsRequest { round_id: round.id.clone(), ..Default::default() };

        assert_eq!(
            ids(&harness, &one.system, all.clone()).await,
            [&draft.id, &second.id, &first.id].map(String::clone)
        );
        assert_eq!(
            ids(&harness, &harness.manager, all.clone()).await,
            [&foreign.id, &second.id, &first.id].map(String::clone)
        );
        let seated = harness.manager.clone().seated();
        assert_eq!(ids(&harness, &seated, all.clone()).await, Vec::<String>::new(), "they read bids as the panel does");
        assert_eq!(harness.get(&seated, &foreign).await.unwrap_err().code(), Code::NotFound);
        let by_number = pb::ListBidsRequest { order: Order::Number.into(), ..all.clone() };
        assert_eq!(
            ids(&harness, &harness.manager, by_number).await,
            [&foreign.id, &second.id, &first.id].map(String::clone)
        );
        let in_draft = pb::ListBidsRequest { states: vec![State::Draft.into()], ..all.clone() };
        assert_eq!(ids(&harness, &one.system, in_draft).await, std::slice::from_ref(&draft.id));
        let of_other = pb::ListBidsRequest { organisation_id: other.id.to_string(), ..all.clone() };
        assert_eq!(ids(&harness, &harness.manager, of_other.clone()).await, std::slice::from_ref(&foreign.id));
        assert_eq!(ids(&harness, &one.system, of_other).await, Vec::<String>::new());

        let page = harness.as_who(&one.system).list_bids(all.clone()).await.unwrap().into_inner();
        assert_eq!((page.total_size, page.total_requested), (3, pounds(4500)));
        let small = pb::ListBidsRequest { page_size: 1, ..all };
        let token = harness.as_who(&one.system).list_bids(small.clone()).await.unwrap().into_inner().next_page_token;
        let stolen = pb::ListBidsRequest { page_token: token, ..small };
        let refused = harness.as_who(&one.officer).list_bids(stolen).await.unwrap_err();
        assert_eq!(fields(&refused), ["page_token"]);
    })
    .await;
}

#[tokio::test]
async fn a_bid_is_found_by_the_councils_own_reference() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.draft(&council, &round).await;
        let named = create(&council, &round, a_content("Hubs"));
        let named = pb::CreateBidRequest { client_reference: "CRM-17".to_string(), ..named };
        let bid = harness.as_who(&council.system).create_bid(named).await.unwrap().into_inner();
        let by_reference = pb::ListBidsRequest { client_reference: "CRM-17".to_string(), ..Default::default() };
        assert_eq!(ids(&harness, &council.system, by_reference).await, [bid.id]);
    })
    .await;
}

#[tokio::test]
async fn the_history_says_who_did_what_for_whom_and_why() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        let again = harness.reopened(&council, &bid).await;
        let signed = harness.signed(&council, &again).await;
        let bid = harness.submit(&council, &signed).await.unwrap();
        // The same reason a second time is on record a second time.
        harness.reopened(&council, &bid).await;
        let list = pb::ListBidHistoryRequest { bid_id: bid.id.clone(), ..Default::default() };
        let entries = harness.as_who(&council.system).list_bid_history(list).await.unwrap().into_inner().entries;
        let told: Vec<_> = entries.iter().map(|entry| (entry.step.as_str(), entry.reason.as_str())).collect();
        let why = "a figure was wrong";
        let expected = [
            ("create", ""),
            ("sign_off", ""),
            ("submit", ""),
            ("reopen", why),
            ("sign_off", ""),
            ("submit", ""),
            ("reopen", why),
        ];
        assert_eq!(told, expected);
        let actor = entries[1].actor.clone().unwrap();
        assert_eq!((actor.subject, actor.organisation_id), (council.certifier.subject.clone(), council.id.to_string()));
        assert_eq!((entries[2].from_state(), entries[2].to_state()), (State::Draft, State::Submitted));
        let mut paged = Vec::new();
        let mut list = pb::ListBidHistoryRequest { bid_id: bid.id, page_size: 3, ..Default::default() };
        loop {
            let page = harness.as_who(&council.system).list_bid_history(list.clone()).await.unwrap().into_inner();
            paged.extend(page.entries);
            list.page_token = page.next_page_token;
            if list.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(paged, entries);
    })
    .await;
}

async fn watch(harness: &Harness, who: &Who, token: &str) -> Streaming<pb::WatchBidsResponse> {
    let request = pb::WatchBidsRequest { resume_token: token.to_string(), ..Default::default() };
    harness.as_who(who).watch_bids(request).await.unwrap().into_inner()
}

/// The next change, past signs of life: what, to which bid, and the token after it.
async fn next(watching: &mut Streaming<pb::WatchBidsResponse>) -> (String, String, String) {
    loop {
        let response = watching.message().await.unwrap().unwrap();
        if let Some(bid) = response.bid {
            return (response.event_type, bid.id, response.resume_token);
        }
    }
}

#[tokio::test]
async fn a_watch_tells_every_change_in_order_and_resumes_without_loss_or_doubling() {
    each_engine(async |harness| {
        harness.relay();
        let (council, other, round) = (harness.council("Plymouth"), harness.council("Preston"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let mut watching = watch(&harness, &council.system, "").await;
        assert!(watching.message().await.unwrap().unwrap().bid.is_none());
        let mut as_manager = watch(&harness, &harness.manager, "").await;
        as_manager.message().await.unwrap();

        harness.draft(&other, &round).await;
        let draft = harness.draft(&council, &round).await;
        let (kind, id, token) = next(&mut watching).await;
        assert_eq!((kind.as_str(), id.as_str()), ("BidCreated", draft.id.as_str()));
        drop(watching);
        let signed = harness.signed(&council, &draft).await;
        harness.submit(&council, &signed).await.unwrap();
        let mut watching = watch(&harness, &council.system, &token).await;
        assert_eq!(next(&mut watching).await.0, "BidSignedOff");
        assert_eq!(next(&mut watching).await.0, "BidSubmitted");
        // The other council's draft was not for the manager's eyes.
        assert_eq!(next(&mut as_manager).await.1, draft.id);
    })
    .await;
}

#[tokio::test]
async fn a_resume_token_that_is_too_old_or_anothers_is_refused() {
    each_engine(async |harness| {
        harness.relay();
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let mut watching = watch(&harness, &council.system, "").await;
        let token = watching.message().await.unwrap().unwrap().resume_token;
        harness.draft(&council, &round).await;
        harness.draft(&council, &round).await;
        next(&mut watching).await;
        next(&mut watching).await;
        let resume = pb::WatchBidsRequest { resume_token: token, ..Default::default() };
        let foreign = harness.as_who(&council.officer).watch_bids(resume.clone()).await.unwrap_err();
        assert_eq!(fields(&foreign), ["resume_token"]);
        let forget = harness.db.work(None, |tx| {
            use diesel::connection::SimpleConnection;
            Ok::<_, kit::db::DbError>(tx.batch_execute("DELETE FROM outbox WHERE position = 1")?)
        });
        forget.await.unwrap();
        let old = harness.as_who(&council.system).watch_bids(resume).await.unwrap_err();
        assert_eq!((old.code(), reason(&old).as_str()), (Code::OutOfRange, "RESUME_TOKEN_TOO_OLD"));
    })
    .await;
}

#[tokio::test]
async fn an_event_bears_neither_answers_nor_the_name_of_a_certifier() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let answers = vec![pb::Answer { question_id: "need".to_string(), text: "Mrs Jones of Stonehouse".to_string() }];
        let draft = harness.draft_of(&council, &round, pb::BidContent { answers, ..a_content("Hubs") }).await;
        harness.signed(&council, &draft).await;
        let bodies: Vec<Vec<u8>> = events(&harness.db).await.iter().map(Message::encode_to_vec).collect();
        let text = String::from_utf8_lossy(&bodies.concat()).into_owned();
        assert_eq!(bodies.len(), 2);
        assert!(text.contains(&digest(&draft_json(&harness, &council, &draft).await)));
        assert!(!text.contains("Jones") && !text.contains("Section 151"));
    })
    .await;
}

async fn draft_json(harness: &Harness, council: &Council, bid: &pb::Bid) -> String {
    let list = pb::ListRevisionsRequest { bid_id: bid.id.clone(), ..Default::default() };
    let revisions = harness.as_who(&council.officer).list_revisions(list).await.unwrap().into_inner().revisions;
    revisions[0].canonical_json.clone()
}
