//! Meetings and quorum for each bid, decisions in writing and by another board, recommendation and return.

use kit::ids::{BidId, PersonId};
use pb::determination::{Basis, Outcome};
use rounds::grading_board::Part;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use tonic::{Code, Status};

use super::harness::*;
use super::scene::*;

async fn quorums(harness: &Harness, who: &Who, meeting: &pb::Meeting) -> Vec<(i32, i32, i32, bool)> {
    let request = pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), ..Default::default() };
    let listed = harness.as_who(who).decisions.list_quorums(request).await.unwrap().into_inner().quorums;
    listed.iter().map(|one| (one.n_entitled, one.n_present, one.needed, one.met)).collect()
}

async fn determine(
    harness: &Harness,
    scene: &Scene,
    request: pb::DetermineBidRequest,
) -> Result<pb::Determination, Status> {
    Ok(harness.as_who(&scene.clerk).decisions.determine_bid(request).await?.into_inner())
}

fn written(scene: &Scene, bid: BidId, deciders: &[&Who]) -> pb::DetermineBidRequest {
    pb::DetermineBidRequest {
        basis: Basis::Written.into(),
        meeting_id: String::new(),
        deciders: deciders.iter().map(|who| who.subject.clone()).collect(),
        decided_on: "2020-01-28".to_string(),
        ..scene.determine(bid, Outcome::Fund, "")
    }
}

#[tokio::test]
async fn quorum_is_tested_for_each_bid_on_voters_present_and_not_recused() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let present = [&scene.ann, &scene.of_kirklees, &scene.voteless];
        let meeting = scene.meeting(&harness, Part::Joint, &present).await.unwrap();
        // Of five voters one is recused from the second bid, and one from the third.
        let seen = quorums(&harness, &scene.manager, &meeting).await;
        assert_eq!(seen, [(5, 2, 2, true), (4, 1, 2, false), (4, 2, 2, true)]);
        assert_eq!(quorums(&harness, &scene.of_kirklees, &meeting).await, [(5, 2, 2, true), (4, 2, 2, true)]);

        let fund = |bid| scene.determine(bid, Outcome::Fund, &meeting.id);
        let decided = determine(&harness, &scene, fund(scene.bids[0])).await.unwrap();
        assert_eq!((decided.decided_on.as_str(), decided.etag.as_str()), ("2020-01-28", "1"));
        let status = determine(&harness, &scene, fund(scene.bids[1])).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NO_QUORUM"));
        assert!(status.message().contains("of 4 voters free of conflict 1 were present, and 2 are needed"));
        // Quorum can be met, so nobody decides in writing.
        let free = [&scene.chair, &scene.ann, &scene.bob, &scene.of_southampton];
        let status = determine(&harness, &scene, written(&scene, scene.bids[1], &free)).await.unwrap_err();
        assert!(status.message().starts_with("quorum can be met"), "{}", status.message());
    })
    .await;
}

#[tokio::test]
async fn where_recusals_break_quorum_substitutes_then_the_unconflicted_in_writing_decide() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let bid = scene.bids[0];
        for who in [&scene.chair, &scene.bob, &scene.of_kirklees, &scene.of_southampton] {
            scene.recuse(&harness, who, bid).await;
        }
        let meeting = scene.full_meeting(&harness).await;
        assert_eq!(quorums(&harness, &scene.manager, &meeting).await[0], (1, 1, 2, false));
        let status = determine(&harness, &scene, scene.determine(bid, Outcome::Fund, &meeting.id)).await.unwrap_err();
        assert!(status.message().starts_with("quorum cannot be met: add substitutes"), "{}", status.message());
        let with_recused = written(&scene, bid, &[&scene.ann, &scene.bob]);
        assert_eq!(reason(&determine(&harness, &scene, with_recused).await.unwrap_err()), "NO_QUORUM");
        let by_ann = determine(&harness, &scene, written(&scene, bid, &[&scene.ann])).await.unwrap();
        assert_eq!((by_ann.basis(), by_ann.deciders), (Basis::Written, vec![scene.ann.subject.clone()]));

        // A substitute makes quorum attainable, and then a meeting decides.
        let (person, neutral) = (PersonId::new(), harness.peers.organisation("Neutral"));
        harness.peers.seat(harness.peers.board("Deputies", 1), person, neutral, false);
        let request = scene.substitute(person, neutral);
        harness.as_who(&scene.clerk).assessments.add_substitute(request).await.unwrap();
        let substitute = Who::nobody(person);
        scene.declare(&harness, &substitute, &[]).await.unwrap();
        let meeting = scene.meeting(&harness, Part::Joint, &[&scene.ann, &substitute]).await.unwrap();
        assert_eq!(quorums(&harness, &scene.manager, &meeting).await[0], (2, 2, 2, true));
        let status = determine(&harness, &scene, written(&scene, bid, &[&scene.ann, &substitute])).await.unwrap_err();
        assert_eq!(reason(&status), "NO_QUORUM");
        let again = determine(&harness, &scene, scene.determine(bid, Outcome::Fund, &meeting.id)).await.unwrap();
        assert_eq!((again.basis(), again.etag.as_str()), (Basis::Meeting, "2"));
    })
    .await;
}

