//! Closing, the sealed record, letters, outcomes, and what the clock brings about.

use kit::caller::{Area, Role, Scope};
use kit::ids::OrgId;
use kit::time::at;
use kit::tokens::verify_statement;
use pb::assessment::State;
use pb::determination::Outcome;
use prost::Message;
use testing::answers::event;
use testing::stores::{events, published};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use tonic::{Code, Status};

use super::harness::*;
use super::scene::*;
use crate::release::record::{Claims, TYPE, replay};

async fn letter(harness: &Harness, scene: &Scene, who: &Who, bid: usize) -> Result<pb::Letter, Status> {
    let request = pb::GetLetterRequest { bid_id: scene.bids[bid].to_string() };
    Ok(harness.as_who(who).decisions.get_letter(request).await?.into_inner())
}

async fn record(harness: &Harness, scene: &Scene, who: &Who) -> Result<pb::DecisionRecord, Status> {
    let request = pb::GetDecisionRecordRequest { assessment_id: scene.assessment.clone() };
    Ok(harness.as_who(who).decisions.get_decision_record(request).await?.into_inner())
}

async fn numbers(harness: &Harness, scene: &Scene, who: &Who) -> Vec<i64> {
    let outcomes = scene.outcomes(harness, who).await;
    assert_eq!(outcomes.total_size, outcomes.outcomes.len() as i64);
    outcomes.outcomes.iter().map(|one| one.number).collect()
}

#[tokio::test]
async fn an_assessment_closes_once_every_bid_is_determined() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[0], Outcome::Fund, &meeting).await;
        let status = scene.close(&harness, "", "").await.unwrap_err();
        let undecided = scene.bids[1..].iter().map(|bid| format!("bids[{bid}]")).collect::<Vec<_>>();
        assert_eq!((reason(&status).as_str(), fields(&status)), ("ASSESSMENT_NOT_READY", undecided));
    })
    .await;
}

#[tokio::test]
async fn leaving_the_ranked_line_and_the_pot_need_a_reason_each() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[0], Outcome::Decline, &meeting).await;
        scene.determined(&harness, scene.bids[1], Outcome::Fund, &meeting).await;
        scene.determined(&harness, scene.bids[2], Outcome::Fund, &meeting).await;
        let status = scene.close(&harness, " ", "").await.unwrap_err();
        assert_eq!(fields(&status), ["departure_reason"]);
        assert!(says(&status)[0].contains("ranks below \u{201c}Bid 1\u{201d}, which is not"), "{:?}", says(&status));
        // All three are more than the pot holds, and leave no line.
        scene.determined(&harness, scene.bids[0], Outcome::Fund, &meeting).await;
        let status = scene.close(&harness, "", "").await.unwrap_err();
        assert_eq!(fields(&status), ["over_commitment_reason"]);
        assert_eq!(says(&status), ["say why: £4,500.00 is given for policy_prototype; its pot holds £3,000.00"]);
        let closed = scene.close(&harness, "", "the network adds the rest").await.unwrap();
        assert_eq!(closed.state(), State::Decided);
        let json = record(&harness, &scene, &scene.manager).await.unwrap().canonical_json;
        assert!(json.contains("the network adds the rest"));
    })
    .await;
}

#[tokio::test]
async fn a_tie_across_the_funding_line_is_cast_before_closing() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [3, 3], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        for (bid, outcome) in scene.bids.into_iter().zip([Outcome::Fund, Outcome::Fund, Outcome::Reserve]) {
            scene.determined(&harness, bid, outcome, &meeting).await;
        }
        let status = scene.close(&harness, "", "").await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "OPEN_TIE"));
        harness.as_who(&scene.chair).reviews.cast_tie(scene.cast(&scene.bids[1..])).await.unwrap();
        scene.close(&harness, "", "").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_lost_its_quorum_to_an_interest_found_since_is_not_closed_over() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let part = rounds::grading_board::Part::Joint;
        let meeting = scene.meeting(&harness, part, &[&scene.ann, &scene.bob]).await.unwrap();
        for bid in &scene.bids {
            scene.determined(&harness, *bid, Outcome::Decline, &meeting).await;
        }
        harness.peers.employ(scene.bob.id(), scene.plymouth);
        let status = scene.close(&harness, "", "").await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NO_QUORUM"));
        let whole = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[0], Outcome::Decline, &whole).await;
        scene.close(&harness, "", "").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_record_is_signed_and_replays_to_its_ranking() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.decided(&harness, [Outcome::Fund, Outcome::Fund, Outcome::Reserve]).await;
        let auditor = Who::person(Role::Auditor, scene.network);
        let sealed = record(&harness, &scene, &auditor).await.unwrap();
        let (claims, _): (Claims, _) = verify_statement(harness.gate.known(), TYPE, &sealed.jws, "grading").unwrap();
        assert_eq!((&claims.sha256, claims.round_reference.as_str()), (&sealed.sha256, "r3-2020"));
        let replayed = replay(&sealed.canonical_json).unwrap();
        assert_eq!((replayed.n_bids, replayed.n_reviews, &replayed.sha256), (3, 9, &sealed.sha256));
        let altered = sealed.canonical_json.replacen("\"mark\":5", "\"mark\":1", 1);
        assert!(replay(&altered).is_err());
        // No name of a person is in it, and no comment of a review.
        assert!(!sealed.canonical_json.contains("Name of") && !sealed.canonical_json.contains("read twice"));
        let status = record(&harness, &scene, &scene.of_southampton).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
    })
    .await;
}

