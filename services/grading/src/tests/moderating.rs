//! Moderation, rankings and casting decisions.

use kit::caller::Role;
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
        assert_eq!(scene.numbers_in(&ranking), [2, 3, 1]);
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
        assert_eq!((&unranked.bid_id, unranked.rank, &unranked.total), (&scene.bids[1].to_string(), 0, &None));

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
        assert_eq!(ranking.rule_version, "toadlane/weighted-mean/2");

        let status = cast(&harness, &scene, &scene.chair, &[scene.bids[1], scene.bids[2]]).await.unwrap_err();
        assert_eq!(fields(&status), ["bid_ids"]);
        let status = cast(&harness, &scene, &scene.ann, &scene.bids[..2]).await.unwrap_err();
        assert_eq!(
            (status.code(), status.message()),
            (Code::PermissionDenied, "a panel chair who has declared their interests may do this")
        );
        let cast = cast(&harness, &scene, &scene.chair, &[scene.bids[1], scene.bids[0]]).await.unwrap();
        assert_eq!((scene.numbers_in(&cast), cast.open_ties.len()), (vec![3, 2, 1], 0));
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

/// G-C5: chair 1, recused from a bid between them, cast A before B; chair 2 cast B, the hidden one, A; chair 1 read B
/// before A, and knew that there is a bid that ties with them.
#[tokio::test]
async fn a_pair_that_was_cast_is_kept_when_a_larger_tie_is_cast() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[3, 3]; 3]).await;
        let [first, hidden, last] = scene.bids;
        let one = scene.of_kirklees.clone().and(Role::PanelChair, scene.network);
        let two = scene.ann.clone().and(Role::PanelChair, scene.network);
        let before = cast(&harness, &scene, &one, &[first, last]).await.unwrap();
        assert_eq!((scene.numbers_in(&before), before.open_ties.len()), (vec![1, 3], 0));
        // To somebody who sees all three it is another tie, and still open.
        assert_eq!(scene.ranking(&harness, &two).await.unwrap().open_ties[0].bid_ids.len(), 3);
        let turned = cast(&harness, &scene, &two, &[last, hidden, first]).await.unwrap_err();
        assert_eq!((turned.code(), fields(&turned)), (Code::InvalidArgument, vec!["bid_ids".to_string()]));
        let all = cast(&harness, &scene, &two, &[hidden, first, last]).await.unwrap();
        assert_eq!((scene.numbers_in(&all), all.open_ties.len()), (vec![2, 1, 3], 0));
        assert_eq!(scene.ranking(&harness, &one).await.unwrap().bids, before.bids);
    })
    .await;
}

/// G-C5: where the larger tie is cast first, the order of the others is theirs too who do not see all of it.
#[tokio::test]
async fn whoever_does_not_see_a_bid_of_a_cast_tie_finds_the_others_settled() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[3, 3]; 3]).await;
        let [first, hidden, last] = scene.bids;
        cast(&harness, &scene, &scene.chair, &[last, hidden, first]).await.unwrap();
        let seen = scene.ranking(&harness, &scene.of_kirklees).await.unwrap();
        assert_eq!((scene.numbers_in(&seen), seen.open_ties.len()), (vec![3, 1], 0));
        assert_eq!(seen.bids[0].settled_by(), SettledBy::Casting);
    })
    .await;
}

/// G-C5: a casting settled a later tie of the same bids at other marks in silence.
#[tokio::test]
async fn a_casting_does_not_outlive_the_marks_that_it_was_for() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[3, 3], [3, 3], [5, 5]]).await;
        let cast = cast(&harness, &scene, &scene.chair, &scene.bids[..2]).await.unwrap();
        assert!(cast.open_ties.is_empty());
        let back = pb::ReturnToModerationRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            etag: scene.get(&harness).await.etag,
            reason: "a mark was mistyped".to_string(),
            validate_only: false,
        };
        harness.as_who(&scene.manager).assessments.return_to_moderation(back).await.unwrap();
        for bid in &scene.bids[..2] {
            let higher = moderate(&scene, *bid, "0", &[("need", 4)]);
            harness.as_who(&scene.chair).reviews.moderate_bid(higher).await.unwrap();
        }
        scene.start_determination(&harness, &scene.manager).await.unwrap();
        assert_eq!(scene.ranking(&harness, &scene.manager).await.unwrap().open_ties.len(), 1);
    })
    .await;
}

/// G-C6: bids 1, 3 and 4 of a total of 3 told of a hidden one and its number.
#[tokio::test]
async fn nobody_on_the_panel_is_told_numbers_recused_or_not() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let with_duty = scene.bob.clone().and(Role::RoundManager, scene.network);
        for who in [&scene.ann, &scene.of_kirklees, &scene.chair, &with_duty] {
            let listed = scene.list_bids(&harness, who).await.unwrap();
            assert!(listed.bids.iter().all(|bid| bid.number == 0), "{listed:?}");
            let ranking = scene.ranking(&harness, who).await.unwrap();
            assert!(ranking.bids.iter().all(|bid| bid.number == 0), "{ranking:?}");
            let request = pb::GetAssessedBidRequest {
                assessment_id: scene.assessment.clone(),
                bid_id: scene.bids[0].to_string(),
            };
            let read = harness.as_who(who).assessments.get_assessed_bid(request).await.unwrap().into_inner();
            assert_eq!(read.number, 0);
        }
        let listed = scene.list_bids(&harness, &scene.manager).await.unwrap();
        assert_eq!(listed.bids.iter().map(|bid| bid.number).collect::<Vec<_>>(), [1, 2, 3], "staff are");
    })
    .await;
}