#[tokio::test]
async fn a_bid_from_which_nobody_is_free_is_decided_by_another_board_and_by_nobody_else() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        let other = harness.peers.board("Trustees", 2);
        let neutral = harness.peers.organisation("Neutral");
        let trustees: Vec<Who> = (0..3).map(|_| Who::nobody(PersonId::new())).collect();
        harness.peers.seat(other, trustees[0].id(), neutral, true);
        harness.peers.seat(other, trustees[1].id(), neutral, true);
        harness.peers.seat(other, trustees[2].id(), scene.plymouth, true);
        scene.declared(&harness).await;
        // Everybody turns out to have an interest in the first bid: nobody reviews it.
        for who in scene.voters() {
            scene.recuse(&harness, &who, scene.bids[0]).await;
        }
        for who in [&scene.ann, &scene.bob] {
            for bid in &scene.bids[1..] {
                scene.reviewed(&harness, *bid, who, [3, 3]).await;
            }
        }
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        harness.clock(MEETING).await;
        scene.start_determination(&harness, &scene.manager).await.unwrap();
        let ranking = scene.ranking(&harness, &scene.manager).await.unwrap();
        assert_eq!(ranking.bids.last().unwrap().rank, 0);

        let by = |board: kit::ids::BoardId, deciders: &[&Who]| pb::DetermineBidRequest {
            basis: Basis::OtherBoard.into(),
            board_id: board.to_string(),
            ..written(&scene, scene.bids[0], deciders)
        };
        let status = determine(&harness, &scene, written(&scene, scene.bids[0], &[&scene.ann])).await.unwrap_err();
        assert!(status.message().starts_with("nobody is free of conflict"), "{}", status.message());
        let acting = by(scene.boards[0], &[&scene.ann, &scene.bob]);
        assert_eq!(reason(&determine(&harness, &scene, acting).await.unwrap_err()), "NO_QUORUM");
        // G-C8: the other board decided blind and undeclared. It is seated, declares, reads, and then decides.
        let seen = async |who: &Who| scene.list_bids(&harness, who).await;
        assert_eq!(seen(&trustees[0]).await.unwrap_err().code(), Code::NotFound);
        let refer = |bid: BidId, board: kit::ids::BoardId| pb::ReferBidRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            bid_id: bid.to_string(),
            board_id: board.to_string(),
            validate_only: false,
        };
        let mut clerk = harness.as_who(&scene.clerk).decisions;
        let early = clerk.refer_bid(refer(scene.bids[1], other)).await.unwrap_err();
        assert!(early.message().starts_with("somebody is free of conflict"), "{}", early.message());
        let acting = clerk.refer_bid(refer(scene.bids[0], scene.boards[0])).await.unwrap_err();
        assert_eq!(fields(&acting), ["board_id"]);
        let referred = clerk.refer_bid(refer(scene.bids[0], other)).await.unwrap().into_inner();
        assert_eq!(referred.members.len(), 3);
        let by_two = || by(other, &[&trustees[0], &trustees[1]]);
        let undeclared = determine(&harness, &scene, by_two()).await.unwrap_err();
        assert_eq!(fields(&undeclared), ["deciders[0]", "deciders[1]"]);
        assert_eq!(scene.numbers(&harness, &trustees[0]).await, [1], "and no other bid");
        assert!(scene.numbers(&harness, &trustees[2]).await.is_empty(), "nor their own council's");
        let read =
            || pb::GetAssessedBidRequest { assessment_id: scene.assessment.clone(), bid_id: scene.bids[0].to_string() };
        let mut trustee = harness.as_who(&trustees[0]).assessments;
        assert_eq!(trustee.get_assessed_bid(read()).await.unwrap_err().code(), Code::PermissionDenied);
        for who in &trustees {
            scene.declare(&harness, who, &[]).await.unwrap();
        }
        trustee.get_assessed_bid(read()).await.unwrap();
        // Whoever is recused from the bid does not find who sits for it.
        for (who, n_members) in [(&scene.ann, 6), (&trustees[0], 9), (&scene.manager, 9)] {
            let request = pb::ListPanelMembersRequest { assessment_id: scene.assessment.clone(), ..Default::default() };
            let listed = harness.as_who(who).assessments.list_panel_members(request).await.unwrap().into_inner();
            assert_eq!(listed.members.len(), n_members);
        }
        let of_bidder = by(other, &[&trustees[0], &trustees[2]]);
        assert_eq!(fields(&determine(&harness, &scene, of_bidder).await.unwrap_err()), ["deciders[1]"]);
        let too_few = by(other, &[&trustees[0]]);
        assert_eq!(fields(&determine(&harness, &scene, too_few).await.unwrap_err()), ["deciders"]);
        let decided = determine(&harness, &scene, by(other, &[&trustees[0], &trustees[1]])).await.unwrap();
        assert_eq!((decided.basis(), decided.board_id), (Basis::OtherBoard, other.to_string()));

        // Where somebody is free, no other board decides.
        let of_free =
            pb::DetermineBidRequest { bid_id: scene.bids[1].to_string(), ..by(other, &[&trustees[0], &trustees[1]]) };
        let status = determine(&harness, &scene, of_free).await.unwrap_err();
        assert!(status.message().starts_with("somebody is free of conflict"), "{}", status.message());
        let meeting = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[1], Outcome::Fund, &meeting).await;
        scene.determined(&harness, scene.bids[2], Outcome::Fund, &meeting).await;
        scene.close(&harness, "", "one more than the pot holds").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn sums_and_reasons_that_do_not_fit_the_outcome_are_refused() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        let of = |outcome| scene.determine(scene.bids[0], outcome, &meeting.id);
        let refused = [
            pb::DetermineBidRequest { amount: pounds(1499), ..of(Outcome::Fund) },
            pb::DetermineBidRequest { amount: pounds(1501), ..of(Outcome::FundInPart) },
            pb::DetermineBidRequest { amount: pounds(499), ..of(Outcome::FundInPart) },
            pb::DetermineBidRequest { amount: pounds(1), ..of(Outcome::Decline) },
        ];
        for request in refused {
            assert_eq!(fields(&determine(&harness, &scene, request).await.unwrap_err()), ["amount"]);
        }
        let mute = pb::DetermineBidRequest { reason: " ".to_string(), ..of(Outcome::Decline) };
        assert_eq!(fields(&determine(&harness, &scene, mute).await.unwrap_err()), ["reason"]);
        let mixed = pb::DetermineBidRequest { deciders: vec![scene.ann.subject.clone()], ..of(Outcome::Fund) };
        assert_eq!(fields(&determine(&harness, &scene, mixed).await.unwrap_err()), ["deciders"]);
        let tomorrow = pb::DetermineBidRequest {
            decided_on: "2020-01-29".to_string(),
            ..written(&scene, scene.bids[0], &[&scene.ann])
        };
        assert_eq!(fields(&determine(&harness, &scene, tomorrow).await.unwrap_err()), ["decided_on"]);
        let in_part = determine(&harness, &scene, of(Outcome::FundInPart)).await.unwrap();
        assert_eq!(in_part.amount, pounds(1000));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_is_corrected_as_long_as_its_decisions_keep_their_quorum() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[1], Outcome::Fund, &meeting).await;
        let correct = |etag: &str, present: &[&Who]| pb::UpdateMeetingRequest {
            request_id: new_id(),
            meeting_id: meeting.id.clone(),
            etag: etag.to_string(),
            place: "Rochdale".to_string(),
            present: present.iter().map(|who| who.subject.clone()).collect(),
            chair_id: present[0].subject.clone(),
            minutes: "The panel met in Rochdale.".to_string(),
            validate_only: false,
        };
        let mut clerk = harness.as_who(&scene.clerk).decisions;
        // Ann and the member of Kirklees would leave the second bid one short.
        let status = clerk.update_meeting(correct("1", &[&scene.ann, &scene.of_kirklees])).await.unwrap_err();
        assert_eq!(reason(&status), "NO_QUORUM");
        let stranger = Who::nobody(PersonId::new());
        let status = clerk.update_meeting(correct("1", &[&scene.ann, &stranger])).await.unwrap_err();
        assert_eq!(fields(&status), ["present[1]"]);
        let moved = clerk.update_meeting(correct("1", &[&scene.ann, &scene.bob])).await.unwrap().into_inner();
        assert_eq!((moved.place.as_str(), moved.etag.as_str()), ("Rochdale", "2"));
        let status = clerk.update_meeting(correct("1", &[&scene.ann, &scene.bob])).await.unwrap_err();
        assert_eq!(newer::<pb::Meeting>(&status), moved);
    })
    .await;
}

