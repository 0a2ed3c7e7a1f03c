//! Reviews: who may be given one, who sees what of whom, and when it is too late.

use kit::ids::{BidId, PersonId};
use pb::review::State;
use toadlane_proto::grading::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;
use super::scene::*;

async fn reviews(harness: &Harness, scene: &Scene, who: &Who) -> Vec<pb::Review> {
    let request = pb::ListReviewsRequest { assessment_id: scene.assessment.clone(), ..Default::default() };
    harness.as_who(who).reviews.list_reviews(request).await.unwrap().into_inner().reviews
}

async fn get(harness: &Harness, who: &Who, review: &pb::Review) -> Result<pb::Review, Status> {
    let request = pb::GetReviewRequest { review_id: review.id.clone() };
    Ok(harness.as_who(who).reviews.get_review(request).await?.into_inner())
}

#[tokio::test]
async fn strangers_the_recused_those_without_a_vote_and_doubled_pairs_are_refused_at_once() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let (bid, stranger) = (scene.bids[1], Who::nobody(PersonId::new()));
        let pairs =
            [(bid, &scene.ann), (bid, &stranger), (bid, &scene.of_kirklees), (bid, &scene.voteless), (bid, &scene.ann)];
        let status = scene.assign(&harness, &pairs).await.unwrap_err();
        assert_eq!(fields(&status), ["assignments[1]", "assignments[2]", "assignments[3]", "assignments[4]"]);
        assert!(says(&status)[1].starts_with("this person is recused"), "{:?}", says(&status));
        assert!(reviews(&harness, &scene, &scene.manager).await.is_empty(), "every pair or none");
        let status = scene.assign(&harness, &[(BidId::new(), &scene.ann)]).await.unwrap_err();
        assert_eq!(status.message(), "no such bid");
    })
    .await;
}

#[tokio::test]
async fn a_seat_without_a_vote_scores_where_the_round_says_so() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.change_round(|rules| rules.non_voting_seats_may_score = true);
        scene.open(&harness).await;
        scene.assign(&harness, &[(scene.bids[0], &scene.voteless)]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_review_is_taken_on_once_its_reviewer_has_declared_their_interests() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let assigned = scene.assign(&harness, &[(scene.bids[0], &scene.ann)]).await.unwrap().remove(0);
        let mut ann = harness.as_who(&scene.ann).reviews;
        assert_eq!(ann.accept_review(accept(&assigned)).await.unwrap_err().code(), Code::PermissionDenied);
        scene.declare(&harness, &scene.ann, &[]).await.unwrap();
        let accepted = ann.accept_review(accept(&assigned)).await.unwrap().into_inner();
        assert_eq!((accepted.state(), accepted.etag.as_str()), (State::Accepted, "2"));
        let status = harness.as_who(&scene.manager).reviews.accept_review(accept(&accepted)).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn a_review_that_was_declined_makes_room_for_another_one() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let mut ann = harness.as_who(&scene.ann).reviews;
        let declined = ann.decline_review(decline(&taken, "ill")).await.unwrap().into_inner();
        assert_eq!((declined.state(), declined.reason.as_str()), (State::Declined, "ill"));
        scene.assign(&harness, &[(scene.bids[0], &scene.ann)]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_tabs_the_second_is_told_and_loses_nothing() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let mut ann = harness.as_who(&scene.ann).reviews;
        let first = ann.save_review(save(&taken, &[4])).await.unwrap().into_inner();
        let status = ann.save_review(save(&taken, &[2, 2])).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "STALE_ETAG"));
        assert_eq!(newer::<pb::Review>(&status), first);
        assert_eq!(first.state(), State::InProgress);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_criterion_a_mark_off_the_scale_and_a_missing_one_are_refused() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let mut ann = harness.as_who(&scene.ann).reviews;
        let mut bad = save(&taken, &[6, 3]);
        bad.marks[1].criterion = "sparkle".to_string();
        assert_eq!(fields(&ann.save_review(bad).await.unwrap_err()), ["marks[0].mark", "marks[1].criterion"]);
        let half = ann.save_review(save(&taken, &[4])).await.unwrap().into_inner();
        let status = ann.submit_review(submit(&half)).await.unwrap_err();
        assert_eq!((reason(&status).as_str(), fields(&status)), ("REVIEW_INCOMPLETE", vec!["marks[need]".to_string()]));
    })
    .await;
}