/// What awards find of the round when they ask how far its decisions are.
async fn found_by_awards(harness: &Harness, scene: &Scene) -> Option<pb::Assessment> {
    let of_round = pb::ListAssessmentsRequest { round_id: scene.round.to_string(), ..Default::default() };
    let mut awards = harness.as_who(&Who::area(Area::Awards)).assessments;
    awards.list_assessments(of_round).await.unwrap().into_inner().assessments.pop()
}

#[tokio::test]
async fn bidders_learn_first_and_then_the_public() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.decided(&harness, [Outcome::Fund, Outcome::Fund, Outcome::Reserve]).await;
        let of_plymouth = Who::person(Role::ApplicantOfficer, scene.plymouth);
        let system = Who::system(scene.southampton, &[Scope::AwardsRead]);
        let stranger = Who::person(Role::Certifier, OrgId::new());
        let nobody: [i64; 0] = [];

        // Decided: those who run the round, and the platform's roles.
        assert_eq!(numbers(&harness, &scene, &scene.clerk).await, [1, 2, 3]);
        assert_eq!(numbers(&harness, &scene, &Who::area(Area::Awards)).await, [1, 2, 3]);
        assert_eq!(found_by_awards(&harness, &scene).await.map(|one| one.state()), Some(State::Decided));
        for who in [&of_plymouth, &system, &stranger, &scene.ann] {
            assert_eq!(numbers(&harness, &scene, who).await, nobody);
        }
        let draft = letter(&harness, &scene, &scene.clerk, 0).await.unwrap();
        assert_eq!(draft.released_at, wire("2020-02-04T11:00:00Z"));
        assert_eq!(letter(&harness, &scene, &of_plymouth, 0).await.unwrap_err().message(), "no such letter");

        // Informed: each bidder of their own.
        harness.at("2020-02-04T10:59:59.999999Z").await;
        assert_eq!(scene.get(&harness).await.state(), State::Decided);
        harness.at("2020-02-04T11:00:00Z").await;
        assert_eq!(scene.get(&harness).await.state(), State::BiddersInformed);
        assert_eq!(numbers(&harness, &scene, &of_plymouth).await, [1]);
        assert_eq!(numbers(&harness, &scene, &system).await, [3]);
        assert_eq!(numbers(&harness, &scene, &stranger).await, nobody);
        assert_eq!(letter(&harness, &scene, &of_plymouth, 0).await.unwrap().text, draft.text);
        assert_eq!(letter(&harness, &scene, &of_plymouth, 1).await.unwrap_err().code(), Code::NotFound);

        // Announced: everyone signed in what is funded, without the terms, and how many bids came to what (G-C10).
        harness.at(ANNOUNCES).await;
        let announced = scene.get(&harness).await;
        assert_eq!((announced.state(), announced.announced_at), (State::Announced, wire(ANNOUNCES)));
        let consultant = Who::person(Role::Consultant, OrgId::new());
        for who in [&stranger, &consultant, &scene.ann, &of_plymouth] {
            assert_eq!(numbers(&harness, &scene, who).await, [1, 2]);
        }
        for who in [&system, &scene.clerk, &Who::area(Area::Learning)] {
            assert_eq!(numbers(&harness, &scene, who).await, [1, 2, 3]);
        }
        let public = scene.outcomes(&harness, &stranger).await;
        let counts: Vec<_> = public.counts.iter().map(|one| (one.outcome(), one.n_bids)).collect();
        assert_eq!(counts, [(Outcome::Fund, 2), (Outcome::Reserve, 1)]);
        let told = scene.outcomes(&harness, &system).await.outcomes.remove(2);
        assert_eq!((told.outcome(), told.reserve_place), (Outcome::Reserve, 1));
        assert_eq!(letter(&harness, &scene, &stranger, 0).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_is_decided_after_the_announcement_was_due_is_told_at_once_and_in_order() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        for bid in &scene.bids {
            scene.determined(&harness, *bid, Outcome::Decline, &meeting).await;
        }
        harness.at("2020-03-01T09:00:00Z").await;
        scene.close(&harness, "", "").await.unwrap();
        harness.grading.tick().await.unwrap();
        let told = scene.get(&harness).await;
        assert_eq!((told.state(), told.etag.as_str()), (State::Announced, "6"));
        let released = letter(&harness, &scene, &scene.manager, 0).await.unwrap().released_at;
        assert_eq!(released, wire("2020-03-01T09:00:00Z"));
    })
    .await;
}

