//! Closing, the sealed record, letters, outcomes, and what the clock brings about.

use kit::caller::{Duty, Role, Scope};
use kit::ids::OrgId;
use kit::time::at;
use kit::tokens::verify_statement;
use pb::assessment::State;
use pb::determination::Outcome;
use prost::Message;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;
use tonic::{Code, Status};

use super::house::*;
use super::scene::*;
use crate::record::{Claims, TYPE, replay};

async fn letter(house: &House, scene: &Scene, who: &Who, bid: usize) -> Result<pb::Letter, Status> {
    let request = pb::GetLetterRequest { bid_id: scene.bids[bid].to_string() };
    Ok(house.as_who(who).decisions.get_letter(request).await?.into_inner())
}

async fn record(house: &House, scene: &Scene, who: &Who) -> Result<pb::DecisionRecord, Status> {
    let request = pb::GetDecisionRecordRequest { assessment_id: scene.assessment.clone() };
    Ok(house.as_who(who).decisions.get_decision_record(request).await?.into_inner())
}

async fn numbers(house: &House, scene: &Scene, who: &Who) -> Vec<i64> {
    let outcomes = scene.outcomes(house, who).await;
    assert_eq!(outcomes.total_size, outcomes.outcomes.len() as i64);
    outcomes.outcomes.iter().map(|one| one.number).collect()
}

#[tokio::test]
async fn an_assessment_closes_once_every_bid_is_determined() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&house).await;
        scene.determined(&house, scene.bids[0], Outcome::Fund, &meeting).await;
        let status = scene.close(&house, "", "").await.unwrap_err();
        let undecided = scene.bids[1..].iter().map(|bid| format!("bids[{bid}]")).collect::<Vec<_>>();
        assert_eq!((reason(&status).as_str(), fields(&status)), ("ASSESSMENT_NOT_READY", undecided));
    })
    .await;
}

#[tokio::test]
async fn leaving_the_ranked_line_and_the_pot_need_a_reason_each() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&house).await;
        scene.determined(&house, scene.bids[0], Outcome::Decline, &meeting).await;
        scene.determined(&house, scene.bids[1], Outcome::Fund, &meeting).await;
        scene.determined(&house, scene.bids[2], Outcome::Fund, &meeting).await;
        let status = scene.close(&house, " ", "").await.unwrap_err();
        assert_eq!(fields(&status), ["departure_reason"]);
        assert!(says(&status)[0].contains("ranks below \u{201c}Bid 1\u{201d}, which is not"), "{:?}", says(&status));
        // All three are more than the pot holds, and leave no line.
        scene.determined(&house, scene.bids[0], Outcome::Fund, &meeting).await;
        let status = scene.close(&house, "", "").await.unwrap_err();
        assert_eq!(fields(&status), ["over_commitment_reason"]);
        assert_eq!(says(&status), ["say why: £4,500.00 is given for policy_prototype; its pot holds £3,000.00"]);
        let closed = scene.close(&house, "", "the network adds the rest").await.unwrap();
        assert_eq!(closed.state(), State::Decided);
        let json = record(&house, &scene, &scene.manager).await.unwrap().canonical_json;
        assert!(json.contains("the network adds the rest"));
    })
    .await;
}

#[tokio::test]
async fn a_tie_across_the_funding_line_is_cast_before_closing() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [3, 3], [3, 3]]).await;
        let meeting = scene.full_meeting(&house).await;
        for (bid, outcome) in scene.bids.into_iter().zip([Outcome::Fund, Outcome::Fund, Outcome::Reserve]) {
            scene.determined(&house, bid, outcome, &meeting).await;
        }
        let status = scene.close(&house, "", "").await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "OPEN_TIE"));
        let cast = pb::CastTieRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            bid_ids: vec![scene.bids[1].to_string(), scene.bids[2].to_string()],
            reason: "the chair's casting vote".to_string(),
            validate_only: false,
        };
        house.as_who(&scene.chair).reviews.cast_tie(cast).await.unwrap();
        scene.close(&house, "", "").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_lost_its_quorum_to_an_interest_found_since_is_not_closed_over() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let part = rounds::grading_board::Part::Joint;
        let meeting = scene.meeting(&house, part, &[&scene.ann, &scene.bob]).await.unwrap();
        for bid in &scene.bids {
            scene.determined(&house, *bid, Outcome::Decline, &meeting).await;
        }
        house.peers.employ(scene.bob.id(), scene.plymouth);
        let status = scene.close(&house, "", "").await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NO_QUORUM"));
        let whole = scene.full_meeting(&house).await;
        scene.determined(&house, scene.bids[0], Outcome::Decline, &whole).await;
        scene.close(&house, "", "").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_record_is_signed_and_replays_to_its_ranking() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.decided(&house, [Outcome::Fund, Outcome::Fund, Outcome::Reserve]).await;
        let auditor = Who::person(Duty::Auditor, scene.network);
        let sealed = record(&house, &scene, &auditor).await.unwrap();
        let (claims, _): (Claims, _) = verify_statement(house.gate.known(), TYPE, &sealed.jws, "grading").unwrap();
        assert_eq!((&claims.sha256, claims.round_reference.as_str()), (&sealed.sha256, "r3-2020"));
        let replayed = replay(&sealed.canonical_json).unwrap();
        assert_eq!((replayed.n_bids, replayed.n_reviews, &replayed.sha256), (3, 9, &sealed.sha256));
        let altered = sealed.canonical_json.replacen("\"mark\":5", "\"mark\":1", 1);
        assert!(replay(&altered).is_err());
        // No name of a person is in it, and no comment of a review.
        assert!(!sealed.canonical_json.contains("Name of") && !sealed.canonical_json.contains("read twice"));
        let status = record(&house, &scene, &scene.of_southampton).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
    })
    .await;
}

