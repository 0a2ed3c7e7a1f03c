//! Interests: derived, declared, recorded, answered, decided; near misses; staff of a bidder, and members who join one
//! in mid-round.

use kit::caller::Role;
use kit::ids::{BidId, OrgId, PersonId};
use pb::interest::{Kind, State};
use pb::near_miss::{Kind as Miss, State as Settled};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use tonic::Code;

use super::harness::*;
use super::scene::*;

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
        assert_eq!(scene.numbers(&harness, &scene.of_southampton).await, [1, 2]);
        assert_eq!(scene.numbers(&harness, &scene.of_kirklees).await, [1, 3, 4, 5]);
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [1, 2, 3, 4, 5]);
        let derived = scene.interests(&harness, &scene.manager).await;
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
        assert_eq!(scene.numbers(&harness, &Who::nobody(person)).await, [2, 3]);
        let related = scene.interests(&harness, &scene.manager).await;
        assert_eq!(related.iter().filter(|one| one.kind() == Kind::RelatedCouncil).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_derived_interest_is_never_cleared() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let derived = scene.interests(&harness, &scene.chair).await.remove(0);
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
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [2, 3]);
        // To declare it again is to declare one that does not exist.
        let status = scene.declare(&harness, &scene.ann, &[scene.bids[0]]).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::NotFound, "no such bid"));
        let unknown = scene.declare(&harness, &scene.ann, &[BidId::new()]).await.unwrap_err();
        assert_eq!((unknown.code(), unknown.message()), (Code::NotFound, "no such bid"));

        let own = scene.interests(&harness, &scene.ann).await;
        assert_eq!((own.len(), own[0].state(), own[0].note.as_str()), (1, State::Declared, "my sister wrote it"));
        let mut chair = harness.as_who(&scene.chair).assessments;
        let cleared = chair.decide_interest(decide(&own[0], State::Cleared)).await.unwrap().into_inner();
        assert_eq!((cleared.state(), cleared.reason.as_str()), (State::Cleared, "the panel talked it over"));
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [1, 2, 3]);
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
        let own = scene.interests(&harness, &scene.chair).await;
        let of_ann = scene.interests(&harness, &scene.ann).await.remove(0);
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

/// What the manager finds of a review.
async fn review(harness: &Harness, scene: &Scene, id: &str) -> pb::Review {
    let get = pb::GetReviewRequest { review_id: id.to_string() };
    harness.as_who(&scene.manager).reviews.get_review(get).await.unwrap().into_inner()
}

/// G-C4, G-A5a: one chair removed a vote and its marks for good, and the member was not told.
#[tokio::test]
async fn a_recorded_interest_is_pending_until_a_second_person_decides_and_can_be_answered() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let handed_in = scene.reviewed(&harness, scene.bids[0], &scene.ann, [3, 3]).await;
        let request = scene.record_interest(&scene.ann, scene.bids[0]);
        let mut chair = harness.as_who(&scene.chair).assessments;
        let recorded = chair.record_interest(request).await.unwrap().into_inner();
        assert_eq!((recorded.state(), &recorded.recorded_by), (State::Recorded, &scene.chair.subject));
        // Meanwhile the bid is hidden, and the marks stay where they are without counting.
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [2, 3]);
        let aside = review(&harness, &scene, &handed_in.id).await;
        assert_eq!((aside.state(), aside.set_aside), (pb::review::State::Submitted, true));

        // Ann is told, not by whom, and answers; a retry is answered as before.
        let own = scene.interests(&harness, &scene.ann).await.remove(0);
        assert_eq!(
            (own.note.as_str(), &own.bid_id, own.recorded_by.as_str()),
            ("my sister wrote it", &recorded.bid_id, "")
        );
        let answer = pb::AnswerInterestRequest {
            request_id: new_id(),
            interest_id: own.id.clone(),
            etag: own.etag.clone(),
            answer: "I have no sister".to_string(),
            validate_only: false,
        };
        let mut ann = harness.as_who(&scene.ann).assessments;
        let answered = ann.answer_interest(answer.clone()).await.unwrap().into_inner();
        assert_eq!((answered.state(), answered.answer.as_str()), (State::Recorded, "I have no sister"));
        assert_eq!(ann.answer_interest(answer.clone()).await.unwrap().into_inner(), answered);
        let of_chair = pb::AnswerInterestRequest { request_id: new_id(), etag: answered.etag.clone(), ..answer };
        assert_eq!(chair.answer_interest(of_chair).await.unwrap_err().code(), Code::PermissionDenied);

        // Neither whoever recorded it decides, nor whom it concerns.
        let clear = || decide(&answered, State::Cleared);
        let status = chair.decide_interest(clear()).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "SEPARATION_OF_DUTIES"));
        let status = ann.decide_interest(clear()).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
        let mut manager = harness.as_who(&scene.manager).assessments;
        let cleared = manager.decide_interest(clear()).await.unwrap().into_inner();
        assert_eq!(cleared.state(), State::Cleared);
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [1, 2, 3]);
        assert!(!review(&harness, &scene, &handed_in.id).await.set_aside);
        assert_eq!(scene.interests(&harness, &scene.ann).await[0].state(), State::Cleared);
    })
    .await;
}

