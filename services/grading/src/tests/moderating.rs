//! Moderation, rankings and casting decisions.

use kit::ids::BidId;
use pb::ranked_bid::SettledBy;
use toadlane_proto::grading::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;
use super::scene::*;

fn moderate(scene: &Scene, bid: BidId, etag: &str, agreed: &[(&str, i32)]) -> pb::ModerateBidRequest {
    scene.moderate(bid, etag, agreed, "well shown")
}

async fn cast(harness: &Harness, scene: &Scene, who: &Who, bids: &[BidId]) -> Result<pb::Ranking, Status> {
    Ok(harness.as_who(who).reviews.cast_tie(scene.cast(bids)).await?.into_inner())
}

fn numbers(ranking: &pb::Ranking) -> Vec<i64> {
    ranking.bids.iter().map(|one| one.number).collect()
}

#[tokio::test]
async fn an_agreed_mark_stands_beside_the_reviewers_own_and_counts_instead() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        scene.all_reviewed(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let early = scene.ranking(&harness, &scene.ann).await.unwrap_err();
        assert_eq!(reason(&early), "ILLEGAL_STEP");
        scene.start_moderation(&harness, &scene.chair).await.unwrap();

        let mut chair = harness.as_who(&scene.chair).reviews;
        let settled = chair.moderate_bid(moderate(&scene, scene.bids[0], "0", &[("difference", 1)])).await.unwrap();
        let settled = settled.into_inner();
        let stale = chair.moderate_bid(moderate(&scene, scene.bids[0], "0", &[])).await.unwrap_err();
        assert_eq!(newer::<pb::Moderation>(&stale), settled);
        let off = chair.moderate_bid(moderate(&scene, scene.bids[0], "1", &[("difference", 9)])).await.unwrap_err();
        assert_eq!(fields(&off), ["agreed[0].mark"]);

        let ranking = scene.ranking(&harness, &scene.ann).await.unwrap();
        assert_eq!(numbers(&ranking), [2, 3, 1]);
        let first = &ranking.bids[2];
        let (mark, mean) = (first.criteria[0].mark.clone().unwrap(), first.criteria[0].mean.clone().unwrap());
        assert_eq!((mark.shown.as_str(), mean.shown.as_str(), first.criteria[0].agreed), ("1.00", "5.00", true));
        assert_eq!(first.total.clone().unwrap().shown, "40.00");
        let request =
            pb::GetModerationRequest { assessment_id: scene.assessment.clone(), bid_id: scene.bids[0].to_string() };
        let got = harness.as_who(&scene.ann).reviews.get_moderation(request).await.unwrap().into_inner();
        assert_eq!(got, settled);
    })
    .await;
}

