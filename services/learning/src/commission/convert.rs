//! Commissions as the wire has them.

use kit::fault::Newer;
use kit::paging::Found;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::learning::v1 as pb;

use super::{Commission, CommissionNow, State};

pub const COMMISSION: &str = "toadlane.learning.v1.Commission";

impl From<CommissionNow> for pb::Commission {
    fn from(now: CommissionNow) -> pb::Commission {
        let CommissionNow { commission, as_of } = now;
        let state = match commission.state(as_of) {
            State::Planned => pb::commission::State::Planned,
            State::Running => pb::commission::State::Running,
            State::Ended => pb::commission::State::Ended,
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
}

pub fn commissions(found: Found<CommissionNow>) -> pb::ListCommissionsResponse {
    let (commissions, next_page_token) = found.wire(Into::into);
    pb::ListCommissionsResponse { commissions, next_page_token }
}

/// `as_of` is left out: it is unknown here. So is the state, which depends on it.
impl Newer for Commission {
    fn to_any(&self) -> Any {
        let now = CommissionNow { commission: self.clone(), as_of: self.created_at };
        let wire = pb::Commission { as_of: None, state: 0, ..now.into() };
        any(COMMISSION, wire.encode_to_vec())
    }
}
