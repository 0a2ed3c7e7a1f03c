//! Outcomes, letters and the record, to the wire.

use kit::names::wire_enum;
use kit::paging::Counted;
use kit::wire::wire_time;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::deciding::conditions;
use super::marking::feedback;
use crate::app::reading::{LetterNow, OutcomeNow, Outcomes};
use crate::release::outcome::BidOutcome;
use crate::release::record::Sealed;

/// An outcome, with its terms for those who may know them.
impl From<OutcomeNow> for pb::Outcome {
    fn from(now: OutcomeNow) -> pb::Outcome {
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
            outcome: wire_enum::<pb::determination::Outcome>(determination.outcome).into(),
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
            wire.conditions = conditions(determination.conditions);
            wire.reserve_place = reserve_place.unwrap_or(0);
            wire.principles_met = principles;
        }
        wire
    }
}

/// This list has the counts beside it, so it has the shape of no other.
pub fn page_of_outcomes(Outcomes { told, counts }: Outcomes) -> pb::ListOutcomesResponse {
    let Counted { found, n_all, as_of } = told;
    let (outcomes, next_page_token) = found.wire(pb::Outcome::from);
    let count = |(outcome, n_bids)| pb::OutcomeCount {
        outcome: wire_enum::<pb::determination::Outcome>(outcome).into(),
        n_bids,
    };
    let (as_of, counts) = (wire_time(as_of), counts.into_iter().map(count).collect());
    pb::ListOutcomesResponse { outcomes, next_page_token, total_size: n_all, as_of, counts }
}

impl From<LetterNow> for pb::Letter {
    fn from(LetterNow { outcome, letter, released_at }: LetterNow) -> pb::Letter {
        pb::Letter {
            bid_id: letter.bid.to_string(),
            number: outcome.bid.number,
            organisation_id: outcome.bid.applicant.organisation.to_string(),
            outcome: wire_enum::<pb::determination::Outcome>(outcome.determination.outcome).into(),
            text: Some(letter.text.into()),
            feedback: feedback(letter.feedback),
            released_at: wire_time(released_at),
        }
    }
}

impl From<Sealed> for pb::DecisionRecord {
    fn from(sealed: Sealed) -> pb::DecisionRecord {
        pb::DecisionRecord {
            assessment_id: sealed.assessment.to_string(),
            canonical_json: sealed.canonical_json,
            sha256: sealed.sha256,
            jws: sealed.jws,
            sealed_at: wire_time(sealed.sealed_at),
        }
    }
}
