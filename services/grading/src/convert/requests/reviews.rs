//! Requests of ReviewsService.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::ReviewId;
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use crate::app::{Assign, CastTie, Moderate, OnBid, ReviewStep, Save, SubmitReview};
use crate::moderation::{AgreedMark, Feedback};
use crate::policy::Action;
use crate::review::{Mark, Step};

impl Parse for Assign {
    type Wire = pb::AssignReviewsRequest;

    fn parse(wire: Self::Wire) -> Result<Assign, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let pairs = reader.each("assignments", wire.assignments, |reader, field, pair| {
            let bid = reader.id(&format!("{field}.bid_id"), &pair.bid_id);
            let reviewer = reader.id(&format!("{field}.reviewer_id"), &pair.reviewer_id);
            Some((ReviewId::new(), bid?, reviewer?))
        });
        reader.finish(assessment.map(|assessment| Assign { assessment, pairs }))
    }
}

/// Steps that change nothing but where a review stands ask for the same; the RPC says which.
fn step(reader: &mut Reader, id: &str, etag: &str, step: Step, action: Action) -> Option<ReviewStep> {
    let (id, version) = (reader.id("review_id", id), reader.version(etag));
    Some(ReviewStep { id: id?, version: version?, step, action, reason: String::new() })
}

fn reasoned(reader: &mut Reader, reason: &str, step: Option<ReviewStep>) -> Option<ReviewStep> {
    let reason = reader.said("reason", reason);
    Some(ReviewStep { reason: reason?, ..step? })
}

pub struct AcceptReview(pub ReviewStep);
pub struct DeclineReview(pub ReviewStep);
pub struct ReturnReview(pub ReviewStep);
pub struct CancelReview(pub ReviewStep);

impl Parse for AcceptReview {
    type Wire = pb::AcceptReviewRequest;

    fn parse(wire: Self::Wire) -> Result<AcceptReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = step(&mut reader, &wire.review_id, &wire.etag, Step::Accept, Action::AcceptReview);
        reader.finish(step.map(AcceptReview))
    }
}

impl Parse for DeclineReview {
    type Wire = pb::DeclineReviewRequest;

    fn parse(wire: Self::Wire) -> Result<DeclineReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = step(&mut reader, &wire.review_id, &wire.etag, Step::Decline, Action::DeclineReview);
        let step = reasoned(&mut reader, &wire.reason, step);
        reader.finish(step.map(DeclineReview))
    }
}

impl Parse for ReturnReview {
    type Wire = pb::ReturnReviewRequest;

    fn parse(wire: Self::Wire) -> Result<ReturnReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = step(&mut reader, &wire.review_id, &wire.etag, Step::Return, Action::ReturnReview);
        let step = reasoned(&mut reader, &wire.reason, step);
        reader.finish(step.map(ReturnReview))
    }
}

impl Parse for CancelReview {
    type Wire = pb::CancelReviewRequest;

    fn parse(wire: Self::Wire) -> Result<CancelReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = step(&mut reader, &wire.review_id, &wire.etag, Step::Cancel, Action::CancelReview);
        let step = reasoned(&mut reader, &wire.reason, step);
        reader.finish(step.map(CancelReview))
    }
}

impl Parse for Save {
    type Wire = pb::SaveReviewRequest;

    fn parse(wire: Self::Wire) -> Result<Save, Vec<Violation>> {
        let mut reader = Reader::new();
        let (id, version) = (reader.id("review_id", &wire.review_id), reader.version(&wire.etag));
        let mark = |one: pb::Mark| Mark { criterion: one.criterion, mark: one.mark, reason: one.reason };
        let (marks, comment) = (wire.marks.into_iter().map(mark).collect(), wire.comment);
        reader.finish(id.zip(version).map(|(id, version)| Save { id, version, marks, comment }))
    }
}

impl Parse for SubmitReview {
    type Wire = pb::SubmitReviewRequest;

    fn parse(wire: Self::Wire) -> Result<SubmitReview, Vec<Violation>> {
        let mut reader = Reader::new();
        let (id, version) = (reader.id("review_id", &wire.review_id), reader.version(&wire.etag));
        reader.finish(id.zip(version).map(|(id, version)| SubmitReview { id, version }))
    }
}

impl Parse for Moderate {
    type Wire = pb::ModerateBidRequest;

    fn parse(wire: Self::Wire) -> Result<Moderate, Vec<Violation>> {
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
            let on = OnBid { assessment: assessment?, bid: bid? };
            Some(Moderate { on, version: version?, agreed, feedback })
        })();
        reader.finish(command)
    }
}

impl Parse for CastTie {
    type Wire = pb::CastTieRequest;

    fn parse(wire: Self::Wire) -> Result<CastTie, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let bids = reader.each("bid_ids", wire.bid_ids, |reader, field, id| reader.id(field, &id));
        let reason = reader.said("reason", &wire.reason);
        let command = assessment.zip(reason);
        reader.finish(command.map(|(assessment, reason)| CastTie { assessment, bids, reason }))
    }
}
