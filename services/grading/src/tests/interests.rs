//! Interests: derived, declared, recorded, decided; and members who join a bidder in mid-round.

use kit::ids::{BidId, PersonId};
use pb::interest::{Kind, State};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use tonic::Code;

use super::harness::*;
use super::scene::*;

async fn interests(harness: &Harness, scene: &Scene, who: &Who) -> Vec<pb::Interest> {
    let request = pb::ListInterestsRequest { assessment_id: scene.assessment.clone(), ..Default::default() };
    harness.as_who(who).assessments.list_interests(request).await.unwrap().into_inner().interests
}

async fn numbers(harness: &Harness, scene: &Scene, who: &Who) -> Vec<i64> {
    scene.list_bids(harness, who).await.unwrap().bids.iter().map(|bid| bid.number).collect()
}

async fn derive(harness: &Harness, scene: &Scene) -> pb::Assessment {
    let request = pb::DeriveInterestsRequest {
        request_id: new_id(),
        assessment_id: scene.assessment.clone(),
        validate_only: false,
    };
    harness.as_who(&scene.manager).assessments.derive_interests(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_member_whose_own_council_bids_leads_or_takes_part_is_recused_from_the_start() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        // Southampton takes part in a bid of Plymouth, and is named as a partner of another one.
        let southampton = scene.southampton.to_string();
        harness.peers.bid(scene.round, 4, scene.plymouth, |bid| {
            bid.participants.push(bids::Participant { organisation_id: southampton, may_edit: false });
        });
        harness.peers.bid(scene.round, 5, scene.plymouth, |bid| {
            bid.content.as_mut().unwrap().partners.push("southampton council".to_string());
        });
        scene.open(&harness).await;
        assert_eq!(numbers(&harness, &scene, &scene.of_southampton).await, [1, 2]);
        assert_eq!(numbers(&harness, &scene, &scene.of_kirklees).await, [1, 3, 4, 5]);
        assert_eq!(numbers(&harness, &scene, &scene.ann).await, [1, 2, 3, 4, 5]);
        let derived = interests(&harness, &scene, &scene.manager).await;
        assert_eq!(derived.len(), 4);
        assert!(derived.iter().all(|one| (one.kind(), one.state()) == (Kind::OwnCouncil, State::Recused)));
    })
    .await;
}

#[tokio::test]
async fn a_predecessor_or_successor_of_the_members_council_is_a_related_one() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        let heir = harness.peers.organisation("Heir");
        {
            let mut organisations = harness.peers.organisations.lock().unwrap();
            let heir = organisations.iter_mut().find(|one| one.id == heir.to_string()).unwrap();
            heir.predecessor_ids.push(scene.plymouth.to_string());
        }
        let person = PersonId::new();
        harness.peers.seat(scene.boards[0], person, heir, true);
        scene.open(&harness).await;
        assert_eq!(numbers(&harness, &scene, &Who::nobody(person)).await, [2, 3]);
        let related = interests(&harness, &scene, &scene.manager).await;
        assert_eq!(related.iter().filter(|one| one.kind() == Kind::RelatedCouncil).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_derived_interest_is_never_cleared() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let derived = interests(&harness, &scene, &scene.chair).await.remove(0);
        let status = harness
            .as_who(&scene.chair)
            .assessments
            .decide_interest(decide(&derived, State::Cleared))
            .await
            .unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "ILLEGAL_STEP"));
    })
    .await;
}

#[tokio::test]
async fn a_declared_bid_is_hidden_at_once_until_a_chair_clears_it() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let declared = scene.declare(&harness, &scene.ann, &[scene.bids[0]]).await.unwrap();
        assert!(declared.declared_at.is_some());
        assert_eq!(numbers(&harness, &scene, &scene.ann).await, [2, 3]);
        // To declare it again is to declare one that does not exist.
        let status = scene.declare(&harness, &scene.ann, &[scene.bids[0]]).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::NotFound, "no such bid"));
        let unknown = scene.declare(&harness, &scene.ann, &[BidId::new()]).await.unwrap_err();
        assert_eq!((unknown.code(), unknown.message()), (Code::NotFound, "no such bid"));

        let own = interests(&harness, &scene, &scene.ann).await;
        assert_eq!((own.len(), own[0].state(), own[0].note.as_str()), (1, State::Declared, "my sister wrote it"));
        let mut chair = harness.as_who(&scene.chair).assessments;
        let cleared = chair.decide_interest(decide(&own[0], State::Cleared)).await.unwrap().into_inner();
        assert_eq!((cleared.state(), cleared.reason.as_str()), (State::Cleared, "the panel talked it over"));
        assert_eq!(numbers(&harness, &scene, &scene.ann).await, [1, 2, 3]);
        let stale = chair.decide_interest(decide(&own[0], State::Recused)).await.unwrap_err();
        assert_eq!(newer::<pb::Interest>(&stale), cleared);
    })
    .await;
}

