//! Variations, as the wire shows them.

use kit::wire::{etag, wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::agreement::Change;
use crate::variation::{State, Variation};

impl From<Variation> for pb::Variation {
    fn from(variation: Variation) -> pb::Variation {
        let (state, version) = match variation.state {
            State::Requested => (pb::variation::State::Requested, 0),
            State::Approved { version, .. } => (pb::variation::State::Approved, version),
            State::Refused(_) => (pb::variation::State::Refused, 0),
        };
        let decision = variation.state.decision().cloned();
        pb::Variation {
            id: variation.id.to_string(),
            etag: etag(variation.version),
            award_id: variation.award.to_string(),
            state: state.into(),
            change: Some(change(variation.change)),
            reason: variation.reason,
            decision_reason: decision.as_ref().map(|decision| decision.reason.clone()).unwrap_or_default(),
            extension_id: variation.extension.map(|id| id.to_string()).unwrap_or_default(),
            version,
            requested_by: Some(variation.requested_by.into()),
            requested_at: wire_time(variation.requested_at),
            decided_at: decision.as_ref().and_then(|decision| wire_time(decision.at)),
            decided_by: decision.map(|decision| decision.by.into()),
        }
    }
}

fn change(change: Change) -> pb::Change {
    pb::Change {
        amount: change.amount.map(types::Money::from),
        scope: change.scope.unwrap_or_default(),
        starts_on: wire_date(change.starts_on),
        ends_on: wire_date(change.ends_on),
        interim_report_due: change.interim_report_due.map(Into::into),
        final_report_due: change.final_report_due.map(Into::into),
        payee_organisation_id: change.payee.map(|id| id.to_string()).unwrap_or_default(),
        successor_organisation_id: change.successor.map(|id| id.to_string()).unwrap_or_default(),
    }
}
