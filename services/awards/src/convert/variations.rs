//! Variations and extensions, as the wire shows them.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;

use crate::agreement::Change;
use crate::extension::Extension;
use crate::variation::{Variation, VariationNow};

impl From<Variation> for pb::Variation {
    fn from(variation: Variation) -> pb::Variation {
        let version = variation.state.version().unwrap_or(0);
        let decline_reason = variation.state.decline_reason().to_string();
        let decision = variation.state.decision().cloned();
        pb::Variation {
            id: variation.id.to_string(),
            etag: etag(variation.version),
            award_id: variation.award.to_string(),
            state: wire_enum::<pb::variation::State>(&variation.state).into(),
            change: Some(variation.change.into()),
            reason: variation.reason,
            decision_reason: decision.as_ref().map(|decision| decision.reason.clone()).unwrap_or_default(),
            extension_id: variation.extension.map(|id| id.to_string()).unwrap_or_default(),
            version,
            requested_by: Some(variation.requested_by.into()),
            requested_at: wire_time(variation.requested_at),
            decided_at: decision.as_ref().and_then(|decision| wire_time(decision.at)),
            decision_reference: decision.as_ref().map(|decision| decision.reference.clone()).unwrap_or_default(),
            decided_by: decision.map(|decision| decision.by.into()),
            proposed: None,
            acceptance: variation.word.map(pb::Acceptance::from),
            decline_reason,
        }
    }
}

impl From<VariationNow> for pb::Variation {
    fn from(VariationNow { variation, proposed }: VariationNow) -> pb::Variation {
        // It is not written yet.
        let proposed = proposed.map(|proposed| pb::Agreement { written_at: None, ..proposed.into() });
        pb::Variation { proposed, ..variation.into() }
    }
}

impl Shown for Variation {
    type Wire = pb::Variation;
}

impl From<Change> for pb::Change {
    fn from(change: Change) -> pb::Change {
        pb::Change {
            amount: change.amount.map(Into::into),
            scope: change.scope.unwrap_or_default(),
            starts_on: wire_date(change.starts_on),
            ends_on: wire_date(change.ends_on),
            interim_report_due: change.interim_report_due.map(Into::into),
            final_report_due: change.final_report_due.map(Into::into),
            payee_organisation_id: change.payee.map(|id| id.to_string()).unwrap_or_default(),
            successor_organisation_id: change.successor.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

impl From<Extension> for pb::Extension {
    fn from(extension: Extension) -> pb::Extension {
        pb::Extension {
            id: extension.id.to_string(),
            round_id: extension.round.to_string(),
            reason: extension.reason,
            ends_on: wire_date(extension.dates.ends_on),
            interim_report_due: extension.dates.interim_report_due.map(Into::into),
            final_report_due: extension.dates.final_report_due.map(Into::into),
            n_varied: extension.n_varied,
            made_at: wire_time(extension.made_at),
            made_by: Some(extension.made_by.into()),
        }
    }
}
