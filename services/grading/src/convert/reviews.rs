//! Reviews, moderation and rankings, to the wire.

use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;

use super::assessments::number;
use crate::app::{Assigned, RankingNow};
use crate::fraction::Fraction;
use crate::moderation::{AgreedMark, Feedback, Moderation};
use crate::ranking::{CriterionResult, RULE_VERSION, Ranked, SettledBy, Tie};
use crate::review::{Mark, Review, State};

impl From<Review> for pb::Review {
    fn from(one: Review) -> pb::Review {
        review(one)
    }
}

impl From<Moderation> for pb::Moderation {
    fn from(one: Moderation) -> pb::Moderation {
        moderation(one)
    }
}

impl From<RankingNow> for pb::Ranking {
    fn from(now: RankingNow) -> pb::Ranking {
        ranking(now)
    }
}

impl From<Assigned> for pb::AssignReviewsResponse {
    fn from(assigned: Assigned) -> pb::AssignReviewsResponse {
        pb::AssignReviewsResponse { reviews: assigned.0.into_iter().map(review).collect() }
    }
}

pub fn review(one: Review) -> pb::Review {
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

fn state(state: State) -> pb::review::State {
    match state {
        State::Assigned => pb::review::State::Assigned,
        State::Accepted => pb::review::State::Accepted,
        State::Declined => pb::review::State::Declined,
        State::InProgress => pb::review::State::InProgress,
        State::Submitted { .. } => pb::review::State::Submitted,
        State::Returned { .. } => pb::review::State::Returned,
        State::Locked { .. } => pb::review::State::Locked,
        State::Lapsed => pb::review::State::Lapsed,
        State::Cancelled { .. } => pb::review::State::Cancelled,
    }
}

/// The stored name of a state in a filter; none for the unspecified one, which the field rules refuse.
pub fn state_name(state: pb::review::State) -> Option<&'static str> {
    match state {
        pb::review::State::Unspecified => None,
        pb::review::State::Assigned => Some("assigned"),
        pb::review::State::Accepted => Some("accepted"),
        pb::review::State::Declined => Some("declined"),
        pb::review::State::InProgress => Some("in_progress"),
        pb::review::State::Submitted => Some("submitted"),
        pb::review::State::Returned => Some("returned"),
        pb::review::State::Locked => Some("locked"),
        pb::review::State::Lapsed => Some("lapsed"),
        pb::review::State::Cancelled => Some("cancelled"),
    }
}

fn mark(one: Mark) -> pb::Mark {
    pb::Mark { criterion: one.criterion, mark: one.mark, reason: one.reason }
}

pub fn moderation(one: Moderation) -> pb::Moderation {
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

pub fn feedback(one: Feedback) -> pb::Feedback {
    pb::Feedback { criterion: one.criterion, text: one.text }
}

pub fn ranking(now: RankingNow) -> pb::Ranking {
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

fn ranked(one: Ranked) -> pb::RankedBid {
    use pb::ranked_bid::SettledBy as Wire;
    let settled_by = match one.settled_by {
        SettledBy::Total => Wire::Total,
        SettledBy::TieCriterion => Wire::TieCriterion,
        SettledBy::FewerAwards => Wire::FewerAwards,
        SettledBy::LowerRequest => Wire::LowerRequest,
        SettledBy::Casting => Wire::Casting,
        SettledBy::Nothing => Wire::Nothing,
    };
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