#[tokio::test]
async fn a_declined_bidder_reads_the_feedback_and_neither_a_score_nor_a_name() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        scene.all_reviewed(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        let moderate = scene.moderate(scene.bids[2], "0", &[], "say who benefits");
        harness.as_who(&scene.chair).reviews.moderate_bid(moderate).await.unwrap();
        harness.clock(MEETING).await;
        scene.start_determination(&harness, &scene.manager).await.unwrap();
        let meeting = scene.full_meeting(&harness).await;
        for (bid, outcome) in scene.bids.into_iter().zip([Outcome::Fund, Outcome::Fund, Outcome::Decline]) {
            scene.determined(&harness, bid, outcome, &meeting).await;
        }
        scene.close(&harness, "", "").await.unwrap();
        let letter = letter(&harness, &scene, &scene.manager, 2).await.unwrap();
        let text = letter.text.unwrap().en;
        assert!(text.contains("need: say who benefits") && text.contains("the panel thinks so"), "{text}");
        assert!(!text.contains("Name of") && !text.contains("per_") && !text.contains("60.00"), "{text}");
        assert_eq!(letter.feedback.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_assessment_is_called_off_until_it_is_decided() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let cancel = |etag: String| pb::CancelAssessmentRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            etag,
            reason: "the money is gone".to_string(),
            validate_only: false,
        };
        let mut manager = harness.as_who(&scene.manager).assessments;
        let cancelled = manager.cancel_assessment(cancel("1".to_string())).await.unwrap().into_inner();
        assert_eq!((cancelled.state(), cancelled.reason.as_str()), (State::Cancelled, "the money is gone"));
        assert_eq!(reason(&manager.cancel_assessment(cancel(cancelled.etag)).await.unwrap_err()), "ILLEGAL_STEP");
        assert_eq!(reason(&scene.start_moderation(&harness, &scene.manager).await.unwrap_err()), "ILLEGAL_STEP");
    })
    .await;
}

/// What `rounds` publishes of the scene's round.
async fn publish(harness: &Harness, scene: &Scene, version: i64, change: impl FnOnce(&mut rounds::Round)) {
    let mut round = harness.peers.rounds.lock().unwrap()[0].clone();
    change(&mut round);
    harness.grading.clone().take_round(event(&scene.round.to_string(), version, &round)).await.unwrap();
}

#[tokio::test]
async fn an_assessment_follows_its_round_to_a_later_announcement_and_is_called_off_with_it() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        publish(&harness, &scene, 6, |round| {
            let announces = round.timetable.as_mut().unwrap().announces.as_mut().unwrap();
            announces.instant = Some(at("2020-02-11T12:00:00Z").into());
        })
        .await;
        assert_eq!(scene.get(&harness).await.announces.unwrap().instant, wire("2020-02-11T12:00:00Z"));
        assert_eq!(events(&harness.db).await.last().unwrap().r#type, "toadlane.grading.v1.AnnouncementMoved");
        publish(&harness, &scene, 7, |round| {
            round.set_state(rounds::round::State::Cancelled);
            round.reason = "no money".to_string();
        })
        .await;
        let cancelled = scene.get(&harness).await;
        assert_eq!((cancelled.state(), cancelled.reason.as_str()), (State::Cancelled, "no money"));
    })
    .await;
}

#[tokio::test]
async fn events_tell_the_steps_of_the_assessment_and_nothing_about_a_single_bid() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.decided(&harness, [Outcome::Fund, Outcome::Fund, Outcome::Reserve]).await;
        harness.at(ANNOUNCES).await;
        let expected = [
            "AssessmentOpened",
            "ModerationStarted",
            "DeterminationStarted",
            "AssessmentDecided",
            "BiddersInformed",
            "AssessmentAnnounced",
        ];
        assert_eq!(published(&harness.db).await, expected);
        for event in events(&harness.db).await {
            let body = event.encode_to_vec();
            assert!(!String::from_utf8_lossy(&body).contains("bid_"), "{} names a bid", event.r#type);
        }
    })
    .await;
}
