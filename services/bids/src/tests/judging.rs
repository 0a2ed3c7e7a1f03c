//! What the network does with received bids, and what the council may still do: receipts, screening, questions,
//! near-duplicates, withdrawal.

use kit::tokens::verify_statement;
use pb::bid::State;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::registry::v1::MembershipClass;
use tonic::Code;

use super::harness::*;
use crate::receipt::{Claims, TYPE};

fn withdraw(bid: &pb::Bid) -> pb::WithdrawBidRequest {
    pb::WithdrawBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        reason: "the project goes ahead without it".to_string(),
        validate_only: false,
    }
}

async fn screened(harness: &Harness, bid: &pb::Bid) -> pb::Bid {
    harness.as_who(&harness.manager).screen_bid(screen(bid)).await.unwrap().into_inner()
}

fn decide(bid: &pb::Bid, eligible: bool, reason: &str) -> pb::DecideEligibilityRequest {
    pb::DecideEligibilityRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        eligible,
        reason: reason.to_string(),
        validate_only: false,
    }
}

#[tokio::test]
async fn a_receipt_can_be_verified_offline_with_the_key_set() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        let receipt = harness.receipt(&council.system, &bid).await;
        let (claims, _): (Claims, _) = verify_statement(harness.gate.known(), TYPE, &receipt.jws, "bids").unwrap();
        assert_eq!((claims.bid.as_str(), claims.number), (bid.id.as_str(), Some(1)));
        assert_eq!((claims.content_sha256, claims.received_at.as_str()), (bid.content_sha256, OPENS));
        assert!(verify_statement::<Claims>(harness.gate.known(), TYPE, &receipt.jws, "rounds").is_err());
    })
    .await;
}

#[tokio::test]
async fn screening_waits_for_the_close_and_gives_each_rule_its_reason() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        let early = harness.as_who(&harness.manager).screen_bid(screen(&bid)).await.unwrap_err();
        assert_eq!(early.message(), "the round has not closed yet; do this when it has");
        harness.at(CLOSES).await;
        {
            let mut standings = harness.peers.standings.lock().unwrap();
            let standing = standings.iter_mut().find(|one| one.organisation_id == council.id.to_string()).unwrap();
            standing.membership_class = MembershipClass::Supporter.into();
        }
        let bid = screened(&harness, &bid).await;
        let findings: Vec<_> = bid.eligibility.iter().map(|one| (one.met, one.reason.as_str())).collect();
        let expected = [
            (true, "Plymouth was a member at 11:59pm on 31 January 2020"),
            (true, "Plymouth existed at 11:59pm on 31 January 2020"),
            (true, "Plymouth is a legal body"),
            (false, "Supporter members may not lead a bid"),
            (true, "asks for £1,500.00; the range is £1,500.00 to £1,500.00"),
            (true, "runs 9 months; the range is 6 to 9"),
            (true, "the round sets no lead limit"),
            (true, "the round does not look at earlier reports"),
        ];
        assert_eq!((bid.state(), findings), (State::Submitted, expected.to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_decision_against_the_findings_and_a_second_one_need_a_reason() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        harness.at(CLOSES).await;
        let mut manager = harness.as_who(&harness.manager);
        let unscreened = manager.decide_eligibility(decide(&bid, true, "")).await.unwrap_err();
        assert_eq!(unscreened.message(), "screen the bid first");
        let bid = screened(&harness, &bid).await;
        assert_eq!(fields(&manager.decide_eligibility(decide(&bid, false, " ")).await.unwrap_err()), ["reason"]);
        let bid = manager.decide_eligibility(decide(&bid, true, "")).await.unwrap().into_inner();
        assert_eq!(bid.state(), State::Eligible);
        assert_eq!(fields(&manager.decide_eligibility(decide(&bid, false, "")).await.unwrap_err()), ["reason"]);
        let bid = manager.decide_eligibility(decide(&bid, false, "no such body")).await.unwrap().into_inner();
        let bid = manager.decide_eligibility(decide(&bid, true, "the appeal is upheld")).await.unwrap().into_inner();
        assert_eq!((bid.state(), bid.reason.as_str()), (State::Eligible, "the appeal is upheld"));
        let list = pb::ListBidHistoryRequest { bid_id: bid.id, ..Default::default() };
        let last = manager.list_bid_history(list).await.unwrap().into_inner().entries.pop().unwrap();
        assert_eq!(last.actor.unwrap().organisation_id, harness.network.to_string());
    })
    .await;
}