/// What awards find of the round when they ask how far its decisions are.
async fn found_by_awards(house: &House, scene: &Scene) -> Option<pb::Assessment> {
    let of_round = pb::ListAssessmentsRequest { round_id: scene.round.to_string(), ..Default::default() };
    let mut awards = house.as_who(&Who::role(Role::Awards)).assessments;
    awards.list_assessments(of_round).await.unwrap().into_inner().assessments.pop()
}

#[tokio::test]
async fn bidders_learn_first_and_then_the_public() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.decided(&house, [Outcome::Fund, Outcome::Fund, Outcome::Reserve]).await;
        let of_plymouth = Who::person(Duty::ApplicantOfficer, scene.plymouth);
        let system = Who::system(scene.southampton, &[Scope::AwardsRead]);
        let stranger = Who::person(Duty::Certifier, OrgId::new());
        let nobody: [i64; 0] = [];

        // Decided: those who run the round, and the platform's roles.
        assert_eq!(numbers(&house, &scene, &scene.clerk).await, [1, 2, 3]);
        assert_eq!(numbers(&house, &scene, &Who::role(Role::Awards)).await, [1, 2, 3]);
        assert_eq!(found_by_awards(&house, &scene).await.map(|one| one.state()), Some(State::Decided));
        for who in [&of_plymouth, &system, &stranger, &scene.ann] {
            assert_eq!(numbers(&house, &scene, who).await, nobody);
        }
        let draft = letter(&house, &scene, &scene.clerk, 0).await.unwrap();
        assert_eq!(draft.released_at, wire("2020-02-04T11:00:00Z"));
        assert_eq!(letter(&house, &scene, &of_plymouth, 0).await.unwrap_err().message(), "no such letter");

        // Informed: each bidder of their own.
        house.at("2020-02-04T10:59:59.999999Z").await;
        assert_eq!(scene.get(&house).await.state(), State::Decided);
        house.at("2020-02-04T11:00:00Z").await;
        assert_eq!(scene.get(&house).await.state(), State::BiddersInformed);
        assert_eq!(numbers(&house, &scene, &of_plymouth).await, [1]);
        assert_eq!(numbers(&house, &scene, &system).await, [3]);
        assert_eq!(numbers(&house, &scene, &stranger).await, nobody);
        assert_eq!(letter(&house, &scene, &of_plymouth, 0).await.unwrap().text, draft.text);
        assert_eq!(letter(&house, &scene, &of_plymouth, 1).await.unwrap_err().code(), Code::NotFound);

        // Announced: everyone signed in, without the terms.
        house.at(ANNOUNCES).await;
        let announced = scene.get(&house).await;
        assert_eq!((announced.state(), announced.announced_at), (State::Announced, wire(ANNOUNCES)));
        assert_eq!(numbers(&house, &scene, &stranger).await, [1, 2, 3]);
        let public = scene.outcomes(&house, &stranger).await.outcomes.remove(2);
        let told = scene.outcomes(&house, &system).await.outcomes.remove(2);
        assert_eq!((public.outcome(), public.reserve_place), (Outcome::Reserve, 0));
        assert_eq!((told.outcome(), told.reserve_place), (Outcome::Reserve, 1));
        assert_eq!(letter(&house, &scene, &stranger, 0).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_is_decided_after_the_announcement_was_due_is_told_at_once_and_in_order() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.determining(&house, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&house).await;
        for bid in &scene.bids {
            scene.determined(&house, *bid, Outcome::Decline, &meeting).await;
        }
        house.at("2020-03-01T09:00:00Z").await;
        scene.close(&house, "", "").await.unwrap();
        house.grading.tick().await.unwrap();
        let told = scene.get(&house).await;
        assert_eq!((told.state(), told.etag.as_str()), (State::Announced, "6"));
        let released = letter(&house, &scene, &scene.manager, 0).await.unwrap().released_at;
        assert_eq!(released, wire("2020-03-01T09:00:00Z"));
    })
    .await;
}

