//! Requests of ReviewsService.

use kit::ids::ReviewId;
use kit::names::row_names;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use super::on_bid;
use crate::app::{self, OnBid};
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

pub fn save_review(wire: pb::SaveReviewRequest, reader: &mut Reader) -> Option<app::SaveReview> {
    let target = reader.target("review_id", &wire.review_id, &wire.etag);
    let mark = |pb::Mark { criterion, mark, reason }| Mark { criterion, mark, reason };
    let (marks, comment) = (wire.marks.into_iter().map(mark).collect(), wire.comment);
    Some(app::SaveReview { target: target?, marks, comment })
}

pub fn moderate_bid(wire: pb::ModerateBidRequest, reader: &mut Reader) -> Option<app::ModerateBid> {
    let on = on_bid(reader, &wire.assessment_id, &wire.bid_id);
    let version = reader.version(&wire.etag);
    let agreed = reader.each("agreed", wire.agreed, |reader, field, agreed| {
        let reason = reader.text(&format!("{field}.reason"), &agreed.reason)?;
        Some(AgreedMark { criterion: agreed.criterion, mark: agreed.mark, reason })
    });
    let feedback = reader.each("feedback", wire.feedback, |reader, field, feedback| {
        let text = reader.text(&format!("{field}.text"), &feedback.text)?;
        Some(Feedback { criterion: feedback.criterion, text })
    });
    Some(app::ModerateBid { on: on?, version: version?, agreed, feedback })
}

pub fn cast_tie(wire: pb::CastTieRequest, reader: &mut Reader) -> Option<app::CastTie> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let bids = reader.ids("bid_ids", wire.bid_ids);
    let reason = reader.text("reason", &wire.reason);
    Some(app::CastTie { assessment: assessment?, bids, reason: reason? })
}

pub fn list_reviews(wire: pb::ListReviewsRequest, reader: &mut Reader) -> Option<Listed<ReviewFilter, ReviewId>> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let bid = reader.id_or_none("bid_id", &wire.bid_id);
    let reviewer = reader.id_or_none("reviewer_id", &wire.reviewer_id);
    let states = row_names(wire.states());
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = ReviewFilter { assessment: assessment?, bid: bid?, reviewer: reviewer?, states };
    Some(Listed { filter, page: page? })
}

pub fn get_moderation(wire: pb::GetModerationRequest, reader: &mut Reader) -> Option<OnBid> {
    on_bid(reader, &wire.assessment_id, &wire.bid_id)
}