/// G-C4: one who was recused already is told that something was recorded, and not in which bid.
#[tokio::test]
async fn what_is_recorded_in_a_bid_that_was_hidden_already_does_not_name_it_to_whom_it_concerns() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let request = scene.record_interest(&scene.of_kirklees, scene.bids[1]);
        let recorded = harness.as_who(&scene.manager).assessments.record_interest(request).await.unwrap().into_inner();
        assert_eq!(recorded.bid_id, scene.bids[1].to_string());
        let own = scene.interests(&harness, &scene.of_kirklees).await;
        let own: Vec<_> = own.iter().filter(|one| one.person_id == scene.of_kirklees.subject).collect();
        assert_eq!((own.len(), own[0].bid_id.as_str(), own[0].note.as_str()), (1, "", "my sister wrote it"));
    })
    .await;
}

/// G-C4: an assessment was closed over what one person had recorded alone.
#[tokio::test]
async fn nothing_is_closed_over_a_recorded_interest_that_nobody_has_decided_on() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        for bid in &scene.bids {
            scene.determined(&harness, *bid, pb::determination::Outcome::Decline, &meeting).await;
        }
        let record = scene.record_interest(&scene.bob, scene.bids[0]);
        let mut manager = harness.as_who(&scene.manager).assessments;
        let recorded = manager.record_interest(record).await.unwrap().into_inner();
        let status = scene.close(&harness, "", "").await.unwrap_err();
        let pending = vec![format!("interests[{}]", recorded.id)];
        assert_eq!((reason(&status).as_str(), fields(&status)), ("ASSESSMENT_NOT_READY", pending));
        let recuse = decide(&recorded, State::Recused);
        harness.as_who(&scene.clerk).assessments.decide_interest(recuse).await.unwrap();
        scene.close(&harness, "", "").await.unwrap();
    })
    .await;
}

/// G-C3: marks of a member who was recused during determination kept counting: still 3 of 3 reviews.
#[tokio::test]
async fn marks_of_the_recused_count_at_no_stage_and_count_again_once_it_is_cleared() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        for (who, marks) in [(&scene.chair, [3, 3]), (&scene.bob, [3, 3]), (&scene.ann, [5, 5])] {
            for bid in scene.bids {
                scene.reviewed(&harness, bid, who, marks).await;
            }
        }
        scene.start_moderation(&harness, &scene.manager).await.unwrap();
        harness.clock(MEETING).await;
        scene.start_determination(&harness, &scene.manager).await.unwrap();
        let meeting = scene.full_meeting(&harness).await;
        for bid in &scene.bids {
            scene.determined(&harness, *bid, pb::determination::Outcome::Decline, &meeting).await;
        }
        let first = async || {
            let ranking = scene.ranking(&harness, &scene.manager).await.unwrap();
            let of_first = ranking.bids.into_iter().find(|one| one.bid_id == scene.bids[0].to_string()).unwrap();
            (of_first.n_reviews, of_first.total.unwrap().shown)
        };
        assert_eq!(first().await, (3, "73.33".to_string()));
        scene.recuse(&harness, &scene.ann, scene.bids[0]).await;
        assert_eq!(first().await, (2, "60.00".to_string()));
        let recused = scene.interests(&harness, &scene.ann).await.remove(0);
        let mut clerk = harness.as_who(&scene.clerk).assessments;
        let cleared = clerk.decide_interest(decide(&recused, State::Cleared)).await.unwrap().into_inner();
        assert_eq!((first().await, cleared.state()), ((3, "73.33".to_string()), State::Cleared));

        // One that the register shows is never cleared, and the closing lists what it set aside.
        harness.peers.employ(scene.ann.id(), scene.plymouth);
        scene.close(&harness, "", "").await.unwrap();
        let request = pb::GetDecisionRecordRequest { assessment_id: scene.assessment.clone() };
        let record = harness.as_who(&scene.manager).decisions.get_decision_record(request).await.unwrap().into_inner();
        assert!(record.canonical_json.contains(r#""set_aside":["rev_"#), "{}", record.canonical_json);
        let replayed = crate::release::record::replay(&record.canonical_json).unwrap();
        assert_eq!(replayed.n_reviews, 8);
    })
    .await;
}