/// One board recommends, the other determines. Of the second one nobody but its two voters sits.
struct TwoStages {
    scene: Scene,
    recommending: pb::Meeting,
    determining: pb::Meeting,
}

async fn two_stages(harness: &Harness) -> TwoStages {
    let mut scene = Scene::in_two_stages(&harness.peers);
    scene.determining(harness, [[5, 5], [4, 4], [3, 3]]).await;
    let first = [&scene.chair, &scene.ann, &scene.bob];
    let recommending = scene.meeting(harness, Part::Recommends, &first).await.unwrap();
    let second = [&scene.of_kirklees, &scene.of_southampton];
    let determining = scene.meeting(harness, Part::Determines, &second).await.unwrap();
    TwoStages { scene, recommending, determining }
}

impl TwoStages {
    async fn recommend(&self, harness: &Harness, meeting: &pb::Meeting) -> Result<pb::Recommendation, Status> {
        let request = pb::RecordRecommendationRequest {
            request_id: new_id(),
            assessment_id: self.scene.assessment.clone(),
            bid_id: self.scene.bids[0].to_string(),
            advice: pb::recommendation::Advice::Fund.into(),
            amount: pounds(1500),
            conditions: Vec::new(),
            reason: "the best of its kind".to_string(),
            meeting_id: meeting.id.clone(),
            validate_only: false,
        };
        Ok(harness.as_who(&self.scene.clerk).decisions.record_recommendation(request).await?.into_inner())
    }

