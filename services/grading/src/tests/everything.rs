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
    /// Of the chair, whose council is nearly called like a partner in the hidden bid.
    pub near_miss: String,
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
    ($seen:ident, $client:ident.$rpc:ident, $request:ident { $($field:ident: $value:expr),* }) => {
        let mut request = pb::$request { $($field: $value,)* ..Default::default() };
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
    ($seen:ident, $client:ident.$rpc:ident, $request:expr) => {
        $seen.push(bytes(stringify!($rpc), $client.$rpc($request).await));
    };
}

/// The same for a write, with the identity of a new request.
macro_rules! tried {
    ($seen:ident, $client:ident.$rpc:ident, $request:ident { $($field:ident: $value:expr),* }) => {
        asked!($seen, $client.$rpc, pb::$request { request_id: new_id(), $($field: $value,)* ..Default::default() })
    };
}

/// Everything that somebody can read.
pub async fn reads(harness: &Harness, prepared: &Prepared, who: &Who) -> Vec<String> {
    let Prepared { scene, of_hidden, meeting, .. } = prepared;
    let Clients { mut assessments, mut reviews, mut decisions } = harness.as_who(who);
    let (id, round_id) = (|| scene.assessment.clone(), || scene.round.to_string());
    let mut seen = Vec::new();
    asked!(seen, assessments.get_assessment, pb::GetAssessmentRequest { assessment_id: id() });
    asked!(seen, reviews.get_ranking, pb::GetRankingRequest { assessment_id: id() });
    asked!(seen, decisions.get_decision_record, pb::GetDecisionRecordRequest { assessment_id: id() });
    pages!(seen, assessments.list_assessments, ListAssessmentsRequest {});
    for page_size in [1, 2, 0] {
        pages!(
            seen,
            assessments.list_panel_members,
            ListPanelMembersRequest { assessment_id: id(), page_size: page_size }
        );
        pages!(
            seen,
            assessments.list_assessed_bids,
            ListAssessedBidsRequest { assessment_id: id(), page_size: page_size }
        );
        pages!(seen, assessments.list_interests, ListInterestsRequest { assessment_id: id(), page_size: page_size });
        pages!(seen, assessments.list_near_misses, ListNearMissesRequest { assessment_id: id(), page_size: page_size });
        pages!(seen, reviews.list_reviews, ListReviewsRequest { assessment_id: id(), page_size: page_size });
        pages!(seen, decisions.list_meetings, ListMeetingsRequest { assessment_id: id(), page_size: page_size });
        pages!(
            seen,
            decisions.list_recommendations,
            ListRecommendationsRequest { assessment_id: id(), page_size: page_size }
        );
        pages!(
            seen,
            decisions.list_determinations,
            ListDeterminationsRequest { assessment_id: id(), page_size: page_size }
        );
        pages!(seen, decisions.list_outcomes, ListOutcomesRequest { round_id: round_id(), page_size: page_size });
        if let Some(meeting) = meeting {
            let meeting_id = meeting.id.clone();
            pages!(seen, decisions.list_quorums, ListQuorumsRequest { meeting_id: meeting_id, page_size: page_size });
        }
    }
    for bid in scene.bids {
        let bid_id = || bid.to_string();
        let with_text = pb::GetAssessedBidRequest { assessment_id: id(), bid_id: bid_id() };
        asked!(seen, assessments.get_assessed_bid, with_text);
        asked!(seen, reviews.get_moderation, pb::GetModerationRequest { assessment_id: id(), bid_id: bid_id() });
        asked!(seen, decisions.get_letter, pb::GetLetterRequest { bid_id: bid_id() });
        pages!(seen, reviews.list_reviews, ListReviewsRequest { assessment_id: id(), bid_id: bid_id() });
    }
    for person in [&scene.chair, &scene.bob, &scene.of_southampton] {
        let person_id = || person.subject.clone();
        pages!(seen, reviews.list_reviews, ListReviewsRequest { assessment_id: id(), reviewer_id: person_id() });
        pages!(seen, assessments.list_interests, ListInterestsRequest { assessment_id: id(), person_id: person_id() });
    }
    for review in of_hidden {
        asked!(seen, reviews.get_review, pb::GetReviewRequest { review_id: review.id.clone() });
    }
    seen
}

