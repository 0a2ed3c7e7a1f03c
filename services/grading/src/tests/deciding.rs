//! Meetings and quorum for each bid, decisions in writing and by another board, recommendation and return.

use kit::ids::{BidId, PersonId};
use pb::determination::{Basis, Outcome};
use rounds::grading_board::Part;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use tonic::{Code, Status};

use super::house::*;
use super::scene::*;

async fn quorums(house: &House, who: &Who, meeting: &pb::Meeting) -> Vec<(i32, i32, i32, bool)> {
    let request = pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), ..Default::default() };
    let listed = house.as_who(who).decisions.list_quorums(request).await.unwrap().into_inner().quorums;
    listed.iter().map(|one| (one.n_entitled, one.n_present, one.needed, one.met)).collect()
}

async fn determine(
    house: &House,
    scene: &Scene,
    request: pb::DetermineBidRequest,
) -> Result<pb::Determination, Status> {
    Ok(house.as_who(&scene.clerk).decisions.determine_bid(request).await?.into_inner())
}

async fn recuse(house: &House, scene: &Scene, who: &Who, bid: BidId) {
    let request = pb::RecordInterestRequest {
        request_id: new_id(),
        assessment_id: scene.assessment.clone(),
        person_id: who.subject.clone(),
        interest: Some(interest_in(bid)),
        validate_only: false,
    };
    house.as_who(&scene.manager).assessments.record_interest(request).await.unwrap();
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
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let present = [&scene.ann, &scene.of_kirklees, &scene.voteless];
        let meeting = scene.meeting(&house, Part::Joint, &present).await.unwrap();
        // Of five voters one is recused from the second bid, and one from the third.
        let seen = quorums(&house, &scene.manager, &meeting).await;
        assert_eq!(seen, [(5, 2, 2, true), (4, 1, 2, false), (4, 2, 2, true)]);
        assert_eq!(quorums(&house, &scene.of_kirklees, &meeting).await, [(5, 2, 2, true), (4, 2, 2, true)]);

        let fund = |bid| scene.determine(bid, Outcome::Fund, &meeting.id);
        let decided = determine(&house, &scene, fund(scene.bids[0])).await.unwrap();
        assert_eq!((decided.decided_on.as_str(), decided.etag.as_str()), ("2020-01-28", "1"));
        let status = determine(&house, &scene, fund(scene.bids[1])).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NO_QUORUM"));
        assert!(status.message().contains("of 4 voters free of conflict 1 were present, and 2 are needed"));
        // Quorum can be met, so nobody decides in writing.
        let free = [&scene.chair, &scene.ann, &scene.bob, &scene.of_southampton];
        let status = determine(&house, &scene, written(&scene, scene.bids[1], &free)).await.unwrap_err();
        assert!(status.message().starts_with("quorum can be met"), "{}", status.message());
    })
    .await;
}