#[tokio::test]
async fn others_reviews_are_seen_only_after_handing_in_ones_own_whatever_ones_charge() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let bid = scene.bids[0];
        let of_ann = scene.reviewed(&harness, bid, &scene.ann, [4, 4]).await;
        let of_chair = scene.accepted(&harness, bid, &scene.chair).await;
        let draft = harness.as_who(&scene.chair).reviews.save_review(save(&of_chair, &[1, 1])).await.unwrap();
        // The chair owes one and sees no other; Bob has none; the manager sees what is handed in.
        assert_eq!(get(&harness, &scene.chair, &of_ann).await.unwrap_err().message(), "no such review");
        assert_eq!(reviews(&harness, &scene, &scene.chair).await.len(), 1);
        assert_eq!(get(&harness, &scene.bob, &of_ann).await.unwrap_err().code(), Code::NotFound);
        assert!(reviews(&harness, &scene, &scene.bob).await.is_empty());
        assert_eq!(get(&harness, &scene.manager, &of_ann).await.unwrap().marks.len(), 2);
        let unfinished = get(&harness, &scene.manager, &of_chair).await.unwrap();
        assert_eq!((unfinished.marks.len(), unfinished.comment.as_str()), (0, ""));

        harness.as_who(&scene.chair).reviews.submit_review(submit(&draft.into_inner())).await.unwrap();
        assert_eq!(get(&harness, &scene.chair, &of_ann).await.unwrap().marks.len(), 2);
        assert_eq!(reviews(&harness, &scene, &scene.chair).await.len(), 2);
        assert_eq!(reviews(&harness, &scene, &scene.ann).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_review_that_is_returned_can_be_written_and_handed_in_again() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let handed_in = scene.reviewed(&harness, scene.bids[0], &scene.ann, [4, 4]).await;
        let request = give_back(&handed_in, "say more about need");
        let returned = harness.as_who(&scene.chair).reviews.return_review(request).await.unwrap().into_inner();
        assert_eq!((returned.state(), returned.reason.as_str()), (State::Returned, "say more about need"));
        let mut ann = harness.as_who(&scene.ann).reviews;
        let saved = ann.save_review(save(&returned, &[4, 3])).await.unwrap().into_inner();
        assert_eq!(ann.submit_review(submit(&saved)).await.unwrap().into_inner().state(), State::Submitted);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_handed_in_when_reviews_are_due_lapses_also_before_the_ticker_notices() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let saved = harness.as_who(&scene.ann).reviews.save_review(save(&taken, &[4, 4])).await.unwrap().into_inner();
        harness.clock(REVIEWS_DUE).await;
        let status = harness.as_who(&scene.ann).reviews.submit_review(submit(&saved)).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "REVIEWS_DUE"));
        assert_eq!(
            scene.assign(&harness, &[(scene.bids[0], &scene.bob)]).await.unwrap_err().message(),
            status.message()
        );
        harness.grading.tick().await.unwrap();
        assert_eq!(get(&harness, &scene.ann, &saved).await.unwrap().state(), State::Lapsed);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_after_the_lock() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        scene.all_reviewed(&harness, [[3, 3]; 3]).await;
        let own = reviews(&harness, &scene, &scene.ann).await;
        let own = own.into_iter().find(|review| review.reviewer_id == scene.ann.subject).unwrap();
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        let locked = get(&harness, &scene.ann, &own).await.unwrap();
        assert_eq!((locked.state(), &locked.marks), (State::Locked, &own.marks));
        let status = harness.as_who(&scene.ann).reviews.save_review(save(&locked, &[5, 5])).await.unwrap_err();
        assert_eq!(reason(&status), "ILLEGAL_STEP");
        // Now the whole panel reads them.
        assert_eq!(get(&harness, &scene.of_kirklees, &own).await.unwrap().marks, own.marks);
    })
    .await;
}

#[tokio::test]
async fn moderation_waits_for_open_reviews_and_for_enough_of_them() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let open = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let status = scene.start_moderation(&harness, &scene.manager).await.unwrap_err();
        assert_eq!(fields(&status), [format!("reviews[{}]", open.id)]);
        harness.as_who(&scene.manager).reviews.cancel_review(cancel(&open, "reassigned")).await.unwrap();
        scene.reviewed(&harness, scene.bids[0], &scene.bob, [3, 3]).await;
        let status = scene.start_moderation(&harness, &scene.manager).await.unwrap_err();
        assert_eq!(reason(&status), "ASSESSMENT_NOT_READY");
        let short = |n: usize| format!("it has {n} reviews and must have 2; assign more");
        assert_eq!(says(&status), [short(1), short(0), short(0)]);
    })
    .await;
}

#[tokio::test]
async fn a_bid_has_at_most_sixty_reviews() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        let neutral = harness.peers.organisation("Neutral");
        let crowd: Vec<Who> = (0..58).map(|_| Who::nobody(PersonId::new())).collect();
        for who in &crowd {
            harness.peers.seat(scene.boards[0], who.id(), neutral, true);
        }
        scene.open(&harness).await;
        let mut pairs: Vec<(BidId, &Who)> = crowd.iter().map(|who| (scene.bids[0], who)).collect();
        pairs.extend([(scene.bids[0], &scene.ann), (scene.bids[0], &scene.bob)]);
        scene.assign(&harness, &pairs).await.unwrap();
        let status = scene.assign(&harness, &[(scene.bids[0], &scene.chair)]).await.unwrap_err();
        assert_eq!(says(&status), ["a bid has at most 60 reviews"]);
    })
    .await;
}

/// Neither the answer to a step of others nor the newer version that comes with a refusal tells what is not handed in.
#[tokio::test]
async fn what_is_not_handed_in_is_told_to_nobody_who_takes_the_review_back() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let draft = harness.as_who(&scene.ann).reviews.save_review(save(&taken, &[4, 2])).await.unwrap().into_inner();
        let mut manager = harness.as_who(&scene.manager).reviews;
        let stale = manager
            .cancel_review(pb::CancelReviewRequest { etag: "1".to_string(), ..cancel(&draft, "ill") })
            .await
            .unwrap_err();
        let newer = newer::<pb::Review>(&stale);
        assert_eq!((newer.etag.as_str(), newer.marks.len(), newer.comment.as_str()), (draft.etag.as_str(), 0, ""));
        assert_eq!(fields(&manager.cancel_review(cancel(&draft, " ")).await.unwrap_err()), ["reason"]);
        let cancelled = manager.cancel_review(cancel(&draft, "ill")).await.unwrap().into_inner();
        assert_eq!((cancelled.state(), cancelled.marks.len()), (State::Cancelled, 0));
        let own = get(&harness, &scene.ann, &draft).await.unwrap();
        assert_eq!((own.etag, own.marks), (cancelled.etag, draft.marks), "the reviewer keeps what they wrote");
    })
    .await;
}