/// I-1.4: a member who moved to a bidder's council read on until somebody asked the register.
#[tokio::test]
async fn a_member_who_moves_to_a_bidder_reads_nothing_from_the_new_token_on() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let own = scene.reviewed(&harness, scene.bids[0], &scene.ann, [3, 3]).await;
        let saved = scene.accepted(&harness, scene.bids[1], &scene.ann).await;
        let at_home = scene.ann.clone().of_home(scene.plymouth);
        let with_role = scene.ann.clone().and(Role::ApplicantOfficer, scene.plymouth);
        for moved in [at_home, with_role] {
            assert_eq!(scene.numbers(&harness, &moved).await, [2, 3]);
            let (assessment_id, bid_id) = (scene.assessment.clone(), scene.bids[0].to_string());
            let request = pb::GetAssessedBidRequest { assessment_id, bid_id };
            let mut clients = harness.as_who(&moved);
            assert_eq!(clients.assessments.get_assessed_bid(request).await.unwrap_err().message(), "no such bid");
            let request = pb::GetReviewRequest { review_id: own.id.clone() };
            assert_eq!(clients.reviews.get_review(request).await.unwrap_err().message(), "no such review");
            let moved_too = scene.ann.clone().of_home(scene.kirklees);
            let status = harness.as_who(&moved_too).reviews.save_review(save(&saved, &[1, 1])).await.unwrap_err();
            assert_eq!(status.message(), "no such review");
        }
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [1, 2, 3], "with the old token nothing has changed");
    })
    .await;
}

/// G-C1: staff of a bidder read all reviews of its bid, saw the decisions first, and recorded the determination on it.
#[tokio::test]
async fn for_staff_of_a_bidder_its_bid_does_not_exist() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.determining(&harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = scene.full_meeting(&harness).await;
        scene.determined(&harness, scene.bids[0], pb::determination::Outcome::Fund, &meeting).await;
        let roles = [Role::RoundManager, Role::Clerk, Role::NetworkAdministrator, Role::Auditor];
        let at_home = |role| Who::person(role, scene.network).of_home(scene.plymouth);
        let with_role = |role| Who::person(role, scene.network).and(Role::Certifier, scene.plymouth);
        for who in roles.map(at_home).into_iter().chain(roles.map(with_role)) {
            assert_eq!(scene.numbers(&harness, &who).await, [2, 3]);
            let mut clients = harness.as_who(&who);
            let id = || scene.assessment.clone();
            let reviews = pb::ListReviewsRequest { assessment_id: id(), ..Default::default() };
            assert_eq!(clients.reviews.list_reviews(reviews).await.unwrap().into_inner().reviews.len(), 6);
            assert_eq!(scene.numbers_in(&scene.ranking(&harness, &who).await.unwrap()), [2, 3]);
            let all = pb::ListDeterminationsRequest { assessment_id: id(), ..Default::default() };
            assert!(clients.decisions.list_determinations(all).await.unwrap().into_inner().determinations.is_empty());
            let determine = scene.determine(scene.bids[0], pb::determination::Outcome::Fund, &meeting.id);
            let status = clients.decisions.determine_bid(determine).await.unwrap_err();
            assert_eq!(status.message(), "no such bid");
            let record = scene.record_interest(&scene.ann, scene.bids[0]);
            assert_eq!(clients.assessments.record_interest(record).await.unwrap_err().message(), "no such bid");
            let quorums = pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), ..Default::default() };
            assert_eq!(clients.decisions.list_quorums(quorums).await.unwrap().into_inner().quorums.len(), 2);
        }
        for bid in &scene.bids[1..] {
            scene.determined(&harness, *bid, pb::determination::Outcome::Decline, &meeting).await;
        }
        let request = pb::CloseAssessmentRequest {
            request_id: new_id(),
            assessment_id: scene.assessment.clone(),
            etag: scene.get(&harness).await.etag,
            ..Default::default()
        };
        let mut clerk = harness.as_who(&at_home(Role::Clerk)).assessments;
        assert_eq!(clerk.close_assessment(request).await.unwrap_err().code(), Code::PermissionDenied);
        scene.close(&harness, "", "").await.unwrap();
        let told = scene.outcomes(&harness, &at_home(Role::Auditor)).await;
        assert_eq!((told.total_size, told.outcomes.len()), (2, 2), "not before bidders are told");
    })
    .await;
}