#[tokio::test]
async fn where_recusals_break_quorum_substitutes_then_the_unconflicted_in_writing_decide() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let bid = scene.bids[0];
        for who in [&scene.chair, &scene.bob, &scene.of_kirklees, &scene.of_southampton] {
            recuse(&house, &scene, who, bid).await;
        }
        let meeting = scene.full_meeting(&house).await;
        assert_eq!(quorums(&house, &scene.manager, &meeting).await[0], (1, 1, 2, false));
        let status = determine(&house, &scene, scene.determine(bid, Outcome::Fund, &meeting.id)).await.unwrap_err();
        assert!(status.message().starts_with("quorum cannot be met: add substitutes"), "{}", status.message());
        let with_recused = written(&scene, bid, &[&scene.ann, &scene.bob]);
        assert_eq!(reason(&determine(&house, &scene, with_recused).await.unwrap_err()), "NO_QUORUM");
        let by_ann = determine(&house, &scene, written(&scene, bid, &[&scene.ann])).await.unwrap();
        assert_eq!((by_ann.basis(), by_ann.deciders), (Basis::Written, vec![scene.ann.subject.clone()]));

        // A substitute makes quorum attainable, and then a meeting decides.
        let (person, neutral) = (PersonId::new(), house.peers.organisation("Neutral"));
        house.peers.seat(house.peers.board("Deputies", 1), person, neutral, false);
        let request = pb::AddSubstituteRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            person_id: person.to_string(),
            organisation_id: neutral.to_string(),
            substitute_for: scene.of_kirklees.subject.clone(),
            validate_only: false,
        };
        house.as_who(&scene.clerk).assessments.add_substitute(request).await.unwrap();
        let substitute = Who::nobody(person);
        let meeting = scene.meeting(&house, Part::Joint, &[&scene.ann, &substitute]).await.unwrap();
        assert_eq!(quorums(&house, &scene.manager, &meeting).await[0], (2, 2, 2, true));
        let status = determine(&house, &scene, written(&scene, bid, &[&scene.ann, &substitute])).await.unwrap_err();
        assert_eq!(reason(&status), "NO_QUORUM");
        let again = determine(&house, &scene, scene.determine(bid, Outcome::Fund, &meeting.id)).await.unwrap();
        assert_eq!((again.basis(), again.etag.as_str()), (Basis::Meeting, "2"));
    })
    .await;
}

