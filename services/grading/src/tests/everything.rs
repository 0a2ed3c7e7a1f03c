//! Everything that somebody can read of an assessment, and everything that they can provoke, as bytes to compare.

use pb::determination::Outcome;
use prost::Message;
use toadlane_proto::grading::v1 as pb;
use tonic::{Response, Status};
use tonic_types::StatusExt;

use super::harness::*;
use super::scene::*;

/// The bid that is hidden, of the three of the scene.
pub const HIDDEN: usize = 1;

/// What was prepared: the identities of things that belong to the hidden bid.
#[derive(Clone)]
pub struct Prepared {
    pub scene: Scene,
    /// Reviews of the hidden bid by the chair, Bob and the member of Southampton.
    pub of_hidden: Vec<pb::Review>,
    /// An interest of Bob in the hidden bid, cleared since.
    pub interest: String,
    pub meeting: Option<pb::Meeting>,
}

/// One answer as bytes that can be compared: head and body, or the refusal with all its details.
fn bytes<T: Message>(name: &str, answer: Result<Response<T>, Status>) -> String {
    match answer {
        Ok(response) => {
            let (head, message, _) = response.into_parts();
            format!("{name}: {head:?} {:02x?}", message.encode_to_vec())
        }
        Err(status) => {
            let details = status.get_error_details();
            // The one part without an order of its own.
            let mut metadata: Vec<_> =
                details.error_info().map(|info| info.metadata.clone()).unwrap_or_default().into_iter().collect();
            metadata.sort();
            let (reason, fields) = (reason(&status), says(&status));
            format!("{name}: {:?} {} {reason} {metadata:?} {fields:?}", status.code(), status.message())
        }
    }
}

/// Every answer of a list, page by page.
macro_rules! pages {
    ($seen:ident, $client:expr, $rpc:ident, $request:expr) => {
        let mut request = $request;
        for page in 0.. {
            let answer = $client.$rpc(request.clone()).await;
            let token = answer.as_ref().map(|page| page.get_ref().next_page_token.clone()).unwrap_or_default();
            $seen.push(bytes(&format!("{} page {page}", stringify!($rpc)), answer));
            if token.is_empty() {
                break;
            }
            request.page_token = token;
        }
    };
}

macro_rules! asked {
    ($seen:ident, $client:expr, $rpc:ident, $request:expr) => {
        $seen.push(bytes(stringify!($rpc), $client.$rpc($request).await));
    };
}