/// G-C1: an interest could not even be recorded of staff.
#[tokio::test]
async fn staff_declare_interests_and_have_them_recorded_as_members_have() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let declared = scene.declare(&harness, &scene.clerk, &[scene.bids[0]]).await.unwrap();
        assert!(declared.declared_at.is_some() && declared.board_ids.is_empty() && !declared.voting);
        assert_eq!(scene.numbers(&harness, &scene.clerk).await, [2, 3]);
        scene.declare(&harness, &scene.clerk, &[]).await.unwrap();
        let own = scene.interests(&harness, &scene.clerk).await;
        assert_eq!(own.iter().filter(|one| one.state() == State::Declared).count(), 1);

        // Of the auditor the register knows that they have a duty; of a stranger it does not.
        let auditor = Who::person(Role::Auditor, scene.network);
        let mut manager = harness.as_who(&scene.manager).assessments;
        let of_auditor = scene.record_interest(&auditor, scene.bids[1]);
        let status = manager.record_interest(of_auditor.clone()).await.unwrap_err();
        assert_eq!(status.message(), "no such member of the panel or of staff");
        harness.peers.charge(auditor.id(), registry::Role::Auditor, scene.network);
        let again = pb::RecordInterestRequest { request_id: new_id(), ..of_auditor };
        manager.record_interest(again).await.unwrap();
        assert_eq!(scene.numbers(&harness, &auditor).await, [1, 3]);
        assert_eq!(scene.interests(&harness, &auditor).await.last().unwrap().state(), State::Recorded);
        // Nobody records of themselves what they should declare.
        let status = manager.record_interest(scene.record_interest(&scene.manager, scene.bids[1])).await.unwrap_err();
        assert_eq!(fields(&status), ["person_id"]);
    })
    .await;
}

async fn near_misses(harness: &Harness, scene: &Scene, who: &Who) -> Vec<pb::NearMiss> {
    let request = pb::ListNearMissesRequest { assessment_id: scene.assessment.clone(), ..Default::default() };
    harness.as_who(who).assessments.list_near_misses(request).await.unwrap().into_inner().near_misses
}

/// I-1.3: a name that is nearly the register's went before nobody.
#[tokio::test]
async fn a_partner_who_is_nearly_called_like_a_members_council_goes_before_the_manager() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.change_bid(0, |bid| bid.content.as_mut().unwrap().partners.push("Southamton Council".to_string()));
        scene.change_bid(1, |bid| bid.content.as_mut().unwrap().partners.push("SOUTHAMPTON\u{a0}Council.".to_string()));
        scene.declared(&harness).await;
        // Equal once folded recuses; nearly equal does not.
        assert_eq!(scene.numbers(&harness, &scene.of_southampton).await, [1]);
        let found = near_misses(&harness, &scene, &scene.manager).await.remove(0);
        let says = "the bid names \u{201c}Southamton Council\u{201d}; they are of Southampton Council";
        assert_eq!((found.person_id.as_str(), found.words.as_str()), (scene.of_southampton.subject.as_str(), says));
        assert_eq!((found.kind(), found.state()), (Miss::Name, Settled::Open));
        assert!(near_misses(&harness, &scene, &scene.ann).await.is_empty(), "members are not told");
        let charged = scene.of_southampton.clone().and(Role::RoundManager, scene.network);
        assert!(near_misses(&harness, &scene, &charged).await.is_empty(), "nor is whom it concerns");

        let dismiss = |etag: &str| pb::DismissNearMissRequest {
            request_id: new_id(),
            near_miss_id: found.id.clone(),
            etag: etag.to_string(),
            reason: "another place".to_string(),
            validate_only: false,
        };
        let status = harness.as_who(&charged).assessments.dismiss_near_miss(dismiss("1")).await.unwrap_err();
        assert_eq!(status.message(), "no such near miss");
        let mut manager = harness.as_who(&scene.manager).assessments;
        let dismissed = manager.dismiss_near_miss(dismiss("1")).await.unwrap().into_inner();
        assert_eq!((dismissed.state(), dismissed.reason.as_str()), (Settled::Dismissed, "another place"));
        assert_eq!(reason(&manager.dismiss_near_miss(dismiss("2")).await.unwrap_err()), "ILLEGAL_STEP");
        // What was settled is not asked again.
        derive(&harness, &scene).await;
        assert_eq!(near_misses(&harness, &scene, &scene.manager).await, [dismissed]);
    })
    .await;
}

