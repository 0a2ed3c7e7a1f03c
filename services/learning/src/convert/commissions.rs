//! Commissions as the wire shows them.

use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use crate::commission::{CommissionNow, Stand};

impl From<CommissionNow> for pb::Commission {
    fn from(now: CommissionNow) -> pb::Commission {
        commission(now)
    }
}

pub fn commission(now: CommissionNow) -> pb::Commission {
    let CommissionNow { commission, as_of } = now;
    let state = match commission.stand(as_of) {
        Stand::Planned => pb::commission::State::Planned,
        Stand::Running => pb::commission::State::Running,
        Stand::Ended => pb::commission::State::Ended,
    };
    let declarations = commission.declarations.into_iter().map(|one| pb::ConsultantDeclaration {
        person_id: one.person.to_string(),
        organisation_ids: one.organisations.iter().map(ToString::to_string).collect(),
        note: one.note,
        declared_at: wire_time(one.at),
    });
    pb::Commission {
        id: commission.id.to_string(),
        etag: etag(commission.version),
        title: commission.title,
        organisation_id: commission.organisation.to_string(),
        consultant_ids: commission.consultants.iter().map(ToString::to_string).collect(),
        round_ids: commission.rounds.iter().map(ToString::to_string).collect(),
        from: wire_time(commission.from),
        until: wire_time(commission.until),
        state: state.into(),
        declarations: declarations.collect(),
        reason: commission.reason,
        created_at: wire_time(commission.created_at),
        as_of: wire_time(as_of),
    }
}