    async fn refer_back(&self, harness: &Harness) -> Result<pb::Recommendation, Status> {
        let request = pb::ReferBackRequest {
            request_id: new_id(),
            assessment_id: self.scene.assessment.clone(),
            bid_id: self.scene.bids[0].to_string(),
            meeting_id: self.determining.id.clone(),
            question: "who pays for the bus?".to_string(),
            validate_only: false,
        };
        Ok(harness.as_who(&self.scene.clerk).decisions.refer_back(request).await?.into_inner())
    }

    async fn determine(&self, harness: &Harness, meeting: &pb::Meeting) -> Result<pb::Determination, Status> {
        determine(harness, &self.scene, self.scene.determine(self.scene.bids[0], Outcome::Fund, &meeting.id)).await
    }
}

#[tokio::test]
async fn one_board_recommends_and_the_other_determines() {
    each_engine(async |harness| {
        let stages = two_stages(&harness).await;
        let status = stages.determine(&harness, &stages.determining).await.unwrap_err();
        assert_eq!(status.message(), "the recommending board has yet to advise on this bid");
        let wrong = stages.recommend(&harness, &stages.determining).await.unwrap_err();
        assert_eq!(reason(&wrong), "ILLEGAL_STEP");
        let advised = stages.recommend(&harness, &stages.recommending).await.unwrap();
        assert_eq!((advised.sequence, advised.amount.clone()), (1, pounds(1500)));
        let status = stages.determine(&harness, &stages.recommending).await.unwrap_err();
        assert!(status.message().ends_with("record a meeting of the part determines"), "{}", status.message());
        stages.determine(&harness, &stages.determining).await.unwrap();
        let status = stages.refer_back(&harness).await.unwrap_err();
        assert_eq!(status.message(), "the bid is determined and cannot take the step refer_back");
    })
    .await;
}

