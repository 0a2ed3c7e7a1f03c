//! Meetings, recommendations, determinations, outcomes, letters and the record, to the wire.

use kit::ids::PersonId;
use kit::time::Timestamp;
use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::assessments::{number, part, text};
use super::reviews::feedback;
use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::decision::{Advice, Basis, Condition, Determination, Outcome, Recommendation};
use crate::meeting::Meeting;
use crate::outcome::{BidOutcome, Letter};
use crate::quorum::Quorum;
use crate::record::Sealed;

impl From<Meeting> for pb::Meeting {
    fn from(one: Meeting) -> pb::Meeting {
        meeting(one)
    }
}

impl From<Recommendation> for pb::Recommendation {
    fn from(one: Recommendation) -> pb::Recommendation {
        recommendation(one)
    }
}

impl From<Determination> for pb::Determination {
    fn from(one: Determination) -> pb::Determination {
        determination(one)
    }
}

pub fn meeting(one: Meeting) -> pb::Meeting {
    pb::Meeting {
        id: one.id.to_string(),
        etag: etag(one.version),
        assessment_id: one.assessment.to_string(),
        part: part(one.part).into(),
        held_at: wire_time(one.held_at),
        place: one.account.place,
        present: people(&one.account.present),
        chair_id: one.account.chair.to_string(),
        minutes: one.account.minutes,
    }
}

fn people(people: &[PersonId]) -> Vec<String> {
    people.iter().map(PersonId::to_string).collect()
}

pub fn quorum(bid: &AssessedBid, quorum: Quorum) -> pb::BidQuorum {
    pb::BidQuorum {
        bid_id: bid.id.to_string(),
        n_entitled: number(quorum.n_entitled),
        n_present: number(quorum.n_present),
        needed: number(quorum.needed),
        met: quorum.is_met(),
        attainable: quorum.is_attainable(),
    }
}

pub fn recommendation(one: Recommendation) -> pb::Recommendation {
    use pb::recommendation::Advice as Wire;
    let advice = match one.advice {
        Advice::Fund => Wire::Fund,
        Advice::FundInPart => Wire::FundInPart,
        Advice::FundWithConditions => Wire::FundWithConditions,
        Advice::Decline => Wire::Decline,
        Advice::Defer => Wire::Defer,
    };
    pb::Recommendation {
        assessment_id: one.assessment.to_string(),
        bid_id: one.bid.to_string(),
        sequence: one.sequence,
        advice: advice.into(),
        amount: one.amount.map(types::Money::from),
        conditions: one.conditions.into_iter().map(condition).collect(),
        reason: one.reason,
        meeting_id: one.meeting.to_string(),
        recorded_at: wire_time(one.recorded_at),
        referred_back_with: one.referred_back.map(|referral| referral.question).unwrap_or_default(),
    }
}

fn condition(one: Condition) -> pb::GrantCondition {
    pb::GrantCondition { text: one.text, precedent: one.precedent }
}

pub fn determination(one: Determination) -> pb::Determination {
    use pb::determination::Basis as Wire;
    let (basis, meeting_id, deciders, board_id) = match one.basis {
        Basis::Meeting(meeting) => (Wire::Meeting, meeting.to_string(), Vec::new(), String::new()),
        Basis::Written { deciders } => (Wire::Written, String::new(), deciders, String::new()),
        Basis::OtherBoard { board, deciders } => (Wire::OtherBoard, String::new(), deciders, board.to_string()),
    };
    pb::Determination {
        assessment_id: one.assessment.to_string(),
        bid_id: one.bid.to_string(),
        etag: etag(one.version),
        outcome: outcome_of(one.outcome).into(),
        amount: one.amount.map(types::Money::from),
        conditions: one.conditions.into_iter().map(condition).collect(),
        reason: one.reason,
        basis: basis.into(),
        meeting_id,
        deciders: people(&deciders),
        board_id,
        decided_on: one.decided_on.to_string(),
        recorded_at: wire_time(one.recorded_at),
    }
}

fn outcome_of(outcome: Outcome) -> pb::determination::Outcome {
    match outcome {
        Outcome::Fund => pb::determination::Outcome::Fund,
        Outcome::FundInPart => pb::determination::Outcome::FundInPart,
        Outcome::Reserve => pb::determination::Outcome::Reserve,
        Outcome::Decline => pb::determination::Outcome::Decline,
        Outcome::Defer => pb::determination::Outcome::Defer,
    }
}

/// An outcome as the public is told it.
fn public(assessment: &Assessment, one: BidOutcome) -> pb::Outcome {
    let BidOutcome { bid, determination, .. } = one;
    pb::Outcome {
        assessment_id: assessment.id.to_string(),
        round_id: assessment.call.round.to_string(),
        bid_id: bid.id.to_string(),
        number: bid.number,
        title: bid.title,
        applicant_organisation_id: bid.applicant.organisation.to_string(),
        applicant_name: bid.applicant.name,
        lead_organisation_id: bid.lead.to_string(),
        payee_organisation_id: bid.payee.to_string(),
        instrument: bid.instrument,
        requested: Some(bid.requested.into()),
        outcome: outcome_of(determination.outcome).into(),
        amount: determination.amount.map(types::Money::from),
        conditions: Vec::new(),
        reserve_place: 0,
        decided_on: determination.decided_on.to_string(),
        months: bid.months,
        revision: bid.revision,
        content_sha256: bid.digest,
        summary: bid.summary,
        principles_met: Vec::new(),
    }
}

/// An outcome, with its terms for those who may know them.
pub fn outcome(assessment: &Assessment, one: BidOutcome, sees_terms: bool) -> pb::Outcome {
    let terms = one.clone();
    let public = public(assessment, one);
    if !sees_terms {
        return public;
    }
    pb::Outcome {
        conditions: terms.determination.conditions.into_iter().map(condition).collect(),
        reserve_place: terms.reserve_place,
        principles_met: terms.principles,
        ..public
    }
}

pub fn letter(one: BidOutcome, letter: Letter, released_at: Timestamp) -> pb::Letter {
    pb::Letter {
        bid_id: letter.bid.to_string(),
        number: one.bid.number,
        organisation_id: one.bid.applicant.organisation.to_string(),
        outcome: outcome_of(one.determination.outcome).into(),
        text: Some(text(letter.text)),
        feedback: letter.feedback.into_iter().map(feedback).collect(),
        released_at: wire_time(released_at),
    }
}

pub fn record(sealed: Sealed) -> pb::DecisionRecord {
    pb::DecisionRecord {
        assessment_id: sealed.assessment.to_string(),
        canonical_json: sealed.canonical_json,
        sha256: sealed.sha256,
        jws: sealed.jws,
        sealed_at: wire_time(sealed.sealed_at),
    }
}
