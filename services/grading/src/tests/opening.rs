//! An assessment is opened: bids are pinned, the panel is seated, interests are derived.

use std::sync::atomic::Ordering;

use kit::caller::Role;
use kit::ids::OrgId;
use pb::assessment::State;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use tonic::Code;

use super::harness::*;
use super::scene::*;

async fn refused(harness: &Harness, scene: &Scene, request: pb::OpenAssessmentRequest) -> tonic::Status {
    harness.as_who(&scene.manager).assessments.open_assessment(request).await.unwrap_err()
}

#[tokio::test]
async fn the_eligible_bids_are_pinned_and_the_panel_is_seated_once_each() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        // Ann sits on the second board too, without a vote there; a fourth bid was found not to be eligible.
        harness.peers.seat(scene.boards[1], scene.ann.id(), scene.plymouth, false);
        let state = bids::bid::State::Ineligible.into();
        harness.peers.bid(scene.round, 4, scene.plymouth, |bid| bid.state = state);
        let opened = scene.open(&harness).await;
        assert_eq!((opened.state(), opened.round_reference.as_str()), (State::Reviewing, "r3-2020"));
        assert_eq!(opened.boards.iter().map(|board| board.quorum).collect::<Vec<_>>(), [2, 2]);

        let listed = scene.list_bids(&harness, &scene.manager).await.unwrap();
        assert_eq!(listed.bids.iter().map(|bid| bid.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(listed.total_size, 3);
        assert_eq!(listed.bids[0].applicant.as_ref().unwrap().name, "Plymouth Council");
        assert!(listed.bids[0].content.is_none());

        let request = pb::ListPanelMembersRequest { assessment_id: opened.id, ..Default::default() };
        let members =
            harness.as_who(&scene.manager).assessments.list_panel_members(request).await.unwrap().into_inner();
        assert_eq!(members.members.len(), 6);
        let ann = members.members.iter().find(|member| member.person_id == scene.ann.subject).unwrap();
        assert_eq!((ann.board_ids.len(), ann.voting, ann.may_score), (2, true, true));
        let voteless = members.members.iter().find(|member| member.person_id == scene.voteless.subject).unwrap();
        assert_eq!((voteless.voting, voteless.may_score), (false, false));
    })
    .await;
}

#[tokio::test]
async fn at_least_two_reviews_of_a_bid_are_asked_for_and_three_where_nobody_says() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        let asking = |least_reviews| pb::OpenAssessmentRequest { least_reviews, ..scene.open_request() };
        let status = refused(&harness, &scene, asking(1)).await;
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["least_reviews".to_string()]));
        let mut manager = harness.as_who(&scene.manager).assessments;
        let opened = manager.open_assessment(asking(0)).await.unwrap().into_inner();
        assert_eq!(opened.settings.unwrap().least_reviews, 3);
    })
    .await;
}

#[tokio::test]
async fn a_round_that_still_takes_bids_or_has_undecided_ones_is_not_opened_and_everything_is_named() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        harness.peers.intake_is_open.store(true, Ordering::SeqCst);
        let late = harness.peers.bid(scene.round, 0, scene.plymouth, |bid| {
            bid.state = bids::bid::State::HeldLate.into();
        });
        let submitted = harness.peers.bid(scene.round, 4, scene.plymouth, |bid| {
            bid.state = bids::bid::State::Submitted.into();
        });
        let status = refused(&harness, &scene, scene.open_request()).await;
        assert_eq!(reason(&status), "ASSESSMENT_NOT_READY");
        assert_eq!(fields(&status), ["round_id".to_string(), format!("bids[{late}]"), format!("bids[{submitted}]")]);
        assert_eq!(says(&status)[1], "it is held late; decide on it first");
    })
    .await;
}

#[tokio::test]
async fn settings_that_do_not_fit_the_round_are_named_at_once() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        let request = pb::OpenAssessmentRequest {
            reviews_due: wire(OPENED),
            tie_criterion: "sparkle".to_string(),
            scaling_question_id: "budget".to_string(),
            ..scene.open_request()
        };
        let status = refused(&harness, &scene, request).await;
        assert_eq!(fields(&status), ["reviews_due", "tie_criterion", "scaling_question_id"]);
    })
    .await;
}