#[tokio::test]
async fn a_bid_is_returned_once_with_a_question_and_the_second_time_goes_to_the_joint_meeting() {
    each_engine(async |harness| {
        let stages = two_stages(&harness).await;
        stages.recommend(&harness, &stages.recommending).await.unwrap();
        let returned = stages.refer_back(&harness).await.unwrap();
        assert_eq!(returned.referred_back_with, "who pays for the bus?");
        assert_eq!(reason(&stages.determine(&harness, &stages.determining).await.unwrap_err()), "ILLEGAL_STEP");
        assert_eq!(stages.recommend(&harness, &stages.recommending).await.unwrap().sequence, 2);
        stages.refer_back(&harness).await.unwrap();

        let status = stages.recommend(&harness, &stages.recommending).await.unwrap_err();
        assert!(status.message().ends_with("record a meeting of the part joint"), "{}", status.message());
        assert_eq!(reason(&stages.determine(&harness, &stages.determining).await.unwrap_err()), "ILLEGAL_STEP");
        let joint = stages.scene.full_meeting(&harness).await;
        stages.determine(&harness, &joint).await.unwrap();
        let request = pb::ListRecommendationsRequest {
            assessment_id: stages.scene.assessment.clone(),
            page_size: 1,
            ..Default::default()
        };
        let mut clerk = harness.as_who(&stages.scene.clerk).decisions;
        let first = clerk.list_recommendations(request.clone()).await.unwrap().into_inner();
        let second = pb::ListRecommendationsRequest { page_token: first.next_page_token, ..request };
        let second = clerk.list_recommendations(second).await.unwrap().into_inner();
        assert_eq!((first.recommendations[0].sequence, second.recommendations[0].sequence), (1, 2));
        assert_eq!(second.next_page_token, "");
    })
    .await;
}

#[tokio::test]
async fn a_bid_on_which_the_recommending_board_can_have_no_quorum_goes_to_the_determining_one() {
    each_engine(async |harness| {
        let stages = two_stages(&harness).await;
        for who in [&stages.scene.chair, &stages.scene.ann] {
            stages.scene.recuse(&harness, who, stages.scene.bids[0]).await;
        }
        stages.determine(&harness, &stages.determining).await.unwrap();
    })
    .await;
}

