//! Whose a bid is, and until when it is sealed.

use kit::caller::{Area, Role};
use kit::ids::OrgId;
use pb::bid::State;
use toadlane_proto::bids::v1 as pb;
use tonic::{Code, Status, Streaming};

use super::harness::*;

/// Everything that a round manager does with a received bid.
async fn handle(harness: &Harness, who: &Who, bid: &pb::Bid) -> Vec<Status> {
    let (bid_id, etag, reason) = (bid.id.clone(), bid.etag.clone(), "because".to_string());
    let mut client = harness.as_who(who);
    let admit = pb::AdmitLateBidRequest {
        request_id: new_id(),
        bid_id: bid_id.clone(),
        etag: etag.clone(),
        reason: reason.clone(),
        validate_only: true,
    };
    let reject = pb::RejectLateBidRequest {
        request_id: new_id(),
        bid_id: bid_id.clone(),
        etag: etag.clone(),
        reason: reason.clone(),
        validate_only: true,
    };
    let decide = pb::DecideEligibilityRequest {
        request_id: new_id(),
        bid_id: bid_id.clone(),
        etag,
        eligible: true,
        reason,
        validate_only: true,
    };
    let ask = pb::AskClarificationRequest {
        request_id: new_id(),
        bid_id,
        question: "Which households?".to_string(),
        answer_by: wire("2020-03-20T12:00:00Z"),
        validate_only: true,
    };
    vec![
        client.admit_late_bid(admit).await.unwrap_err(),
        client.reject_late_bid(reject).await.unwrap_err(),
        client.screen_bid(screen(bid)).await.unwrap_err(),
        client.decide_eligibility(decide).await.unwrap_err(),
        client.ask_clarification(ask).await.unwrap_err(),
    ]
}

