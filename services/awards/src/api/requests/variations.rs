//! Requests about variations.

use kit::ids::{AwardId, VariationId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use super::{deadline, positive};
use crate::agreement::Change;
use crate::app;

pub fn request_variation(wire: pb::RequestVariationRequest, reader: &mut Reader) -> Option<app::RequestVariation> {
    let award = reader.id("award_id", &wire.award_id);
    let reason = reader.said("reason", &wire.reason);
    let change = reader.needed("change", wire.change).and_then(|wire| change(reader, wire));
    let id = VariationId::new();
    Some(app::RequestVariation { id, award: award?, change: change?, reason: reason? })
}

fn change(reader: &mut Reader, wire: pb::Change) -> Option<Change> {
    let amount = match wire.amount {
        None => Some(None),
        Some(sum) => positive(reader, "change.amount", Some(sum)).map(Some),
    };
    let starts_on = reader.date_or_none("change.starts_on", &wire.starts_on);
    let ends_on = reader.date_or_none("change.ends_on", &wire.ends_on);
    let interim_report_due = deadline(reader, "change.interim_report_due", wire.interim_report_due);
    let final_report_due = deadline(reader, "change.final_report_due", wire.final_report_due);
    let payee = reader.id_or_none("change.payee_organisation_id", &wire.payee_organisation_id);
    let successor = reader.id_or_none("change.successor_organisation_id", &wire.successor_organisation_id);
    Some(Change {
        amount: amount?,
        scope: Some(wire.scope.trim().to_string()).filter(|scope| !scope.is_empty()),
        starts_on: starts_on?,
        ends_on: ends_on?,
        interim_report_due: interim_report_due?,
        final_report_due: final_report_due?,
        payee: payee?,
        successor: successor?,
    })
}

pub fn decide_variation(wire: pb::DecideVariationRequest, reader: &mut Reader) -> Option<app::DecideVariation> {
    let target = reader.target("variation_id", &wire.variation_id, &wire.etag);
    let reason = match wire.approve {
        true => Some(wire.reason.trim().to_string()),
        // The council reads why.
        false => reader.said("reason", &wire.reason),
    };
    Some(app::DecideVariation { target: target?, approve: wire.approve, reason: reason? })
}

pub fn list_variations(wire: pb::ListVariationsRequest, reader: &mut Reader) -> Option<Listed<AwardId, VariationId>> {
    reader.listed("award_id", &wire.award_id, wire.page_size, &wire.page_token)
}