#[tokio::test]
async fn nobody_decides_about_themselves_nor_about_a_bid_that_is_hidden_from_them() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        scene.declare(&harness, &scene.chair, &[scene.bids[0]]).await.unwrap();
        scene.declare(&harness, &scene.ann, &[scene.bids[0]]).await.unwrap();
        let mut chair = harness.as_who(&scene.chair).assessments;
        let own = interests(&harness, &scene, &scene.chair).await;
        let of_ann = interests(&harness, &scene, &scene.ann).await.remove(0);
        // The chair sees what they declared themselves, and the derived ones of other bids.
        assert!(own.iter().all(|one| one.bid_id != of_ann.bid_id || one.person_id == scene.chair.subject));
        let own = own.into_iter().find(|one| one.person_id == scene.chair.subject).unwrap();
        let status = chair.decide_interest(decide(&own, State::Cleared)).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::PermissionDenied, "another panel chair may do this"));
        let status = chair.decide_interest(decide(&of_ann, State::Cleared)).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::NotFound, "no such interest"));
    })
    .await;
}

#[tokio::test]
async fn an_interest_that_somebody_else_knows_of_recuses_at_once_and_ends_the_review() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let review = scene.reviewed(&harness, scene.bids[0], &scene.ann, [3, 3]).await;
        let request = scene.record_interest(&scene.ann, scene.bids[0]);
        let recorded = harness.as_who(&scene.chair).assessments.record_interest(request).await.unwrap().into_inner();
        assert_eq!(recorded.state(), State::Recused);
        let get = pb::GetReviewRequest { review_id: review.id };
        let ended = harness.as_who(&scene.manager).reviews.get_review(get.clone()).await.unwrap().into_inner();
        assert_eq!(ended.state(), pb::review::State::Cancelled);
        let status = harness.as_who(&scene.ann).reviews.get_review(get).await.unwrap_err();
        assert_eq!(status.message(), "no such review");
        assert!(
            interests(&harness, &scene, &scene.ann).await.is_empty(),
            "a member sees what they declared themselves"
        );
    })
    .await;
}

#[tokio::test]
async fn a_member_who_joins_a_bidder_in_mid_round_is_recused_when_the_register_is_asked_again() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let before = scene.get(&harness).await;
        scene.reviewed(&harness, scene.bids[0], &scene.ann, [3, 3]).await;
        harness.peers.employ(scene.ann.id(), scene.plymouth);
        let after = derive(&harness, &scene).await;
        assert_eq!(after.etag, before.etag, "the assessment itself is unchanged");
        assert_eq!(numbers(&harness, &scene, &scene.ann).await, [2, 3]);
        // Asking once more changes nothing, and leaving the council undoes nothing.
        harness.peers.people.lock().unwrap().clear();
        derive(&harness, &scene).await;
        assert_eq!(interests(&harness, &scene, &scene.manager).await.len(), 3);
        assert_eq!(numbers(&harness, &scene, &scene.ann).await, [2, 3]);
    })
    .await;
}

#[tokio::test]
async fn every_step_asks_the_register_and_stops_whoever_has_come_to_belong_to_a_bidder() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        scene.all_reviewed(&harness, [[3, 3]; 3]).await;
        harness.peers.employ(scene.chair.id(), scene.plymouth);
        let status = scene.start_moderation(&harness, &scene.chair).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
        assert!(status.message().ends_with("who is recused from no bid may do this"), "{}", status.message());
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        assert_eq!(numbers(&harness, &scene, &scene.chair).await, [2, 3]);
    })
    .await;
}

#[tokio::test]
async fn a_substitute_comes_with_the_members_vote_and_interests_of_their_own() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let (person, plymouth) = (PersonId::new(), scene.plymouth);
        harness.peers.employ(person, harness.peers.organisation("Neutral"));
        let request = scene.substitute(person, plymouth);
        let mut clerk = harness.as_who(&scene.clerk).assessments;
        let refused = clerk.add_substitute(request.clone()).await.unwrap_err();
        assert_eq!(fields(&refused), ["person_id"], "whoever has no seat keeps what else opens bids to them");
        harness.peers.seat(harness.peers.board("Deputies", 1), person, plymouth, false);
        let request = pb::AddSubstituteRequest { request_id: new_id(), ..request };
        let added = clerk.add_substitute(request.clone()).await.unwrap().into_inner();
        assert_eq!((added.voting, added.board_ids), (true, vec![scene.boards[1].to_string()]));
        assert_eq!(
            (added.substitute_for, added.name),
            (scene.of_kirklees.subject.clone(), format!("Name of {person}"))
        );
        assert!(added.declared_at.is_none());
        // Of Plymouth, and so recused from its bid, but not from that of Kirklees.
        assert_eq!(numbers(&harness, &scene, &Who::nobody(person)).await, [2, 3]);
        let twice = pb::AddSubstituteRequest { request_id: new_id(), ..request };
        assert_eq!(clerk.add_substitute(twice).await.unwrap_err().code(), Code::AlreadyExists);
    })
    .await;
}
