//! Meetings, recommendations and determinations, to the wire.

use kit::ids::PersonId;
use kit::wire::{etag, wire_name, wire_time};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::{number, part};
use crate::bid::AssessedBid;
use crate::deciding::decision::{Basis, Condition, Determination, Outcome, Recommendation};
use crate::deciding::meeting::Meeting;
use crate::panel::quorum::Quorum;

impl From<Meeting> for pb::Meeting {
    fn from(one: Meeting) -> pb::Meeting {
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
}

fn people(people: &[PersonId]) -> Vec<String> {
    people.iter().map(PersonId::to_string).collect()
}

pub fn quorum((bid, quorum): (AssessedBid, Quorum)) -> pb::BidQuorum {
    pb::BidQuorum {
        bid_id: bid.id.to_string(),
        n_entitled: number(quorum.n_entitled),
        n_present: number(quorum.n_present),
        needed: number(quorum.needed),
        met: quorum.is_met(),
        attainable: quorum.is_attainable(),
    }
}

impl From<Recommendation> for pb::Recommendation {
    fn from(one: Recommendation) -> pb::Recommendation {
        let advice = wire_name(one.advice.name(), "ADVICE_");
        let advice = pb::recommendation::Advice::from_str_name(&advice).unwrap_or_default();
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
}

pub fn condition(one: Condition) -> pb::GrantCondition {
    pb::GrantCondition { text: one.text, precedent: one.precedent }
}

impl From<Determination> for pb::Determination {
    fn from(one: Determination) -> pb::Determination {
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
}

pub fn outcome_of(outcome: Outcome) -> pb::determination::Outcome {
    pb::determination::Outcome::from_str_name(&wire_name(outcome.name(), "OUTCOME_")).unwrap_or_default()
}