/// G-C2: two members who never declared, and so never read the bid, made quorum and declined it.
#[tokio::test]
async fn members_who_have_not_declared_make_no_quorum_and_decide_nothing_in_writing() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        for who in [&scene.chair, &scene.of_kirklees, &scene.of_southampton] {
            scene.declare(&harness, who, &[]).await.unwrap();
        }
        let [plymouth, kirklees, southampton] = scene.bids;
        for bid in scene.bids {
            scene.reviewed(&harness, bid, &scene.chair, [3, 3]).await;
        }
        for (who, bid) in [(&scene.of_kirklees, plymouth), (&scene.of_southampton, kirklees)] {
            scene.reviewed(&harness, bid, who, [3, 3]).await;
        }
        scene.reviewed(&harness, southampton, &scene.of_kirklees, [3, 3]).await;
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        harness.clock(MEETING).await;
        scene.start_determination(&harness, &scene.manager).await.unwrap();

        let meeting = scene.meeting(&harness, Part::Joint, &[&scene.ann, &scene.bob]).await.unwrap();
        assert_eq!(quorums(&harness, &scene.manager, &meeting).await[0], (3, 0, 2, false));
        let decline = scene.determine(plymouth, Outcome::Decline, &meeting.id);
        assert_eq!(reason(&determine(&harness, &scene, decline).await.unwrap_err()), "NO_QUORUM");
        // With the two recused who declared besides the chair, the silence of the others is still no recusal.
        for who in [&scene.of_kirklees, &scene.of_southampton] {
            scene.recuse(&harness, who, plymouth).await;
        }
        let status = determine(&harness, &scene, written(&scene, plymouth, &[&scene.chair])).await.unwrap_err();
        assert!(status.message().starts_with("quorum can be met"), "{}", status.message());
        let undeclared = written(&scene, plymouth, &[&scene.chair, &scene.ann, &scene.bob]);
        assert_eq!(reason(&determine(&harness, &scene, undeclared).await.unwrap_err()), "NO_QUORUM");
        scene.declare(&harness, &scene.ann, &[]).await.unwrap();
        let meeting = scene.meeting(&harness, Part::Joint, &[&scene.chair, &scene.ann]).await.unwrap();
        scene.determined(&harness, plymouth, Outcome::Decline, &meeting).await;
    })
    .await;
}

/// G-B6: a meeting was held in 1970, and a bid of 2026 decided in 2019.
#[tokio::test]
async fn nothing_met_or_was_decided_before_the_assessment_was_opened() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let held = |at: &str| pb::RecordMeetingRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            part: Part::Joint.into(),
            held_at: wire(at),
            place: "Stevenage".to_string(),
            present: vec![scene.chair.subject.clone()],
            chair_id: scene.chair.subject.clone(),
            minutes: String::new(),
            validate_only: false,
        };
        let mut clerk = harness.as_who(&scene.clerk).decisions;
        for impossible in ["1970-01-01T00:00:00Z", "2020-01-20T09:59:59Z", "2020-01-28T14:00:01Z"] {
            assert_eq!(fields(&clerk.record_meeting(held(impossible)).await.unwrap_err()), ["held_at"]);
        }
        clerk.record_meeting(held(OPENED)).await.unwrap();
        let by_ann = written(&scene, scene.bids[0], &[&scene.ann]);
        let early = pb::DetermineBidRequest { decided_on: "2020-01-19".to_string(), ..by_ann };
        assert_eq!(fields(&determine(&harness, &scene, early).await.unwrap_err()), ["decided_on"]);
    })
    .await;
}

/// G-C9: a member whose seat ended read on, voted, and blocked every decision in writing.
#[tokio::test]
async fn who_holds_no_seat_any_more_has_no_vote_and_reads_nothing() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        assert_eq!(quorums(&harness, &scene.manager, &meeting).await[0], (5, 5, 2, true));
        let seats = harness.peers.seats.lock().unwrap().clone();
        harness.peers.seats.lock().unwrap().retain(|seat| seat.person_id != scene.bob.subject);
        let derive = || pb::DeriveInterestsRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            validate_only: false,
        };
        let mut manager = harness.as_who(&scene.manager).assessments;
        manager.derive_interests(derive()).await.unwrap();
        assert_eq!(quorums(&harness, &scene.manager, &meeting).await[0], (4, 4, 2, true));
        let status = scene.list_bids(&harness, &scene.bob).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::NotFound, "no such assessment"));
        let all = pb::ListAssessmentsRequest::default();
        let found = harness.as_who(&scene.bob).assessments.list_assessments(all).await.unwrap().into_inner();
        assert!(found.assessments.is_empty());
        // Marks that were given stay, and a seat that is held again counts again.
        let ranking = scene.ranking(&harness, &scene.manager).await.unwrap();
        assert!(ranking.bids.iter().all(|bid| bid.n_reviews == 3));
        *harness.peers.seats.lock().unwrap() = seats;
        manager.derive_interests(derive()).await.unwrap();
        assert_eq!(scene.numbers(&harness, &scene.bob).await, [1, 2, 3]);
    })
    .await;
}