#[tokio::test]
async fn a_chair_who_has_yet_to_declare_interests_reads_no_mark_by_moderating() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let dry = pb::ModerateBidRequest { validate_only: true, ..moderate(&scene, scene.bids[0], "7", &[]) };
        let refused = harness.as_who(&scene.chair).reviews.moderate_bid(dry).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        let refused = cast(&harness, &scene, &scene.chair, &scene.bids[..2]).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn marks_are_settled_once_each_criterion_has_one_and_those_apart_are_explained() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        scene.reviewed(&harness, scene.bids[0], &scene.ann, [3, 3]).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.bob).await;
        let mut without_reasons = save(&taken, &[1, 3]);
        without_reasons.marks[0].reason.clear();
        // Nobody judges the need of the second bid.
        let mut bob = harness.as_who(&scene.bob).reviews;
        let saved = bob.save_review(without_reasons).await.unwrap().into_inner();
        bob.submit_review(submit(&saved)).await.unwrap();
        for who in [&scene.ann, &scene.bob] {
            let taken = scene.accepted(&harness, scene.bids[1], who).await;
            let mut unjudged = save(&taken, &[3, 3]);
            unjudged.marks[1].mark = None;
            let saved = harness.as_who(who).reviews.save_review(unjudged).await.unwrap().into_inner();
            harness.as_who(who).reviews.submit_review(submit(&saved)).await.unwrap();
            scene.reviewed(&harness, scene.bids[2], who, [3, 3]).await;
        }
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        let status = scene.start_determination(&harness, &scene.manager).await.unwrap_err();
        let unmarked = format!("bids[{}].criteria[need]", scene.bids[1]);
        let apart = format!("bids[{}].criteria[difference]", scene.bids[0]);
        assert_eq!((reason(&status).as_str(), fields(&status)), ("ASSESSMENT_NOT_READY", vec![unmarked, apart]));
        let ranking = scene.ranking(&harness, &scene.ann).await.unwrap();
        let unranked = ranking.bids.last().unwrap();
        assert_eq!((unranked.number, unranked.rank, &unranked.total), (2, 0, &None));

        let mut chair = harness.as_who(&scene.chair).reviews;
        chair.moderate_bid(moderate(&scene, scene.bids[0], "0", &[("difference", 2)])).await.unwrap();
        chair.moderate_bid(moderate(&scene, scene.bids[1], "0", &[("need", 3)])).await.unwrap();
        scene.start_determination(&harness, &scene.manager).await.unwrap();
        let late = chair.moderate_bid(moderate(&scene, scene.bids[0], "1", &[])).await.unwrap_err();
        assert_eq!(reason(&late), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn an_open_tie_is_shown_as_one_and_settled_by_the_chair() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[3, 3], [3, 3], [5, 5]]).await;
        let ranking = scene.ranking(&harness, &scene.ann).await.unwrap();
        assert_eq!(ranking.bids.iter().map(|one| one.rank).collect::<Vec<_>>(), [1, 2, 2]);
        let mut tied = vec![scene.bids[0].to_string(), scene.bids[1].to_string()];
        tied.sort();
        assert_eq!(ranking.open_ties, [pb::Tie { rank: 2, bid_ids: tied }]);
        assert_eq!(ranking.rule_version, "toadlane/weighted-mean/1");

        let status = cast(&harness, &scene, &scene.chair, &[scene.bids[1], scene.bids[2]]).await.unwrap_err();
        assert_eq!(fields(&status), ["bid_ids"]);
        let status = cast(&harness, &scene, &scene.ann, &scene.bids[..2]).await.unwrap_err();
        assert_eq!(
            (status.code(), status.message()),
            (Code::PermissionDenied, "a panel chair who has declared their interests may do this")
        );
        let cast = cast(&harness, &scene, &scene.chair, &[scene.bids[1], scene.bids[0]]).await.unwrap();
        assert_eq!((numbers(&cast), cast.open_ties.len()), (vec![3, 2, 1], 0));
        assert_eq!((cast.bids[1].settled_by(), cast.bids[1].tied), (SettledBy::Casting, true));
    })
    .await;
}

#[tokio::test]
async fn marks_can_be_corrected_until_a_bid_is_determined() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let back = |etag: String| pb::ReturnToModerationRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            etag,
            reason: "a mark was mistyped".to_string(),
            validate_only: false,
        };
        let etag = scene.get(&harness).await.etag;
        let mut manager = harness.as_who(&scene.manager).assessments;
        let returned = manager.return_to_moderation(back(etag)).await.unwrap().into_inner();
        assert_eq!(returned.state(), pb::assessment::State::Moderation);
        assert_eq!((returned.reason.as_str(), &returned.determination_at), ("a mark was mistyped", &None));
        scene.start_determination(&harness, &scene.manager).await.unwrap();
        let meeting = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[0], pb::determination::Outcome::Fund, &meeting).await;
        let status = manager.return_to_moderation(back(scene.get(&harness).await.etag)).await.unwrap_err();
        assert_eq!(fields(&status), [format!("bids[{}]", scene.bids[0])]);
    })
    .await;
}
