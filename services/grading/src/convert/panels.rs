//! Members of the panel and their interests, to the wire.

use kit::fault::Shown;
use kit::ids::OrgId;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;

use crate::panel::MemberSeen;
use crate::panel::interest::{Interest, State};

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
        }
    }
}

impl From<Interest> for pb::Interest {
    fn from(interest: Interest) -> pb::Interest {
        let state = wire_enum::<pb::interest::State>(&interest.state);
        let (reason, decided_at) = match interest.state {
            State::Declared => (String::new(), None),
            State::Recused { reason, at } | State::Cleared { reason, at } => (reason, wire_time(at)),
        };
        pb::Interest {
            id: interest.id.to_string(),
            etag: etag(interest.version),
            assessment_id: interest.assessment.to_string(),
            person_id: interest.person.to_string(),
            bid_id: interest.bid.to_string(),
            kind: wire_enum::<pb::interest::Kind>(interest.kind).into(),
            note: interest.note,
            state: state.into(),
            reason,
            declared_at: wire_time(interest.declared_at),
            decided_at,
        }
    }
}

impl Shown for Interest {
    type Wire = pb::Interest;
}