#[tokio::test]
async fn a_bid_from_which_nobody_is_free_is_decided_by_another_board_and_by_nobody_else() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        let other = house.peers.board("Trustees", 2);
        let neutral = house.peers.organisation("Neutral");
        let trustees: Vec<Who> = (0..3).map(|_| Who::nobody(PersonId::new())).collect();
        house.peers.seat(other, trustees[0].id(), neutral, true);
        house.peers.seat(other, trustees[1].id(), neutral, true);
        house.peers.seat(other, trustees[2].id(), scene.plymouth, true);
        scene.declared(&house).await;
        // Everybody turns out to have an interest in the first bid: nobody reviews it.
        for who in scene.voters() {
            recuse(&house, &scene, &who, scene.bids[0]).await;
        }
        for who in [&scene.ann, &scene.bob] {
            for bid in &scene.bids[1..] {
                scene.reviewed(&house, *bid, who, [3, 3]).await;
            }
        }
        scene.start_moderation(&house, &scene.manager).await.unwrap();
        house.clock(MEETING).await;
        scene.start_determination(&house, &scene.manager).await.unwrap();
        let ranking = scene.ranking(&house, &scene.manager).await.unwrap();
        assert_eq!(ranking.bids.last().unwrap().rank, 0);

        let by = |board: kit::ids::BoardId, deciders: &[&Who]| pb::DetermineBidRequest {
            basis: Basis::OtherBoard.into(),
            board_id: board.to_string(),
            ..written(&scene, scene.bids[0], deciders)
        };
        let status = determine(&house, &scene, written(&scene, scene.bids[0], &[&scene.ann])).await.unwrap_err();
        assert!(status.message().starts_with("nobody is free of conflict"), "{}", status.message());
        let acting = by(scene.boards[0], &[&scene.ann, &scene.bob]);
        assert_eq!(reason(&determine(&house, &scene, acting).await.unwrap_err()), "NO_QUORUM");
        let of_bidder = by(other, &[&trustees[0], &trustees[2]]);
        assert_eq!(fields(&determine(&house, &scene, of_bidder).await.unwrap_err()), ["deciders[1]"]);
        let too_few = by(other, &[&trustees[0]]);
        assert_eq!(fields(&determine(&house, &scene, too_few).await.unwrap_err()), ["deciders"]);
        let decided = determine(&house, &scene, by(other, &[&trustees[0], &trustees[1]])).await.unwrap();
        assert_eq!((decided.basis(), decided.board_id), (Basis::OtherBoard, other.to_string()));

        // Where somebody is free, no other board decides.
        let of_free =
            pb::DetermineBidRequest { bid_id: scene.bids[1].to_string(), ..by(other, &[&trustees[0], &trustees[1]]) };
        let status = determine(&house, &scene, of_free).await.unwrap_err();
        assert!(status.message().starts_with("somebody is free of conflict"), "{}", status.message());
        let meeting = scene.full_meeting(&house).await;
        scene.determined(&house, scene.bids[1], Outcome::Fund, &meeting).await;
        scene.determined(&house, scene.bids[2], Outcome::Fund, &meeting).await;
        scene.close(&house, "", "one more than the pot holds").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn sums_and_reasons_that_do_not_fit_the_outcome_are_refused() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&house).await;
        let of = |outcome| scene.determine(scene.bids[0], outcome, &meeting.id);
        let refused = [
            pb::DetermineBidRequest { amount: pounds(1499), ..of(Outcome::Fund) },
            pb::DetermineBidRequest { amount: pounds(1501), ..of(Outcome::FundInPart) },
            pb::DetermineBidRequest { amount: pounds(499), ..of(Outcome::FundInPart) },
            pb::DetermineBidRequest { amount: pounds(1), ..of(Outcome::Decline) },
        ];
        for request in refused {
            assert_eq!(fields(&determine(&house, &scene, request).await.unwrap_err()), ["amount"]);
        }
        let mute = pb::DetermineBidRequest { reason: " ".to_string(), ..of(Outcome::Decline) };
        assert_eq!(fields(&determine(&house, &scene, mute).await.unwrap_err()), ["reason"]);
        let mixed = pb::DetermineBidRequest { deciders: vec![scene.ann.subject.clone()], ..of(Outcome::Fund) };
        assert_eq!(fields(&determine(&house, &scene, mixed).await.unwrap_err()), ["deciders"]);
        let tomorrow = pb::DetermineBidRequest {
            decided_on: "2020-01-29".to_string(),
            ..written(&scene, scene.bids[0], &[&scene.ann])
        };
        assert_eq!(fields(&determine(&house, &scene, tomorrow).await.unwrap_err()), ["decided_on"]);
        let in_part = determine(&house, &scene, of(Outcome::FundInPart)).await.unwrap();
        assert_eq!(in_part.amount, pounds(1000));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_is_corrected_as_long_as_its_decisions_keep_their_quorum() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&house).await;
        scene.determined(&house, scene.bids[1], Outcome::Fund, &meeting).await;
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
        let mut clerk = house.as_who(&scene.clerk).decisions;
        // Ann and the member of Kirklees would leave the second bid one short.
        let status = clerk.update_meeting(correct("1", &[&scene.ann, &scene.of_kirklees])).await.unwrap_err();
        assert_eq!(reason(&status), "NO_QUORUM");
        let stranger = Who::nobody(PersonId::new());
        let status = clerk.update_meeting(correct("1", &[&scene.ann, &stranger])).await.unwrap_err();
        assert_eq!(fields(&status), ["present[1]"]);
        let moved = clerk.update_meeting(correct("1", &[&scene.ann, &scene.bob])).await.unwrap().into_inner();
        assert_eq!((moved.place.as_str(), moved.etag.as_str()), ("Rochdale", "2"));
        let status = clerk.update_meeting(correct("1", &[&scene.ann, &scene.bob])).await.unwrap_err();
        assert_eq!(newer::<pb::Meeting>(&status, "toadlane.grading.v1.Meeting"), moved);
    })
    .await;
}

/// One board recommends, the other determines. Of the second one nobody but its two voters sits.
struct TwoStages {
    scene: Scene,
    recommending: pb::Meeting,
    determining: pb::Meeting,
}

async fn two_stages(house: &House) -> TwoStages {
    let mut scene = Scene::in_two_stages(&house.peers);
    scene.determining(house, [[5, 5], [4, 4], [3, 3]]).await;
    let first = [&scene.chair, &scene.ann, &scene.bob];
    let recommending = scene.meeting(house, Part::Recommends, &first).await.unwrap();
    let second = [&scene.of_kirklees, &scene.of_southampton];
    let determining = scene.meeting(house, Part::Determines, &second).await.unwrap();
    TwoStages { scene, recommending, determining }
}

