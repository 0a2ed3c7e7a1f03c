//! Reviews, moderation and rankings, to the wire.

use kit::wire::{etag, wire_name, wire_time};
use toadlane_proto::grading::v1 as pb;

use super::number;
use crate::app::reading::RankingNow;
use crate::marking::fraction::Fraction;
use crate::marking::moderation::{AgreedMark, Feedback, Moderation};
use crate::marking::ranking::{CriterionResult, RULE_VERSION, Ranked, Tie};
use crate::marking::review::{Assigned, Mark, Review, State};

impl From<Assigned> for pb::AssignReviewsResponse {
    fn from(assigned: Assigned) -> pb::AssignReviewsResponse {
        pb::AssignReviewsResponse { reviews: assigned.0.into_iter().map(pb::Review::from).collect() }
    }
}

impl From<Review> for pb::Review {
    fn from(one: Review) -> pb::Review {
        pb::Review {
            id: one.id.to_string(),
            etag: etag(one.version),
            assessment_id: one.assessment.to_string(),
            bid_id: one.bid.to_string(),
            reviewer_id: one.reviewer.to_string(),
            state: state(one.state).into(),
            marks: one.marks.into_iter().map(mark).collect(),
            comment: one.comment,
            reason: one.reason,
            assigned_at: wire_time(one.assigned_at),
            submitted_at: one.state.submitted_at().and_then(wire_time),
            updated_at: wire_time(one.updated_at),
        }
    }
}

fn state(state: State) -> pb::review::State {
    pb::review::State::from_str_name(&wire_name(state.name(), "STATE_")).unwrap_or_default()
}

fn mark(one: Mark) -> pb::Mark {
    pb::Mark { criterion: one.criterion, mark: one.mark, reason: one.reason }
}

impl From<Moderation> for pb::Moderation {
    fn from(one: Moderation) -> pb::Moderation {
        let agreed = |one: AgreedMark| pb::AgreedMark { criterion: one.criterion, mark: one.mark, reason: one.reason };
        pb::Moderation {
            assessment_id: one.assessment.to_string(),
            bid_id: one.bid.to_string(),
            etag: etag(one.version),
            agreed: one.agreed.into_iter().map(agreed).collect(),
            feedback: one.feedback.into_iter().map(feedback).collect(),
            updated_at: one.updated_at.and_then(wire_time),
        }
    }
}

pub fn feedback(one: Feedback) -> pb::Feedback {
    pb::Feedback { criterion: one.criterion, text: one.text }
}

impl From<RankingNow> for pb::Ranking {
    fn from(now: RankingNow) -> pb::Ranking {
        let tie =
            |tie: Tie| pb::Tie { rank: number(tie.rank), bid_ids: tie.bids.iter().map(ToString::to_string).collect() };
        pb::Ranking {
            assessment_id: now.assessment.to_string(),
            bids: now.ranking.bids.into_iter().map(ranked).collect(),
            open_ties: now.ranking.open_ties.into_iter().map(tie).collect(),
            rule_version: RULE_VERSION.to_string(),
            as_of: wire_time(now.as_of),
        }
    }
}

fn ranked(one: Ranked) -> pb::RankedBid {
    let settled_by = wire_name(one.settled_by.into(), "SETTLED_BY_");
    let settled_by = pb::ranked_bid::SettledBy::from_str_name(&settled_by).unwrap_or_default();
    pb::RankedBid {
        bid_id: one.bid.to_string(),
        number: one.number,
        rank: number(one.rank),
        tied: one.tied,
        settled_by: settled_by.into(),
        total: one.total.map(fraction),
        grade: one.grade,
        below_minimum: one.below_minimum,
        criteria: one.criteria.into_iter().map(criterion).collect(),
        n_reviews: number(one.n_reviews),
    }
}

fn criterion(one: CriterionResult) -> pb::CriterionResult {
    pb::CriterionResult {
        criterion: one.criterion,
        mark: one.mark.map(fraction),
        agreed: one.agreed,
        mean: one.mean.map(fraction),
        n_marks: number(one.n_marks),
        n_cannot_judge: number(one.n_cannot_judge),
        spread: one.spread,
    }
}

fn fraction(fraction: Fraction) -> pb::Fraction {
    pb::Fraction {
        numerator: fraction.numerator().to_string(),
        denominator: fraction.denominator().to_string(),
        shown: fraction.shown(),
    }
}