#[tokio::test]
async fn a_round_has_one_assessment_and_a_repeated_request_replays_the_answer() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        let request = scene.open_request();
        let mut clients = harness.as_who(&scene.manager);
        let first = clients.assessments.open_assessment(request.clone()).await.unwrap().into_inner();
        let again = clients.assessments.open_assessment(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        let status = refused(&harness, &scene, scene.open_request()).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_writes_nothing() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        let mut clients = harness.as_who(&scene.manager);
        let dry = pb::OpenAssessmentRequest { validate_only: true, ..scene.open_request() };
        clients.assessments.open_assessment(dry).await.unwrap();
        let list = clients.assessments.list_assessments(pb::ListAssessmentsRequest::default()).await.unwrap();
        assert!(list.into_inner().assessments.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_a_round_manager_opens_and_a_neighbour_that_is_down_says_try_again() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        let clerk = Who::person(Role::Clerk, OrgId::new());
        let status = harness.as_who(&clerk).assessments.open_assessment(scene.open_request()).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::PermissionDenied, "a round manager may do this"));
        harness.peers.down.store(true, Ordering::SeqCst);
        let status = refused(&harness, &scene, scene.open_request()).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "TRY_AGAIN"));
    })
    .await;
}

/// G-C7: a manager who sits on a board was told ids and states of received bids, also by a dry run.
#[tokio::test]
async fn a_manager_who_sits_on_a_board_opens_nothing() {
    each_engine(async |harness| {
        let scene = Scene::joint(&harness.peers);
        let seated = Who::person(Role::RoundManager, OrgId::new()).seated();
        for validate_only in [true, false] {
            let request = pb::OpenAssessmentRequest { validate_only, ..scene.open_request() };
            let status = harness.as_who(&seated).assessments.open_assessment(request).await.unwrap_err();
            assert_eq!((status.code(), status.message()), (Code::PermissionDenied, "a round manager may do this"));
        }
    })
    .await;
}

#[tokio::test]
async fn an_assessment_is_seen_by_its_panel_and_by_those_who_run_or_watch_the_round() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        let opened = scene.open(&harness).await;
        let outsider = Who::person(Role::PanelChair, scene.network);
        let request = pb::GetAssessmentRequest { assessment_id: opened.id.clone() };
        for who in [&scene.ann, &scene.voteless, &scene.clerk, &Who::person(Role::Auditor, scene.network)] {
            harness.as_who(who).assessments.get_assessment(request.clone()).await.unwrap();
            let list = pb::ListAssessmentsRequest::default();
            let listed = harness.as_who(who).assessments.list_assessments(list).await.unwrap().into_inner();
            assert_eq!(listed.assessments.len(), 1);
        }
        let status = harness.as_who(&outsider).assessments.get_assessment(request).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::NotFound, "no such assessment"));
        let list = pb::ListAssessmentsRequest::default();
        let listed = harness.as_who(&outsider).assessments.list_assessments(list).await.unwrap().into_inner();
        assert!(listed.assessments.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_text_is_read_by_members_once_they_have_declared_with_the_questions_beside_it() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let request =
            pb::GetAssessedBidRequest { assessment_id: scene.assessment.clone(), bid_id: scene.bids[0].to_string() };
        let status = harness.as_who(&scene.ann).assessments.get_assessed_bid(request.clone()).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
        scene.declare(&harness, &scene.ann, &[]).await.unwrap();
        let bid = harness.as_who(&scene.ann).assessments.get_assessed_bid(request).await.unwrap().into_inner();
        let content = bid.content.unwrap();
        assert_eq!((content.answers[0].text.as_str(), bid.questions[0].id.as_str()), ("yes", "scale"));
        assert_eq!((bid.revision, content.months, content.lead_organisation_id), (2, 9, scene.plymouth.to_string()));
    })
    .await;
}