/// Everything that somebody can read.
pub async fn reads(harness: &Harness, prepared: &Prepared, who: &Who) -> Vec<String> {
    let Prepared { scene, of_hidden, meeting, .. } = prepared;
    let Clients { mut assessments, mut reviews, mut decisions } = harness.as_who(who);
    let (assessment_id, round_id) = (scene.assessment.clone(), scene.round.to_string());
    let mut seen = Vec::new();
    asked!(seen, assessments, get_assessment, pb::GetAssessmentRequest { assessment_id: assessment_id.clone() });
    asked!(seen, reviews, get_ranking, pb::GetRankingRequest { assessment_id: assessment_id.clone() });
    asked!(seen, decisions, get_decision_record, pb::GetDecisionRecordRequest { assessment_id: assessment_id.clone() });
    pages!(seen, assessments, list_assessments, pb::ListAssessmentsRequest::default());
    for page_size in [1, 2, 0] {
        let of = || assessment_id.clone();
        let page_token = String::new;
        pages!(
            seen,
            assessments,
            list_panel_members,
            pb::ListPanelMembersRequest { assessment_id: of(), page_size, page_token: page_token() }
        );
        pages!(
            seen,
            assessments,
            list_assessed_bids,
            pb::ListAssessedBidsRequest { assessment_id: of(), page_size, page_token: page_token() }
        );
        pages!(
            seen,
            assessments,
            list_interests,
            pb::ListInterestsRequest { assessment_id: of(), page_size, ..Default::default() }
        );
        pages!(
            seen,
            reviews,
            list_reviews,
            pb::ListReviewsRequest { assessment_id: of(), page_size, ..Default::default() }
        );
        pages!(
            seen,
            decisions,
            list_meetings,
            pb::ListMeetingsRequest { assessment_id: of(), page_size, page_token: page_token() }
        );
        pages!(
            seen,
            decisions,
            list_recommendations,
            pb::ListRecommendationsRequest { assessment_id: of(), page_size, page_token: page_token() }
        );
        pages!(
            seen,
            decisions,
            list_determinations,
            pb::ListDeterminationsRequest { assessment_id: of(), page_size, page_token: page_token() }
        );
        pages!(
            seen,
            decisions,
            list_outcomes,
            pb::ListOutcomesRequest { round_id: round_id.clone(), page_size, page_token: page_token() }
        );
        if let Some(meeting) = meeting {
            pages!(
                seen,
                decisions,
                list_quorums,
                pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), page_size, page_token: page_token() }
            );
        }
    }
    for bid in scene.bids {
        let (assessment_id, bid_id) = (assessment_id.clone(), bid.to_string());
        asked!(
            seen,
            assessments,
            get_assessed_bid,
            pb::GetAssessedBidRequest { assessment_id: assessment_id.clone(), bid_id: bid_id.clone() }
        );
        asked!(
            seen,
            reviews,
            get_moderation,
            pb::GetModerationRequest { assessment_id: assessment_id.clone(), bid_id: bid_id.clone() }
        );
        asked!(seen, decisions, get_letter, pb::GetLetterRequest { bid_id: bid_id.clone() });
        pages!(seen, reviews, list_reviews, pb::ListReviewsRequest { assessment_id, bid_id, ..Default::default() });
    }
    for person in [&scene.chair, &scene.bob, &scene.of_southampton] {
        let (assessment_id, person_id) = (assessment_id.clone(), person.subject.clone());
        pages!(
            seen,
            reviews,
            list_reviews,
            pb::ListReviewsRequest {
                assessment_id: assessment_id.clone(),
                reviewer_id: person_id.clone(),
                ..Default::default()
            }
        );
        pages!(
            seen,
            assessments,
            list_interests,
            pb::ListInterestsRequest { assessment_id, person_id, ..Default::default() }
        );
    }
    for review in of_hidden {
        asked!(seen, reviews, get_review, pb::GetReviewRequest { review_id: review.id.clone() });
    }
    seen
}

