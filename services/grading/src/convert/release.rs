//! Outcomes, letters and the record, to the wire.

use kit::time::Timestamp;
use kit::wire::wire_time;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::{condition, feedback, outcome_of, text};
use crate::app::reading::OutcomeNow;
use crate::release::outcome::{BidOutcome, Letter};
use crate::release::record::Sealed;

/// An outcome, with its terms for those who may know them.
pub fn outcome(now: OutcomeNow) -> pb::Outcome {
    let OutcomeNow { assessment, round, outcome, with_terms } = now;
    let BidOutcome { bid, determination, reserve_place, principles } = outcome;
    let mut wire = pb::Outcome {
        assessment_id: assessment.to_string(),
        round_id: round.to_string(),
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
    };
    if with_terms {
        wire.conditions = determination.conditions.into_iter().map(condition).collect();
        wire.reserve_place = reserve_place.unwrap_or(0);
        wire.principles_met = principles;
    }
    wire
}

pub fn letter((one, letter, released_at): (BidOutcome, Letter, Timestamp)) -> pb::Letter {
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
