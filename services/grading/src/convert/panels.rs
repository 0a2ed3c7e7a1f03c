//! Members of the panel and their interests, to the wire.

use kit::fault::Shown;
use kit::ids::OrgId;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;

use crate::app::SeatedFor;
use crate::panel::MemberSeen;
use crate::panel::interest::{InterestSeen, State};
use crate::panel::near_miss::{self, NearMiss, Seen};

impl From<MemberSeen> for pb::PanelMember {
    fn from(MemberSeen { member, rubric }: MemberSeen) -> pb::PanelMember {
        let mut boards: Vec<String> = member.seats.iter().map(|seat| seat.board.to_string()).collect();
        boards.sort();
        boards.dedup();
        pb::PanelMember {
            person_id: member.person.to_string(),
            voting: member.votes(),
            may_score: member.may_score(&rubric),
            name: member.name,
            organisation_ids: member.organisations.iter().map(OrgId::to_string).collect(),
            board_ids: boards,
            substitute_for: member.stands_in_for.map(|person| person.to_string()).unwrap_or_default(),
            declared_at: member.declared_at.and_then(wire_time),
            left_at: member.left_at.and_then(wire_time),
        }
    }
}

impl From<SeatedFor> for pb::ReferBidResponse {
    fn from(SeatedFor(members): SeatedFor) -> pb::ReferBidResponse {
        pb::ReferBidResponse { members: members.into_iter().map(pb::PanelMember::from).collect() }
    }
}

impl From<InterestSeen> for pb::Interest {
    fn from(InterestSeen { interest, bid, recorded_by }: InterestSeen) -> pb::Interest {
        let state = wire_enum::<pb::interest::State>(&interest.state);
        let (reason, decided_at) = match interest.state {
            State::Declared | State::Recorded => (String::new(), None),
            State::Recused { reason, at } | State::Cleared { reason, at } => (reason, wire_time(at)),
        };
        pb::Interest {
            id: interest.id.to_string(),
            etag: etag(interest.version),
            assessment_id: interest.assessment.to_string(),
            person_id: interest.person.to_string(),
            bid_id: bid.map(|bid| bid.to_string()).unwrap_or_default(),
            kind: wire_enum::<pb::interest::Kind>(interest.kind).into(),
            note: interest.note,
            state: state.into(),
            reason,
            declared_at: wire_time(interest.declared_at),
            decided_at,
            origin: wire_enum::<pb::interest::Origin>(interest.origin).into(),
            recorded_by: recorded_by.map(|person| person.to_string()).unwrap_or_default(),
            answered_at: interest.answer.as_ref().and_then(|answer| wire_time(answer.at)),
            answer: interest.answer.map(|answer| answer.words).unwrap_or_default(),
        }
    }
}

impl Shown for InterestSeen {
    type Wire = pb::Interest;
}

impl From<NearMiss> for pb::NearMiss {
    fn from(near_miss: NearMiss) -> pb::NearMiss {
        let state = wire_enum::<pb::near_miss::State>(&near_miss.state);
        let (settled, reason) = match near_miss.state {
            near_miss::State::Open => (None, String::new()),
            near_miss::State::Recorded { by, at } => (Some((by, at)), String::new()),
            near_miss::State::Dismissed { by, at, reason } => (Some((by, at)), reason),
        };
        let Seen { bid, person, kind, words } = near_miss.seen;
        pb::NearMiss {
            id: near_miss.id.to_string(),
            etag: etag(near_miss.version),
            assessment_id: near_miss.assessment.to_string(),
            bid_id: bid.to_string(),
            person_id: person.map(|person| person.to_string()).unwrap_or_default(),
            kind: wire_enum::<pb::near_miss::Kind>(kind).into(),
            words,
            state: state.into(),
            reason,
            found_at: wire_time(near_miss.found_at),
            settled_at: settled.and_then(|(_, at)| wire_time(at)),
            settled_by: settled.map(|(by, _)| by.to_string()).unwrap_or_default(),
        }
    }
}

impl Shown for NearMiss {
    type Wire = pb::NearMiss;
}