/// Everything that somebody can provoke about the hidden bid, or about all bids together. Nothing of it may work.
pub async fn refusals(harness: &Harness, prepared: &Prepared, who: &Who) -> Vec<String> {
    let Prepared { scene, of_hidden, interest, meeting } = prepared;
    let Clients { mut assessments, mut reviews, mut decisions } = harness.as_who(who);
    let (assessment_id, hidden) = (scene.assessment.clone(), scene.bids[HIDDEN].to_string());
    let (request_id, etag, reason) = (new_id, scene.get(harness).await.etag, "why not".to_string());
    let meeting_id =
        meeting.as_ref().map_or_else(|| "mtg_0190163d8694739baea5966c26f8ad91".to_string(), |one| one.id.clone());
    let mut seen = Vec::new();
    let of = || (request_id(), assessment_id.clone(), etag.clone());
    {
        let (request_id, assessment_id, etag) = of();
        asked!(
            seen,
            assessments,
            start_moderation,
            pb::StartModerationRequest { request_id, assessment_id, etag, validate_only: false }
        );
        let (request_id, assessment_id, etag) = of();
        asked!(
            seen,
            assessments,
            start_determination,
            pb::StartDeterminationRequest { request_id, assessment_id, etag, validate_only: true }
        );
        let (request_id, assessment_id, etag) = of();
        asked!(
            seen,
            assessments,
            return_to_moderation,
            pb::ReturnToModerationRequest {
                request_id,
                assessment_id,
                etag,
                reason: reason.clone(),
                validate_only: true
            }
        );
        let (request_id, assessment_id, etag) = of();
        asked!(
            seen,
            assessments,
            close_assessment,
            pb::CloseAssessmentRequest { request_id, assessment_id, etag, ..Default::default() }
        );
    }
    let declared = interest_in(scene.bids[HIDDEN]);
    asked!(
        seen,
        assessments,
        declare_interests,
        pb::DeclareInterestsRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            interests: vec![declared.clone()],
            validate_only: false
        }
    );
    asked!(
        seen,
        assessments,
        record_interest,
        pb::RecordInterestRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            person_id: scene.bob.subject.clone(),
            interest: Some(declared),
            validate_only: false
        }
    );
    for etag in ["1", "2"] {
        asked!(
            seen,
            assessments,
            decide_interest,
            pb::DecideInterestRequest {
                request_id: request_id(),
                interest_id: interest.clone(),
                etag: etag.to_string(),
                state: pb::interest::State::Recused.into(),
                reason: reason.clone(),
                validate_only: false
            }
        );
    }
    let pair = pb::Assignment { bid_id: hidden.clone(), reviewer_id: scene.bob.subject.clone() };
    asked!(
        seen,
        reviews,
        assign_reviews,
        pb::AssignReviewsRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            assignments: vec![pair],
            validate_only: false
        }
    );
    for review in of_hidden {
        let (review_id, etag) = (review.id.clone(), review.etag.clone());
        asked!(
            seen,
            reviews,
            accept_review,
            pb::AcceptReviewRequest {
                request_id: request_id(),
                review_id: review_id.clone(),
                etag: etag.clone(),
                validate_only: false
            }
        );
        let (of, old) = (review_id.clone(), etag.clone());
        asked!(
            seen,
            reviews,
            decline_review,
            pb::DeclineReviewRequest {
                request_id: request_id(),
                review_id: of,
                etag: old,
                reason: reason.clone(),
                validate_only: false
            }
        );
        asked!(seen, reviews, save_review, save(review, &[1, 1]));
        asked!(seen, reviews, submit_review, submit(review));
        asked!(
            seen,
            reviews,
            return_review,
            pb::ReturnReviewRequest {
                request_id: request_id(),
                review_id: review_id.clone(),
                etag: etag.clone(),
                reason: reason.clone(),
                validate_only: false
            }
        );
        asked!(
            seen,
            reviews,
            cancel_review,
            pb::CancelReviewRequest {
                request_id: request_id(),
                review_id,
                etag,
                reason: reason.clone(),
                validate_only: false
            }
        );
    }
    asked!(
        seen,
        reviews,
        moderate_bid,
        pb::ModerateBidRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            bid_id: hidden.clone(),
            etag: "0".to_string(),
            ..Default::default()
        }
    );
    let with_hidden = vec![scene.bids[0].to_string(), hidden.clone()];
    asked!(
        seen,
        reviews,
        cast_tie,
        pb::CastTieRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            bid_ids: with_hidden,
            reason: reason.clone(),
            validate_only: false
        }
    );
    asked!(
        seen,
        decisions,
        record_recommendation,
        pb::RecordRecommendationRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            bid_id: hidden.clone(),
            advice: pb::recommendation::Advice::Decline.into(),
            reason: reason.clone(),
            meeting_id: meeting_id.clone(),
            ..Default::default()
        }
    );
    asked!(
        seen,
        decisions,
        refer_back,
        pb::ReferBackRequest {
            request_id: request_id(),
            assessment_id: assessment_id.clone(),
            bid_id: hidden,
            meeting_id: meeting_id.clone(),
            question: reason.clone(),
            validate_only: false
        }
    );
    asked!(seen, decisions, determine_bid, scene.determine(scene.bids[HIDDEN], Outcome::Decline, &meeting_id));
    let alone = vec![scene.chair.subject.clone()];
    asked!(
        seen,
        decisions,
        update_meeting,
        pb::UpdateMeetingRequest {
            request_id: request_id(),
            meeting_id,
            etag: "1".to_string(),
            place: "Rochdale".to_string(),
            present: alone,
            chair_id: scene.chair.subject.clone(),
            minutes: String::new(),
            validate_only: false
        }
    );
    let allowed: Vec<_> = seen.iter().filter(|answer| answer.contains(": MetadataMap")).collect();
    assert!(allowed.is_empty(), "{allowed:?}");
    seen
}