fn part(organisation: OrgId, state: bids::participation::State) -> bids::Participation {
    bids::Participation {
        organisation_id: organisation.to_string(),
        part: bids::participation::Part::Lead.into(),
        state: state.into(),
        ..Default::default()
    }
}

/// F-A2d: naming somebody shut them out. Who confirmed is tied; who was only asked is put before the manager.
#[tokio::test]
async fn who_confirmed_a_part_is_recused_and_who_was_only_asked_is_a_near_miss() {
    each_engine(async |harness| {
        use bids::participation::State as Part;
        let mut scene = Scene::joint(&harness.peers);
        let southampton = scene.southampton;
        for (bid, state) in [(0, Part::Asked), (1, Part::Confirmed)] {
            scene.change_bid(bid, |bid| {
                bid.content.as_mut().unwrap().lead_organisation_id = southampton.to_string();
                bid.participations.push(part(southampton, state));
            });
        }
        scene.declared(&harness).await;
        assert_eq!(scene.numbers(&harness, &scene.of_southampton).await, [1]);
        let found = near_misses(&harness, &scene, &scene.manager).await.remove(0);
        assert_eq!((found.kind(), &found.person_id), (Miss::Asked, &scene.of_southampton.subject));
        // The manager records it after all, and it is settled by that.
        let record = pb::RecordInterestRequest {
            near_miss_id: found.id.clone(),
            ..scene.record_interest(&scene.of_southampton, scene.bids[0])
        };
        harness.as_who(&scene.manager).assessments.record_interest(record).await.unwrap();
        assert_eq!(near_misses(&harness, &scene, &scene.manager).await[0].state(), Settled::Recorded);
        assert!(scene.numbers(&harness, &scene.of_southampton).await.is_empty());
    })
    .await;
}

/// F-A2d: what the applicant declares recuses nobody by itself either.
#[tokio::test]
async fn what_the_applicant_declares_goes_before_the_manager() {
    each_engine(async |harness| {
        use bids::declared_conflict::Whose;
        let mut scene = Scene::joint(&harness.peers);
        let conflict = |whose, words: &str| bids::DeclaredConflict { whose: Some(whose), words: words.to_string() };
        let (ann, kirklees) = (scene.ann.subject.clone(), scene.kirklees.to_string());
        scene.change_bid(0, |bid| {
            bid.declared_conflicts.push(conflict(Whose::PersonId(ann), "our clerk's sister"));
            bid.declared_conflicts.push(conflict(Whose::OrganisationId(kirklees), "we share an office"));
            bid.declared_conflicts.push(conflict(Whose::Name("Alex Unknown".to_string()), "a cousin"));
        });
        scene.declared(&harness).await;
        let found = near_misses(&harness, &scene, &scene.manager).await;
        assert!(found.iter().all(|one| one.kind() == Miss::DeclaredByApplicant));
        let told: Vec<_> = found.iter().map(|one| (one.person_id.as_str(), one.words.as_str())).collect();
        let expected = [
            (scene.ann.subject.as_str(), "our clerk's sister"),
            (scene.of_kirklees.subject.as_str(), "of Kirklees Council: we share an office"),
            ("", "of \u{201c}Alex Unknown\u{201d}: a cousin"),
        ];
        assert_eq!(told, expected);
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [1, 2, 3]);
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
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [2, 3]);
        // Asking once more changes nothing, and leaving the council undoes nothing.
        harness.peers.people.lock().unwrap().clear();
        derive(&harness, &scene).await;
        assert_eq!(scene.interests(&harness, &scene.manager).await.len(), 3);
        assert_eq!(scene.numbers(&harness, &scene.ann).await, [2, 3]);
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
        assert_eq!(scene.numbers(&harness, &scene.chair).await, [2, 3]);
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
        assert_eq!(scene.numbers(&harness, &Who::nobody(person)).await, [2, 3]);
        let twice = pb::AddSubstituteRequest { request_id: new_id(), ..request };
        assert_eq!(clerk.add_substitute(twice).await.unwrap_err().code(), Code::AlreadyExists);
    })
    .await;
}
