//! Parses requests about commissions.

use kit::ids::CommissionId;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::commission::app;
use crate::requests::ids;

pub fn create_commission(wire: pb::CreateCommissionRequest, reader: &mut Reader) -> Option<app::CreateCommission> {
    let title = reader.text("title", &wire.title);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let consultants = ids(reader, "consultant_ids", wire.consultant_ids);
    let rounds = ids(reader, "round_ids", wire.round_ids);
    let (from, until) = (reader.time("from", wire.from), reader.time("until", wire.until));
    let (id, title, organisation) = (CommissionId::new(), title?, organisation?);
    Some(app::CreateCommission { id, title, organisation, consultants, rounds, from: from?, until: until? })
}

pub fn declare_consultant_interests(
    wire: pb::DeclareConsultantInterestsRequest,
    reader: &mut Reader,
) -> Option<app::DeclareConsultantInterests> {
    let id = reader.id("commission_id", &wire.commission_id);
    let organisations = ids(reader, "organisation_ids", wire.organisation_ids);
    Some(app::DeclareConsultantInterests { id: id?, organisations, note: wire.note })
}

pub fn end_commission(wire: pb::EndCommissionRequest, reader: &mut Reader) -> Option<app::EndCommission> {
    let target = reader.target("commission_id", &wire.commission_id, &wire.etag);
    let until = reader.time_or_none("until", wire.until);
    let reason = reader.text("reason", &wire.reason);
    Some(app::EndCommission { target: target?, until: until?, reason: reason? })
}