impl TwoStages {
    async fn recommend(&self, house: &House, meeting: &pb::Meeting) -> Result<pb::Recommendation, Status> {
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
        Ok(house.as_who(&self.scene.clerk).decisions.record_recommendation(request).await?.into_inner())
    }

    async fn refer_back(&self, house: &House) -> Result<pb::Recommendation, Status> {
        let request = pb::ReferBackRequest {
            request_id: new_id(),
            assessment_id: self.scene.assessment.clone(),
            bid_id: self.scene.bids[0].to_string(),
            meeting_id: self.determining.id.clone(),
            question: "who pays for the bus?".to_string(),
            validate_only: false,
        };
        Ok(house.as_who(&self.scene.clerk).decisions.refer_back(request).await?.into_inner())
    }

    async fn determine(&self, house: &House, meeting: &pb::Meeting) -> Result<pb::Determination, Status> {
        determine(house, &self.scene, self.scene.determine(self.scene.bids[0], Outcome::Fund, &meeting.id)).await
    }
}

#[tokio::test]
async fn one_board_recommends_and_the_other_determines() {
    each_house(|house| async move {
        let stages = two_stages(&house).await;
        let status = stages.determine(&house, &stages.determining).await.unwrap_err();
        assert_eq!(status.message(), "the recommending board has yet to advise on this bid");
        let wrong = stages.recommend(&house, &stages.determining).await.unwrap_err();
        assert_eq!(reason(&wrong), "ILLEGAL_STEP");
        let advised = stages.recommend(&house, &stages.recommending).await.unwrap();
        assert_eq!((advised.sequence, advised.amount.clone()), (1, pounds(1500)));
        let status = stages.determine(&house, &stages.recommending).await.unwrap_err();
        assert!(status.message().ends_with("record a meeting of the part determines"), "{}", status.message());
        stages.determine(&house, &stages.determining).await.unwrap();
        let status = stages.refer_back(&house).await.unwrap_err();
        assert_eq!(status.message(), "the bid is determined and cannot take the step refer_back");
    })
    .await;
}

#[tokio::test]
async fn a_bid_is_returned_once_with_a_question_and_the_second_time_goes_to_the_joint_meeting() {
    each_house(|house| async move {
        let stages = two_stages(&house).await;
        stages.recommend(&house, &stages.recommending).await.unwrap();
        let returned = stages.refer_back(&house).await.unwrap();
        assert_eq!(returned.referred_back_with, "who pays for the bus?");
        assert_eq!(reason(&stages.determine(&house, &stages.determining).await.unwrap_err()), "ILLEGAL_STEP");
        assert_eq!(stages.recommend(&house, &stages.recommending).await.unwrap().sequence, 2);
        stages.refer_back(&house).await.unwrap();

        let status = stages.recommend(&house, &stages.recommending).await.unwrap_err();
        assert!(status.message().ends_with("record a meeting of the part joint"), "{}", status.message());
        assert_eq!(reason(&stages.determine(&house, &stages.determining).await.unwrap_err()), "ILLEGAL_STEP");
        let joint = stages.scene.full_meeting(&house).await;
        stages.determine(&house, &joint).await.unwrap();
        let request = pb::ListRecommendationsRequest {
            assessment_id: stages.scene.assessment.clone(),
            page_size: 1,
            ..Default::default()
        };
        let mut clerk = house.as_who(&stages.scene.clerk).decisions;
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
    each_house(|house| async move {
        let stages = two_stages(&house).await;
        for who in [&stages.scene.chair, &stages.scene.ann] {
            recuse(&house, &stages.scene, who, stages.scene.bids[0]).await;
        }
        stages.determine(&house, &stages.determining).await.unwrap();
    })
    .await;
}