#[tokio::test]
async fn a_question_is_answered_once_by_the_applicant_and_late_answers_are_kept() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        let ask = |bid: &pb::Bid| pb::AskClarificationRequest {
            request_id: new_id(),
            bid_id: bid.id.clone(),
            question: "Which households?".to_string(),
            answer_by: wire("2020-01-20T12:00:00Z"),
            validate_only: false,
        };
        let mut manager = harness.as_who(&harness.manager);
        assert_eq!(manager.ask_clarification(ask(&draft)).await.unwrap_err().code(), Code::NotFound);
        let asked = manager.ask_clarification(ask(&bid)).await.unwrap().into_inner();
        harness.at("2020-01-20T12:00:00Z").await;
        let answer = pb::AnswerClarificationRequest {
            request_id: new_id(),
            bid_id: bid.id.clone(),
            clarification_id: asked.id.clone(),
            etag: asked.etag.clone(),
            answer: "Three in Stonehouse".to_string(),
            validate_only: false,
        };
        let certifier = harness.as_who(&council.certifier).answer_clarification(answer.clone()).await.unwrap_err();
        assert_eq!(certifier.code(), Code::PermissionDenied);
        let mut officer = harness.as_who(&council.officer);
        let answered = officer.answer_clarification(answer.clone()).await.unwrap().into_inner();
        assert_eq!((answered.answer.as_str(), answered.late), ("Three in Stonehouse", true));
        assert_eq!(answered.answered_by.clone().unwrap().organisation_id, council.id.to_string());
        let stale = pb::AnswerClarificationRequest { request_id: new_id(), ..answer.clone() };
        assert_eq!(reason(&officer.answer_clarification(stale).await.unwrap_err()), "STALE_ETAG");
        let again = pb::AnswerClarificationRequest { request_id: new_id(), etag: answered.etag.clone(), ..answer };
        assert_eq!(reason(&officer.answer_clarification(again).await.unwrap_err()), "ILLEGAL_STEP");
        let list = pb::ListClarificationsRequest { bid_id: bid.id.clone(), ..Default::default() };
        assert_eq!(manager.list_clarifications(list).await.unwrap().into_inner().clarifications, [answered]);
        assert_eq!(harness.get(&council.officer, &bid).await.unwrap().etag, bid.etag);
    })
    .await;
}

#[tokio::test]
async fn near_duplicates_of_one_council_are_flagged_until_a_new_revision_differs() {
    each_engine(async |harness| {
        let (council, mut round) = (harness.council("Plymouth"), harness.round(|_| {}));
        harness.at(OPENS).await;
        let first = harness.submitted(&council, &round).await;
        let second = harness.submitted(&council, &round).await;
        harness.at(CLOSES).await;
        let id = round.id.clone();
        let list = async || {
            let request = pb::ListDuplicatesRequest { round_id: id.clone(), ..Default::default() };
            harness.as_who(&harness.manager).list_duplicates(request).await.unwrap().into_inner().duplicates
        };
        let pair = pb::Duplicate {
            first_bid_id: first.id.clone(),
            second_bid_id: second.id.clone(),
            similarity_permille: 1000,
        };
        assert_eq!(list().await, [pair]);
        harness.publish(&mut round, |round| round.closes_at = wire("2020-02-08T00:00:00Z")).await;
        let draft = harness.reopened(&council, &second).await;
        let other = pb::BidContent { summary: "Five hubs share what they learned".to_string(), ..a_content("Hubs") };
        let draft = harness.as_who(&council.officer).update_bid(update(&draft, other)).await.unwrap().into_inner();
        let signed = harness.signed(&council, &draft).await;
        harness.submit(&council, &signed).await.unwrap();
        harness.at("2020-02-08T00:00:00Z").await;
        assert_eq!(list().await, []);
        let request = pb::ListDuplicatesRequest { round_id: round.id.clone(), ..Default::default() };
        let refused = harness.as_who(&council.officer).list_duplicates(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn an_officer_takes_back_a_draft_and_only_a_certifier_what_was_received() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let gone = harness.as_who(&council.officer).withdraw_bid(withdraw(&draft)).await.unwrap().into_inner();
        assert_eq!(gone.state(), State::Withdrawn);
        assert_eq!(harness.get(&harness.manager, &gone).await.unwrap_err().code(), Code::NotFound);

        harness.at(OPENS).await;
        let bid = harness.submitted(&council, &round).await;
        let officer = harness.as_who(&council.officer).withdraw_bid(withdraw(&bid)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        // Reopening is no way round it.
        let reopened = harness.reopened(&council, &bid).await;
        let officer = harness.as_who(&council.officer).withdraw_bid(withdraw(&reopened)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        // What is written now is never handed in.
        let update = update(&reopened, a_content("Not for the network"));
        let reopened = harness.as_who(&council.officer).update_bid(update).await.unwrap().into_inner();
        let reopened = harness.signed(&council, &reopened).await;
        let gone = harness.as_who(&council.certifier).withdraw_bid(withdraw(&reopened)).await.unwrap().into_inner();
        assert_eq!((gone.state(), gone.number), (State::Withdrawn, 1));
        assert_eq!(gone.reason, "the project goes ahead without it");
        harness.at(CLOSES).await;
        let seen = harness.get(&harness.manager, &gone).await.unwrap();
        assert_eq!((seen.revision, seen.content_sha256), (bid.revision, bid.content_sha256));
        assert_eq!((seen.content, seen.sign_off), (bid.content, None));
    })
    .await;
}