/// Everything that somebody can provoke about the hidden bid, or about all bids together. Nothing of it may work.
pub async fn refusals(harness: &Harness, prepared: &Prepared, who: &Who) -> Vec<String> {
    let Prepared { scene, of_hidden, interest, near_miss, meeting } = prepared;
    let Clients { mut assessments, mut reviews, mut decisions } = harness.as_who(who);
    let (current, why) = (scene.get(harness).await.etag, "why not".to_string());
    let id = || scene.assessment.clone();
    let bid = scene.bids[HIDDEN];
    let hidden = || bid.to_string();
    let no_meeting = || "mtg_0190163d8694739baea5966c26f8ad91".to_string();
    let meeting_id = || meeting.as_ref().map_or_else(no_meeting, |meeting| meeting.id.clone());
    let mut seen = Vec::new();
    tried!(seen, assessments.start_moderation, StartModerationRequest { assessment_id: id(), etag: current.clone() });
    let (request_id, assessment_id, etag, validate_only) = (new_id(), id(), current.clone(), true);
    let settled = pb::StartDeterminationRequest { request_id, assessment_id, etag, validate_only };
    asked!(seen, assessments.start_determination, settled);
    let (request_id, assessment_id, etag, reason) = (new_id(), id(), current.clone(), why.clone());
    let back = pb::ReturnToModerationRequest { request_id, assessment_id, etag, reason, validate_only };
    asked!(seen, assessments.return_to_moderation, back);
    tried!(seen, assessments.close_assessment, CloseAssessmentRequest { assessment_id: id(), etag: current.clone() });
    let declared = vec![interest_in(bid)];
    tried!(seen, assessments.declare_interests, DeclareInterestsRequest { assessment_id: id(), interests: declared });
    asked!(seen, assessments.record_interest, scene.record_interest(&scene.bob, bid));
    for etag in ["1", "2"] {
        let cleared = pb::Interest { id: interest.clone(), etag: etag.to_string(), ..Default::default() };
        asked!(seen, assessments.decide_interest, decide(&cleared, pb::interest::State::Recused));
        tried!(
            seen,
            assessments.answer_interest,
            AnswerInterestRequest { interest_id: interest.clone(), etag: etag.to_string(), answer: why.clone() }
        );
        tried!(
            seen,
            assessments.dismiss_near_miss,
            DismissNearMissRequest { near_miss_id: near_miss.clone(), etag: etag.to_string(), reason: why.clone() }
        );
    }
    let assignments = vec![pb::Assignment { bid_id: hidden(), reviewer_id: scene.bob.subject.clone() }];
    tried!(seen, reviews.assign_reviews, AssignReviewsRequest { assessment_id: id(), assignments: assignments });
    for review in of_hidden {
        asked!(seen, reviews.accept_review, accept(review));
        asked!(seen, reviews.decline_review, decline(review, &why));
        asked!(seen, reviews.save_review, save(review, &[1, 1]));
        asked!(seen, reviews.submit_review, submit(review));
        asked!(seen, reviews.return_review, give_back(review, &why));
        asked!(seen, reviews.cancel_review, cancel(review, &why));
    }
    let nothing = pb::ModerateBidRequest { feedback: Vec::new(), ..scene.moderate(bid, "0", &[], "") };
    asked!(seen, reviews.moderate_bid, nothing);
    asked!(seen, reviews.cast_tie, scene.cast(&[scene.bids[0], bid]));
    let advice = pb::recommendation::Advice::Decline.into();
    tried!(
        seen,
        decisions.record_recommendation,
        RecordRecommendationRequest {
            assessment_id: id(),
            bid_id: hidden(),
            advice: advice,
            reason: why.clone(),
            meeting_id: meeting_id()
        }
    );
    tried!(
        seen,
        decisions.refer_back,
        ReferBackRequest { assessment_id: id(), bid_id: hidden(), meeting_id: meeting_id(), question: why.clone() }
    );
    let board_id = || scene.boards[0].to_string();
    tried!(seen, decisions.refer_bid, ReferBidRequest { assessment_id: id(), bid_id: hidden(), board_id: board_id() });
    asked!(seen, decisions.determine_bid, scene.determine(bid, Outcome::Decline, &meeting_id()));
    let alone = || scene.chair.subject.clone();
    tried!(
        seen,
        decisions.update_meeting,
        UpdateMeetingRequest {
            meeting_id: meeting_id(),
            etag: "1".to_string(),
            place: "Rochdale".to_string(),
            present: vec![alone()],
            chair_id: alone()
        }
    );
    let allowed: Vec<_> = seen.iter().filter(|answer| answer.contains(": MetadataMap")).collect();
    assert!(allowed.is_empty(), "{allowed:?}");
    seen
}
