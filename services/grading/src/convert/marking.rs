//! Reviews, moderation and rankings, to the wire.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;

use super::number;
use crate::app::reading::RankingNow;
use crate::marking::fraction::Fraction;
use crate::marking::moderation::{AgreedMark, Feedback, Moderation};
use crate::marking::ranking::{CriterionResult, RULE_VERSION, Ranked, Tie};
use crate::marking::review::{Assigned, Mark, Review, ReviewSeen};

impl From<Assigned> for pb::AssignReviewsResponse {
    fn from(Assigned(reviews): Assigned) -> pb::AssignReviewsResponse {
        pb::AssignReviewsResponse { reviews: reviews.into_iter().map(pb::Review::from).collect() }
    }
}

impl From<Review> for pb::Review {
    fn from(review: Review) -> pb::Review {
        let mark = |Mark { criterion, mark, reason }| pb::Mark { criterion, mark, reason };
        pb::Review {
            id: review.id.to_string(),
            etag: etag(review.version),
            assessment_id: review.assessment.to_string(),
            bid_id: review.bid.to_string(),
            reviewer_id: review.reviewer.to_string(),
            state: wire_enum::<pb::review::State>(review.state).into(),
            marks: review.marks.into_iter().map(mark).collect(),
            comment: review.comment,
            reason: review.reason,
            assigned_at: wire_time(review.assigned_at),
            submitted_at: review.state.submitted_at().and_then(wire_time),
            updated_at: wire_time(review.updated_at),
            set_aside: false,
        }
    }
}

impl From<ReviewSeen> for pb::Review {
    fn from(ReviewSeen { review, set_aside }: ReviewSeen) -> pb::Review {
        pb::Review { set_aside, ..review.into() }
    }
}

impl Shown for Review {
    type Wire = pb::Review;
}

impl From<Moderation> for pb::Moderation {
    fn from(moderation: Moderation) -> pb::Moderation {
        let agreed = |AgreedMark { criterion, mark, reason }| pb::AgreedMark { criterion, mark, reason };
        pb::Moderation {
            assessment_id: moderation.assessment.to_string(),
            bid_id: moderation.bid.to_string(),
            etag: etag(moderation.version),
            agreed: moderation.agreed.into_iter().map(agreed).collect(),
            feedback: feedback(moderation.feedback),
            updated_at: moderation.updated_at.and_then(wire_time),
        }
    }
}

impl Shown for Moderation {
    type Wire = pb::Moderation;
}

pub fn feedback(feedback: Vec<Feedback>) -> Vec<pb::Feedback> {
    feedback.into_iter().map(|Feedback { criterion, text }| pb::Feedback { criterion, text }).collect()
}

impl From<RankingNow> for pb::Ranking {
    fn from(RankingNow { assessment, ranking, as_of }: RankingNow) -> pb::Ranking {
        let tie = |Tie { rank, bids }| pb::Tie {
            rank: number(rank),
            bid_ids: bids.iter().map(ToString::to_string).collect(),
        };
        pb::Ranking {
            assessment_id: assessment.to_string(),
            bids: ranking.bids.into_iter().map(pb::RankedBid::from).collect(),
            open_ties: ranking.open_ties.into_iter().map(tie).collect(),
            rule_version: RULE_VERSION.to_string(),
            as_of: wire_time(as_of),
        }
    }
}

impl From<Ranked> for pb::RankedBid {
    fn from(ranked: Ranked) -> pb::RankedBid {
        pb::RankedBid {
            bid_id: ranked.bid.to_string(),
            number: ranked.number,
            rank: number(ranked.rank),
            tied: ranked.tied,
            settled_by: wire_enum::<pb::ranked_bid::SettledBy>(ranked.settled_by).into(),
            total: ranked.total.map(pb::Fraction::from),
            grade: ranked.grade,
            below_minimum: ranked.below_minimum,
            criteria: ranked.criteria.into_iter().map(pb::CriterionResult::from).collect(),
            n_reviews: number(ranked.n_reviews),
        }
    }
}

impl From<CriterionResult> for pb::CriterionResult {
    fn from(result: CriterionResult) -> pb::CriterionResult {
        pb::CriterionResult {
            criterion: result.criterion,
            mark: result.mark.map(pb::Fraction::from),
            agreed: result.agreed,
            mean: result.mean.map(pb::Fraction::from),
            n_marks: number(result.n_marks),
            n_cannot_judge: number(result.n_cannot_judge),
            spread: result.spread,
        }
    }
}

impl From<Fraction> for pb::Fraction {
    fn from(fraction: Fraction) -> pb::Fraction {
        pb::Fraction {
            numerator: fraction.numerator().to_string(),
            denominator: fraction.denominator().to_string(),
            shown: fraction.shown(),
        }
    }
}