#[tokio::test]
async fn a_declined_bidder_reads_the_feedback_and_neither_a_score_nor_a_name() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.declared(&house).await;
        scene.all_reviewed(&house, [[5, 5], [4, 4], [3, 3]]).await;
        scene.start_moderation(&house, &scene.manager).await.unwrap();
        let moderate = pb::ModerateBidRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            bid_id: scene.bids[2].to_string(),
            etag: "0".to_string(),
            feedback: vec![pb::Feedback { criterion: "need".to_string(), text: "say who benefits".to_string() }],
            ..Default::default()
        };
        house.as_who(&scene.chair).reviews.moderate_bid(moderate).await.unwrap();
        house.clock(MEETING).await;
        scene.start_determination(&house, &scene.manager).await.unwrap();
        let meeting = scene.full_meeting(&house).await;
        for (bid, outcome) in scene.bids.into_iter().zip([Outcome::Fund, Outcome::Fund, Outcome::Decline]) {
            scene.determined(&house, bid, outcome, &meeting).await;
        }
        scene.close(&house, "", "").await.unwrap();
        let letter = letter(&house, &scene, &scene.manager, 2).await.unwrap();
        let text = letter.text.unwrap().en;
        assert!(text.contains("need: say who benefits") && text.contains("the panel thinks so"), "{text}");
        assert!(!text.contains("Name of") && !text.contains("per_") && !text.contains("60.00"), "{text}");
        assert_eq!(letter.feedback.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_assessment_is_called_off_until_it_is_decided() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.declared(&house).await;
        let cancel = |etag: String| pb::CancelAssessmentRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            etag,
            reason: "the money is gone".to_string(),
            validate_only: false,
        };
        let mut manager = house.as_who(&scene.manager).assessments;
        let cancelled = manager.cancel_assessment(cancel("1".to_string())).await.unwrap().into_inner();
        assert_eq!((cancelled.state(), cancelled.reason.as_str()), (State::Cancelled, "the money is gone"));
        assert_eq!(reason(&manager.cancel_assessment(cancel(cancelled.etag)).await.unwrap_err()), "ILLEGAL_STEP");
        assert_eq!(reason(&scene.start_moderation(&house, &scene.manager).await.unwrap_err()), "ILLEGAL_STEP");
    })
    .await;
}

/// What `rounds` publishes of the scene's round.
async fn publish(house: &House, scene: &Scene, version: i64, change: impl FnOnce(&mut rounds::Round)) {
    let mut round = house.peers.rounds.lock().unwrap()[0].clone();
    change(&mut round);
    let resource = prost_types::Any {
        type_url: "type.googleapis.com/toadlane.rounds.v1.Round".to_string(),
        value: round.encode_to_vec(),
    };
    let event = types::Event {
        id: kit::ids::EventId::new().to_string(),
        subject: scene.round.to_string(),
        version,
        resource: Some(resource),
        ..Default::default()
    };
    house.grading.take_round(event).await.unwrap();
}

#[tokio::test]
async fn an_assessment_follows_its_round_to_a_later_announcement_and_is_called_off_with_it() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.open(&house).await;
        publish(&house, &scene, 6, |round| {
            let announces = round.timetable.as_mut().unwrap().announces.as_mut().unwrap();
            announces.instant = Some(at("2020-02-11T12:00:00Z").into());
        })
        .await;
        assert_eq!(scene.get(&house).await.announces.unwrap().instant, wire("2020-02-11T12:00:00Z"));
        assert_eq!(events(&house).await.last().unwrap().0, "toadlane.grading.v1.AnnouncementMoved");
        publish(&house, &scene, 7, |round| {
            round.set_state(rounds::round::State::Cancelled);
            round.reason = "no money".to_string();
        })
        .await;
        let cancelled = scene.get(&house).await;
        assert_eq!((cancelled.state(), cancelled.reason.as_str()), (State::Cancelled, "no money"));
    })
    .await;
}

/// The names and bodies of all events so far, in order.
async fn events(house: &House) -> Vec<(String, Vec<u8>)> {
    let events = house.db.read(|tx| {
        use diesel::prelude::*;
        diesel::table! { outbox (id) { id -> Text, kind -> Text, body -> Binary, version -> BigInt, } }
        let rows = outbox::table.order(outbox::version).select((outbox::kind, outbox::body));
        Ok::<_, kit::db::DbError>(rows.load(tx)?)
    });
    events.await.unwrap()
}

#[tokio::test]
async fn events_tell_the_steps_of_the_assessment_and_nothing_about_a_single_bid() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.decided(&house, [Outcome::Fund, Outcome::Fund, Outcome::Reserve]).await;
        house.at(ANNOUNCES).await;
        let events = events(&house).await;
        let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.rsplit('.').next().unwrap()).collect();
        let expected = [
            "AssessmentOpened",
            "ModerationStarted",
            "DeterminationStarted",
            "AssessmentDecided",
            "BiddersInformed",
            "AssessmentAnnounced",
        ];
        assert_eq!(kinds, expected);
        for (kind, body) in &events {
            let text = String::from_utf8_lossy(body);
            assert!(!text.contains("bid_"), "{kind} names a bid");
        }
    })
    .await;
}
