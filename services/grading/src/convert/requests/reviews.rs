//! Requests of ReviewsService.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::ReviewId;
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use crate::app::{self, ReviewStep, StepReview};
use crate::moderation::{AgreedMark, Feedback};
use crate::review::Mark;

impl Parse for app::AssignReviews {
    type Wire = pb::AssignReviewsRequest;

    fn parse(wire: Self::Wire) -> Result<app::AssignReviews, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let pairs = reader.each("assignments", wire.assignments, |reader, field, pair| {
            let bid = reader.id(&format!("{field}.bid_id"), &pair.bid_id);
            let reviewer = reader.id(&format!("{field}.reviewer_id"), &pair.reviewer_id);
            Some((ReviewId::new(), bid?, reviewer?))
        });
        reader.finish(assessment.map(|assessment| app::AssignReviews { assessment, pairs }))
    }
}

/// Steps that change nothing but where a review stands are one command; the RPC says which step.
pub struct AcceptReview(pub StepReview);
pub struct DeclineReview(pub StepReview);
pub struct ReturnReview(pub StepReview);
pub struct CancelReview(pub StepReview);

impl Parse for AcceptReview {
    type Wire = pb::AcceptReviewRequest;

    fn parse(wire: Self::Wire) -> Result<AcceptReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("review_id", &wire.review_id, &wire.etag);
        reader.finish(target.map(|target| AcceptReview(StepReview { target, step: ReviewStep::Accept })))
    }
}

impl Parse for DeclineReview {
    type Wire = pb::DeclineReviewRequest;

    fn parse(wire: Self::Wire) -> Result<DeclineReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("review_id", &wire.review_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let step = reason.map(|reason| ReviewStep::Decline { reason });
        reader.finish(target.zip(step).map(|(target, step)| DeclineReview(StepReview { target, step })))
    }
}

impl Parse for ReturnReview {
    type Wire = pb::ReturnReviewRequest;

    fn parse(wire: Self::Wire) -> Result<ReturnReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("review_id", &wire.review_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let step = reason.map(|reason| ReviewStep::Return { reason });
        reader.finish(target.zip(step).map(|(target, step)| ReturnReview(StepReview { target, step })))
    }
}

impl Parse for CancelReview {
    type Wire = pb::CancelReviewRequest;

    fn parse(wire: Self::Wire) -> Result<CancelReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("review_id", &wire.review_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let step = reason.map(|reason| ReviewStep::Cancel { reason });
        reader.finish(target.zip(step).map(|(target, step)| CancelReview(StepReview { target, step })))
    }
}

impl Parse for app::SaveReview {
    type Wire = pb::SaveReviewRequest;

    fn parse(wire: Self::Wire) -> Result<app::SaveReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("review_id", &wire.review_id, &wire.etag);
        let mark = |one: pb::Mark| Mark { criterion: one.criterion, mark: one.mark, reason: one.reason };
        let (marks, comment) = (wire.marks.into_iter().map(mark).collect(), wire.comment);
        reader.finish(target.map(|target| app::SaveReview { target, marks, comment }))
    }
}

impl Parse for app::SubmitReview {
    type Wire = pb::SubmitReviewRequest;

    fn parse(wire: Self::Wire) -> Result<app::SubmitReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("review_id", &wire.review_id, &wire.etag);
        reader.finish(target.map(|target| app::SubmitReview { target }))
    }
}

impl Parse for app::ModerateBid {
    type Wire = pb::ModerateBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::ModerateBid, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let bid = reader.id("bid_id", &wire.bid_id);
        let version = reader.version(&wire.etag);
        let agreed = reader.each("agreed", wire.agreed, |reader, field, one| {
            let reason = reader.said(&format!("{field}.reason"), &one.reason)?;
            Some(AgreedMark { criterion: one.criterion, mark: one.mark, reason })
        });
        let feedback = reader.each("feedback", wire.feedback, |reader, field, one| {
            let text = reader.said(&format!("{field}.text"), &one.text)?;
            Some(Feedback { criterion: one.criterion, text })
        });
        let command = (|| {
            let on = app::OnBid { assessment: assessment?, bid: bid? };
            Some(app::ModerateBid { on, version: version?, agreed, feedback })
        })();
        reader.finish(command)
    }
}

impl Parse for app::CastTie {
    type Wire = pb::CastTieRequest;

    fn parse(wire: Self::Wire) -> Result<app::CastTie, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let bids = reader.each("bid_ids", wire.bid_ids, |reader, field, id| reader.id(field, &id));
        let reason = reader.said("reason", &wire.reason);
        let command = assessment.zip(reason);
        reader.finish(command.map(|(assessment, reason)| app::CastTie { assessment, bids, reason }))
    }
}