/// F-A9: a manager with a home, or any role, at one of a bid's organisations handles nothing of it.
#[tokio::test]
async fn nobody_handles_a_bid_of_an_organisation_of_their_own() {
    each_engine(async |harness| {
        let [applicant, lead, partner, gone] =
            ["Rochdale", "Kirklees", "Oldham", "Preston"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let content = pb::BidContent { lead_organisation_id: lead.id.to_string(), ..a_content("Hubs") };
        let draft = harness.draft_of(&applicant, &round, content).await;
        let both = participants(&draft, &[(&partner, false), (&gone, false)]);
        let draft = harness.as_who(&applicant.officer).set_participants(both).await.unwrap().into_inner();
        let no = pb::DeclineParticipationRequest {
            request_id: new_id(),
            bid_id: draft.id.clone(),
            etag: draft.etag.clone(),
            organisation_id: gone.id.to_string(),
            part: 0,
            reason: "not us".to_string(),
            validate_only: false,
        };
        let draft = harness.as_who(&gone.officer).decline_participation(no).await.unwrap().into_inner();
        let signed = harness.signed(&applicant, &draft).await;
        let confirm = pb::ConfirmParticipationRequest {
            request_id: new_id(),
            bid_id: signed.id.clone(),
            etag: signed.etag.clone(),
            organisation_id: lead.id.to_string(),
            part: 0,
            certifier_id: lead.certifier.subject.clone(),
            role: "Section 151 officer".to_string(),
            validate_only: false,
        };
        let ready = harness.as_who(&lead.certifier).confirm_participation(confirm).await.unwrap().into_inner();
        let bid = harness.submit(&applicant, &ready).await.unwrap();
        harness.at(AFTER).await;
        for own in [&applicant, &lead, &partner] {
            let at_home = harness.manager.clone().of_home(own.id);
            let charged = harness.manager.clone().and(Role::CouncilAdministrator, own.id);
            for who in [at_home, charged] {
                for refused in handle(&harness, &who, &bid).await {
                    assert_eq!(reason(&refused), "SEPARATION_OF_DUTIES", "{}", refused.message());
                }
                assert!(harness.get(&who, &bid).await.unwrap().content.is_some(), "they may read what was closed");
            }
        }
        let declined = harness.manager.clone().of_home(gone.id);
        harness.as_who(&declined).screen_bid(screen(&bid)).await.unwrap();
    })
    .await;
}

/// F-A9: until the close the network knows that a bid is there, and nothing of what it says.
#[tokio::test]
async fn a_received_bid_is_sealed_to_the_network_until_the_close() {
    each_engine(async |harness| {
        let [council, partner] = ["Plymouth", "Preston"].map(|name| harness.council(name));
        let mut round = harness.round(|_| {});
        harness.at(OPENS).await;
        harness.relay();
        let watch = pb::WatchBidsRequest::default();
        let of_partner = pb::WatchBidsRequest { organisation_id: partner.id.to_string(), ..watch.clone() };
        let mut watching = watched(&harness, watch).await;
        let mut watching_partner = watched(&harness, of_partner).await;
        let draft = harness.draft(&council, &round).await;
        let draft = participants(&draft, &[(&partner, false)]);
        let draft = harness.as_who(&council.officer).set_participants(draft).await.unwrap().into_inner();
        let signed = harness.signed(&council, &draft).await;
        let bid = harness.submit(&council, &signed).await.unwrap();
        let overseers = [Role::RoundManager, Role::NetworkAdministrator, Role::Auditor];
        let overseers = overseers.map(|role| Who::person(role, OrgId::new()));
        let sealed = pb::Bid {
            id: bid.id.clone(),
            round_id: bid.round_id.clone(),
            applicant_organisation_id: council.id.to_string(),
            etag: bid.etag.clone(),
            state: State::Submitted.into(),
            number: 1,
            received_at: bid.received_at,
            revision: 2,
            content_sha256: bid.content_sha256.clone(),
            created_at: bid.created_at,
            updated_at: bid.updated_at,
            closes_at: bid.closes_at,
            as_of: bid.as_of,
            ..Default::default()
        };
        let all = pb::ListBidsRequest { round_id: round.id.clone(), ..Default::default() };
        let of_partner = pb::ListBidsRequest { organisation_id: partner.id.to_string(), ..all.clone() };
        for who in &overseers {
            let mut client = harness.as_who(who);
            assert_eq!(harness.get(who, &bid).await.unwrap(), sealed);
            let page = client.list_bids(all.clone()).await.unwrap().into_inner();
            assert_eq!((page.bids, page.total_size), (vec![sealed.clone()], 1));
            assert_eq!(page.total_requested, pounds(0), "nor what it asks for");
            let page = client.list_bids(of_partner.clone()).await.unwrap().into_inner();
            assert_eq!((page.bids, page.total_size), (vec![], 0), "nor who takes part");
            for refused in read(&mut client, &bid).await {
                assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
            }
        }
        assert!(harness.get(&Who::area(Area::Grading), &bid).await.unwrap().content.is_some());
        assert_eq!(harness.get(&council.officer, &bid).await.unwrap().content, bid.content);
        let told = next(&mut watching).await;
        assert_eq!((told.state(), told.id, told.content), (State::Submitted, bid.id.clone(), None));
        let stale = screen(&pb::Bid { etag: "1".to_string(), ..bid.clone() });
        let stale = harness.as_who(&harness.manager).screen_bid(stale).await.unwrap_err();
        assert_eq!(reason(&stale), "ILLEGAL_STEP", "the newer version is not shown with an old etag");

        harness.at(CLOSES).await;
        for who in &overseers {
            assert_eq!(harness.get(who, &bid).await.unwrap().content, bid.content);
            let page = harness.as_who(who).list_bids(of_partner.clone()).await.unwrap().into_inner();
            assert_eq!((page.total_size, page.total_requested), (1, pounds(1500)));
        }
        harness.as_who(&harness.manager).screen_bid(screen(&bid)).await.unwrap();
        let told = next(&mut watching_partner).await;
        assert_eq!(told.eligibility.len(), 8, "what was told of the partner's bids before the close was nothing");
        // A round that is opened again seals them again.
        harness.publish(&mut round, |round| round.closes_at = wire("2020-02-20T00:00:00Z")).await;
        assert_eq!(harness.get(&overseers[0], &bid).await.unwrap().content, None);
    })
    .await;
}

async fn watched(harness: &Harness, request: pb::WatchBidsRequest) -> Streaming<pb::WatchBidsResponse> {
    let mut watching = harness.as_who(&harness.manager).watch_bids(request).await.unwrap().into_inner();
    assert_eq!(watching.message().await.unwrap().unwrap().bid, None, "it has begun");
    watching
}

/// The next bid that is told of, past signs of life.
async fn next(watching: &mut Streaming<pb::WatchBidsResponse>) -> pb::Bid {
    loop {
        if let Some(bid) = watching.message().await.unwrap().unwrap().bid {
            return bid;
        }
    }
}

/// What reads more of a bid than that it is there.
async fn read(client: &mut Client, bid: &pb::Bid) -> Vec<Status> {
    let bid_id = || bid.id.clone();
    let revisions = pb::ListRevisionsRequest { bid_id: bid_id(), ..Default::default() };
    let compare = pb::CompareRevisionsRequest { bid_id: bid_id(), first: 1, second: 2 };
    let history = pb::ListBidHistoryRequest { bid_id: bid_id(), ..Default::default() };
    let attachment_id = kit::ids::AttachmentId::new().to_string();
    let download = pb::DownloadAttachmentRequest { bid_id: bid_id(), attachment_id };
    let duplicates = pb::ListDuplicatesRequest { round_id: bid.round_id.clone(), ..Default::default() };
    let early = client.list_duplicates(duplicates).await.unwrap_err();
    assert_eq!(early.message(), "the round has not closed yet; do this when it has");
    vec![
        client.list_revisions(revisions).await.unwrap_err(),
        client.compare_revisions(compare).await.unwrap_err(),
        client.list_bid_history(history).await.unwrap_err(),
        client.get_receipt(pb::GetReceiptRequest { bid_id: bid_id() }).await.unwrap_err(),
        client.download_attachment(download).await.unwrap_err(),
    ]
}

/// F-C10: how many bids came is nobody's but round staff's until the round has closed.
#[tokio::test]
async fn the_count_of_an_open_round_is_told_to_those_who_oversee_it_alone() {
    each_engine(async |harness| {
        let (council, rival, round) = (harness.council("Plymouth"), harness.council("Preston"), harness.round(|_| {}));
        harness.at(OPENS).await;
        harness.submitted(&council, &round).await;
        let own = harness.draft(&rival, &round).await;
        let count = async |who: &Who| {
            let request = pb::GetIntakeRequest { round_id: round.id.clone() };
            harness.as_who(who).get_intake(request).await.unwrap().into_inner().last_number
        };
        let checked = async || {
            let check = pb::CheckBidRequest { bid_id: own.id.clone() };
            harness.as_who(&rival.officer).check_bid(check).await.unwrap().into_inner().intake.unwrap().last_number
        };
        assert_eq!((count(&rival.system).await, checked().await, count(&harness.manager).await), (0, 0, 1));
        harness.at(CLOSES).await;
        assert_eq!((count(&rival.system).await, checked().await, count(&harness.manager).await), (1, 1, 1));
    })
    .await;
}
