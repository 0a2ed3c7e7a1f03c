//! Meetings, recommendations and determinations, to the wire.

use kit::fault::Shown;
use kit::ids::PersonId;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::number;
use crate::app::reading::BidQuorum;
use crate::deciding::decision::{Basis, Condition, Determination, Recommendation};
use crate::deciding::meeting::Meeting;

impl From<Meeting> for pb::Meeting {
    fn from(meeting: Meeting) -> pb::Meeting {
        pb::Meeting {
            id: meeting.id.to_string(),
            etag: etag(meeting.version),
            assessment_id: meeting.assessment.to_string(),
            part: meeting.part.wire().into(),
            held_at: wire_time(meeting.held_at),
            place: meeting.account.place,
            present: people(&meeting.account.present),
            chair_id: meeting.account.chair.to_string(),
            minutes: meeting.account.minutes,
        }
    }
}

impl Shown for Meeting {
    type Wire = pb::Meeting;
}

fn people(people: &[PersonId]) -> Vec<String> {
    people.iter().map(PersonId::to_string).collect()
}

impl From<BidQuorum> for pb::BidQuorum {
    fn from(BidQuorum { bid, quorum }: BidQuorum) -> pb::BidQuorum {
        pb::BidQuorum {
            bid_id: bid.to_string(),
            n_entitled: number(quorum.n_entitled),
            n_present: number(quorum.n_present),
            needed: number(quorum.needed),
            met: quorum.is_met(),
            attainable: quorum.is_attainable(),
        }
    }
}

impl From<Recommendation> for pb::Recommendation {
    fn from(recommendation: Recommendation) -> pb::Recommendation {
        let referral = recommendation.referred_back;
        pb::Recommendation {
            assessment_id: recommendation.assessment.to_string(),
            bid_id: recommendation.bid.to_string(),
            sequence: recommendation.sequence,
            advice: wire_enum::<pb::recommendation::Advice>(recommendation.advice).into(),
            amount: recommendation.amount.map(types::Money::from),
            conditions: conditions(recommendation.conditions),
            reason: recommendation.reason,
            meeting_id: recommendation.meeting.to_string(),
            recorded_at: wire_time(recommendation.recorded_at),
            referred_back_with: referral.map(|referral| referral.question).unwrap_or_default(),
        }
    }
}

pub fn conditions(conditions: Vec<Condition>) -> Vec<pb::GrantCondition> {
    conditions.into_iter().map(|Condition { text, precedent }| pb::GrantCondition { text, precedent }).collect()
}

impl From<Determination> for pb::Determination {
    fn from(determination: Determination) -> pb::Determination {
        use pb::determination::Basis as Wire;
        let (basis, meeting_id, deciders, board_id) = match determination.basis {
            Basis::Meeting(meeting) => (Wire::Meeting, meeting.to_string(), Vec::new(), String::new()),
            Basis::Written { deciders } => (Wire::Written, String::new(), deciders, String::new()),
            Basis::OtherBoard { board, deciders } => (Wire::OtherBoard, String::new(), deciders, board.to_string()),
        };
        pb::Determination {
            assessment_id: determination.assessment.to_string(),
            bid_id: determination.bid.to_string(),
            etag: etag(determination.version),
            outcome: wire_enum::<pb::determination::Outcome>(determination.outcome).into(),
            amount: determination.amount.map(types::Money::from),
            conditions: conditions(determination.conditions),
            reason: determination.reason,
            basis: basis.into(),
            meeting_id,
            deciders: people(&deciders),
            board_id,
            decided_on: determination.decided_on.to_string(),
            recorded_at: wire_time(determination.recorded_at),
        }
    }
}
