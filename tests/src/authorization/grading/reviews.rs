//! Reviews, their moderation and the ranking.

use toadlane_proto::grading::v1 as pb;

use super::{OWN, STAGES, UNDECLARED_OWN, lapsed, legal_in, of, one, section, staged};
use crate::authorization::Case;
use crate::authorization::judge::Judge;
use crate::authorization::scene::Scene;
use crate::authorization::scene::assessments::{Assessed, own};
use crate::authorization::scene::grading::{CRITERIA, save};

/// Which of the two reviews: the first is assigned and the second written, or handed in where it is a grader's.
const FIRST: usize = 0;
const SECOND: usize = 1;

/// A case about a grader's review, and for those whose own one is in question about that.
fn about(action: &str, stage: &str, on: &Assessed, nth: usize, of: impl Fn(String) -> Vec<Vec<u8>> + 'static) -> Case {
    let (review, owned) = (on.reviews[nth].clone(), on.own_reviews.clone());
    let case = Case::by_caller(section(action, stage), &on.reviews[nth], move |caller| {
        of(own(&owned, caller, nth).unwrap_or(&review).clone())
    });
    lapsed(case, stage)
}

/// One step of a review, that is legal while reviews are written.
fn step(scene: &Scene, action: &str, nth: usize, of: impl Fn(String) -> Vec<Vec<u8>> + Clone + 'static) -> Vec<Case> {
    legal_in(scene, &["reviewing"], |stage, on| about(action, stage, on, nth, of.clone()))
}

pub fn cases(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let reason = || "because".to_string();
    let chair = &scene.callers.graders[0].caller.subject;
    Some(match rpc {
        "AssignReviews" => legal_in(scene, &["reviewing"], |stage, on| {
            let assignment = pb::Assignment { bid_id: on.bids[1].id.clone(), reviewer_id: chair.clone() };
            let (assessment_id, assignments) = (on.assessment.id.clone(), vec![assignment]);
            let request = pb::AssignReviewsRequest { assessment_id, assignments, ..Default::default() };
            Case::new(section("AssignReviews", stage), &on.bids[1].id, request)
        }),
        "GetReview" => staged(scene, |stage, on| {
            about("SeeReview", stage, on, FIRST, |review_id| one(pb::GetReviewRequest { review_id }))
        }),
        "ListReviews" => staged(scene, |stage, on| list_reviews(scene, stage, on)),
        "AcceptReview" => step(scene, "AcceptReview", FIRST, |review_id| {
            one(pb::AcceptReviewRequest { review_id, ..Default::default() })
        }),
        "DeclineReview" => step(scene, "DeclineReview", FIRST, move |review_id| {
            one(pb::DeclineReviewRequest { review_id, reason: reason(), ..Default::default() })
        }),
        "SaveReview" => written(scene, |review_id| one(save(&review_id, 4))),
        "SubmitReview" => written(scene, |review_id| one(pb::SubmitReviewRequest { review_id, ..Default::default() })),
        "ReturnReview" => {
            let of_it = move |review_id: String| {
                one(pb::ReturnReviewRequest { review_id, reason: reason(), ..Default::default() })
            };
            // What is not handed in is not given back.
            let mut cases = step(scene, "ReturnReview", FIRST, of_it);
            let assigned = cases.pop().expect("the legal stage comes last");
            let case = about("ReturnReview", "reviewing", of(scene, "reviewing"), SECOND, of_it);
            cases.extend([assigned.illegal(), case.leaving_out(OWN, "an own review that is owed is not handed in")]);
            cases
        }
        "CancelReview" => step(scene, "CancelReview", FIRST, move |review_id| {
            one(pb::CancelReviewRequest { review_id, reason: reason(), ..Default::default() })
        }),
        "ModerateBid" => legal_in(scene, &["moderation"], |stage, on| {
            let feedback =
                CRITERIA.map(|criterion| pb::Feedback { criterion: criterion.to_string(), text: "Good.".to_string() });
            let request = pb::ModerateBidRequest {
                assessment_id: on.assessment.id.clone(),
                bid_id: on.bids[0].id.clone(),
                feedback: feedback.to_vec(),
                ..Default::default()
            };
            Case::new(section("Moderate", stage), &on.bids[0].id, request)
        }),
        "GetModeration" => legal_in(scene, &STAGES[1..5], |stage, on| {
            let (assessment_id, bid_id) = (on.assessment.id.clone(), on.bids[0].id.clone());
            Case::new(section("SeeResults", stage), &on.bids[0].id, pb::GetModerationRequest { assessment_id, bid_id })
        }),
        "GetRanking" => legal_in(scene, &STAGES[1..5], |stage, on| {
            let request = pb::GetRankingRequest { assessment_id: on.assessment.id.clone() };
            Case::new(section("SeeResults", stage), &on.assessment.id, request).at_large()
        }),
        "CastTie" => {
            let case = |stage: &str, on: &Assessed| {
                let bid_ids = on.bids[..2].iter().map(|bid| bid.id.clone()).collect();
                let (assessment_id, reason) = (on.assessment.id.clone(), reason());
                let request = pb::CastTieRequest { assessment_id, bid_ids, reason, ..Default::default() };
                Case::new(section("CastTie", stage), &on.bids[0].id, request)
            };
            let mut cases = legal_in(scene, &[], case);
            cases.push(case("moderation", of(scene, "determination")));
            cases
        }
        _ => return None,
    })
}

/// What is done with a review that was taken. Whoever has not declared has not taken theirs.
fn written(scene: &Scene, of_it: impl Fn(String) -> Vec<Vec<u8>> + Clone + 'static) -> Vec<Case> {
    let mut cases = step(scene, "WriteReview", FIRST, of_it.clone());
    let assigned = cases.pop().expect("the legal stage comes last");
    let case = about("WriteReview", "reviewing", of(scene, "reviewing"), SECOND, of_it);
    cases.extend([assigned.illegal(), case.leaving_out(UNDECLARED_OWN, "who has not declared takes no review")]);
    cases
}

/// Reviews of the first bid by a grader, or the own one.
fn list_reviews(scene: &Scene, stage: &str, on: &Assessed) -> Case {
    let (assessment_id, bid_id) = (on.assessment.id.clone(), on.bids[0].id.clone());
    let (review, reviewer) = (on.reviews[FIRST].clone(), scene.callers.graders[1].caller.subject.clone());
    let owned = [on.own_reviews.clone(), on.own_reviews.clone()];
    let [owners, owned] = owned;
    let case = Case::by_caller(section("SeeReview", stage), &on.bids[0].id, move |caller| {
        let is_own = own(&owners, caller, FIRST).is_some();
        let reviewer_id = if is_own { caller.subject.clone() } else { reviewer.clone() };
        let (assessment_id, bid_id) = (assessment_id.clone(), bid_id.clone());
        one(pb::ListReviewsRequest { assessment_id, bid_id, reviewer_id, ..Default::default() })
    });
    let case = case.within(section("See", stage));
    lapsed(case.judged_of(move |caller| Judge::Rows(own(&owned, caller, FIRST).unwrap_or(&review).clone())), stage)
}
