//! Recoveries, as the wire shows them.

use kit::wire::{etag, wire_time};
use toadlane_proto::awards::v1 as pb;

use crate::recovery::{Recovery, State};

impl From<Recovery> for pb::Recovery {
    fn from(recovery: Recovery) -> pb::Recovery {
        let state = match recovery.state {
            State::Due => pb::recovery::State::Due,
            State::Requested => pb::recovery::State::Requested,
            State::PartReturned => pb::recovery::State::PartReturned,
            State::Returned => pb::recovery::State::Returned,
            State::Reconciled => pb::recovery::State::Reconciled,
            State::WrittenOff => pb::recovery::State::WrittenOff,
        };
        pb::Recovery {
            id: recovery.id.to_string(),
            etag: etag(recovery.version),
            award_id: recovery.award.to_string(),
            amount: Some(recovery.amount.into()),
            returned: Some(recovery.returned.into()),
            written_off: Some(recovery.written_off.into()),
            state: state.into(),
            reason: recovery.reason,
            opened_at: wire_time(recovery.opened_at),
            updated_at: wire_time(recovery.updated_at),
        }
    }
}
