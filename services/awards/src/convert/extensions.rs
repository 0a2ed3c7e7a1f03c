//! Extensions of whole rounds, as the wire shows them.

use kit::wire::{wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;

use crate::extension::Extension;

impl From<Extension> for pb::Extension {
    fn from(extension: Extension) -> pb::Extension {
        pb::Extension {
            id: extension.id.to_string(),
            round_id: extension.round.to_string(),
            reason: extension.reason,
            ends_on: wire_date(extension.ends_on),
            interim_report_due: extension.interim_report_due.map(Into::into),
            final_report_due: extension.final_report_due.map(Into::into),
            n_varied: extension.n_varied,
            made_at: wire_time(extension.made_at),
            made_by: Some(extension.made_by.into()),
        }
    }
}
