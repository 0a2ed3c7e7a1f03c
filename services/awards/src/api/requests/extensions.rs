//! Requests about extensions of a whole round.

use kit::fault::Violation;
use kit::ids::{ExtensionId, RoundId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use super::deadline;
use crate::app;

pub fn extend_awards(wire: pb::ExtendAwardsRequest, reader: &mut Reader) -> Option<app::ExtendAwards> {
    let round = reader.id("round_id", &wire.round_id);
    let reason = reader.said("reason", &wire.reason);
    let ends_on = reader.date_or_none("ends_on", &wire.ends_on);
    let interim_report_due = deadline(reader, "interim_report_due", wire.interim_report_due);
    let final_report_due = deadline(reader, "final_report_due", wire.final_report_due);
    if let (Some(None), Some(None), Some(None)) = (&ends_on, &interim_report_due, &final_report_due) {
        reader.add(Violation::new("ends_on", "required", "give at least one date"));
    }
    Some(app::ExtendAwards {
        id: ExtensionId::new(),
        round: round?,
        reason: reason?,
        ends_on: ends_on?,
        interim_report_due: interim_report_due?,
        final_report_due: final_report_due?,
    })
}

pub fn list_extensions(wire: pb::ListExtensionsRequest, reader: &mut Reader) -> Option<Listed<RoundId, ExtensionId>> {
    reader.listed("round_id", &wire.round_id, wire.page_size, &wire.page_token)
}
