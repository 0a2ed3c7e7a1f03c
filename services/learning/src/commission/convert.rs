//! Commissions as the wire has them.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use super::{Commission, CommissionNow, Declaration};

/// `as_of` is left out: it is unknown here. So is the state, which depends on it.
impl From<Commission> for pb::Commission {
    fn from(commission: Commission) -> pb::Commission {
        pb::Commission {
            id: commission.id.to_string(),
            etag: etag(commission.version),
            state: pb::commission::State::Unspecified.into(),
            title: commission.title,
            organisation_id: commission.organisation.to_string(),
            consultant_ids: commission.consultants.iter().map(ToString::to_string).collect(),
            round_ids: commission.rounds.iter().map(ToString::to_string).collect(),
            from: wire_time(commission.from),
            until: wire_time(commission.until),
            declarations: commission.declarations.into_iter().map(Into::into).collect(),
            reason: commission.reason,
            created_at: wire_time(commission.created_at),
            as_of: None,
        }
    }
}

impl Shown for Commission {
    type Wire = pb::Commission;
}

impl From<CommissionNow> for pb::Commission {
    fn from(CommissionNow { commission, as_of }: CommissionNow) -> pb::Commission {
        let state = wire_enum::<pb::commission::State>(commission.state(as_of)).into();
        pb::Commission { state, as_of: wire_time(as_of), ..commission.into() }
    }
}

impl From<Declaration> for pb::ConsultantDeclaration {
    fn from(declaration: Declaration) -> pb::ConsultantDeclaration {
        pb::ConsultantDeclaration {
            person_id: declaration.person.to_string(),
            organisation_ids: declaration.organisations.iter().map(ToString::to_string).collect(),
            note: declaration.note,
            declared_at: wire_time(declaration.at),
        }
    }
}
