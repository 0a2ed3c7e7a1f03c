//! Requests of ReviewsService.

use kit::ids::{AssessmentId, ReviewId};
use kit::paging::Listed;
use kit::wire::{Reader, row_name};
use toadlane_proto::grading::v1 as pb;

use super::on_bid;
use crate::app::{self, OnBid, ReviewStep, StepReview};
use crate::marking::moderation::{AgreedMark, Feedback};
use crate::marking::review::Mark;
use crate::store::ReviewFilter;

pub fn assign_reviews(wire: pb::AssignReviewsRequest, reader: &mut Reader) -> Option<app::AssignReviews> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let pairs = reader.each("assignments", wire.assignments, |reader, field, pair| {
        let bid = reader.id(&format!("{field}.bid_id"), &pair.bid_id);
        let reviewer = reader.id(&format!("{field}.reviewer_id"), &pair.reviewer_id);
        Some((ReviewId::new(), bid?, reviewer?))
    });
    Some(app::AssignReviews { assessment: assessment?, pairs })
}

pub fn accept_review(wire: pb::AcceptReviewRequest, reader: &mut Reader) -> Option<StepReview> {
    let target = reader.target("review_id", &wire.review_id, &wire.etag);
    Some(StepReview { target: target?, step: ReviewStep::Accept })
}

pub fn decline_review(wire: pb::DeclineReviewRequest, reader: &mut Reader) -> Option<StepReview> {
    with_reason(reader, &wire.review_id, &wire.etag, &wire.reason, |reason| ReviewStep::Decline { reason })
}

pub fn return_review(wire: pb::ReturnReviewRequest, reader: &mut Reader) -> Option<StepReview> {
    with_reason(reader, &wire.review_id, &wire.etag, &wire.reason, |reason| ReviewStep::Return { reason })
}

pub fn cancel_review(wire: pb::CancelReviewRequest, reader: &mut Reader) -> Option<StepReview> {
    with_reason(reader, &wire.review_id, &wire.etag, &wire.reason, |reason| ReviewStep::Cancel { reason })
}

/// A step for which a reason is given; the RPC says which.
fn with_reason(
    reader: &mut Reader,
    review: &str,
    etag: &str,
    reason: &str,
    step: fn(String) -> ReviewStep,
) -> Option<StepReview> {
    let target = reader.target("review_id", review, etag);
    let reason = reader.said("reason", reason);
    Some(StepReview { target: target?, step: step(reason?) })
}

pub fn save_review(wire: pb::SaveReviewRequest, reader: &mut Reader) -> Option<app::SaveReview> {
    let target = reader.target("review_id", &wire.review_id, &wire.etag);
    let mark = |one: pb::Mark| Mark { criterion: one.criterion, mark: one.mark, reason: one.reason };
    let (marks, comment) = (wire.marks.into_iter().map(mark).collect(), wire.comment);
    Some(app::SaveReview { target: target?, marks, comment })
}

pub fn submit_review(wire: pb::SubmitReviewRequest, reader: &mut Reader) -> Option<app::SubmitReview> {
    let target = reader.target("review_id", &wire.review_id, &wire.etag);
    Some(app::SubmitReview { target: target? })
}

pub fn moderate_bid(wire: pb::ModerateBidRequest, reader: &mut Reader) -> Option<app::ModerateBid> {
    let on = on_bid(reader, &wire.assessment_id, &wire.bid_id);
    let version = reader.version(&wire.etag);
    let agreed = reader.each("agreed", wire.agreed, |reader, field, one| {
        let reason = reader.said(&format!("{field}.reason"), &one.reason)?;
        Some(AgreedMark { criterion: one.criterion, mark: one.mark, reason })
    });
    let feedback = reader.each("feedback", wire.feedback, |reader, field, one| {
        let text = reader.said(&format!("{field}.text"), &one.text)?;
        Some(Feedback { criterion: one.criterion, text })
    });
    Some(app::ModerateBid { on: on?, version: version?, agreed, feedback })
}

pub fn cast_tie(wire: pb::CastTieRequest, reader: &mut Reader) -> Option<app::CastTie> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let bids = reader.each("bid_ids", wire.bid_ids, |reader, field, id| reader.id(field, &id));
    let reason = reader.said("reason", &wire.reason);
    Some(app::CastTie { assessment: assessment?, bids, reason: reason? })
}

pub fn get_review(wire: pb::GetReviewRequest, reader: &mut Reader) -> Option<ReviewId> {
    reader.id("review_id", &wire.review_id)
}

pub fn list_reviews(wire: pb::ListReviewsRequest, reader: &mut Reader) -> Option<Listed<ReviewFilter, ReviewId>> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let bid = reader.id_or_none("bid_id", &wire.bid_id);
    let reviewer = reader.id_or_none("reviewer_id", &wire.reviewer_id);
    let states = wire.states().filter_map(|state| row_name(state.as_str_name(), "STATE_")).collect();
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = ReviewFilter { assessment: assessment?, bid: bid?, reviewer: reviewer?, states };
    Some(Listed { filter, page: page? })
}

pub fn get_moderation(wire: pb::GetModerationRequest, reader: &mut Reader) -> Option<OnBid> {
    on_bid(reader, &wire.assessment_id, &wire.bid_id)
}

pub fn get_ranking(wire: pb::GetRankingRequest, reader: &mut Reader) -> Option<AssessmentId> {
    reader.id("assessment_id", &wire.assessment_id)
}
