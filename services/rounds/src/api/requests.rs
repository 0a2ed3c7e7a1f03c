//! Parses requests into commands and list filters. Every bad field is reported at once; what the field rules of the
//! contract already check is not repeated here.

mod rules;

use kit::ids::{FrameworkId, OrgId, RoundId};
use kit::paging::Listed;
use kit::wire::{Reader, row_name};
use toadlane_proto::rounds::v1 as pb;

use crate::app;
use crate::framework::{Mapping, Statement, Wording};
use crate::store::RoundFilter;

pub fn create_round(wire: pb::CreateRoundRequest, reader: &mut Reader) -> Option<app::CreateRound> {
    let rules = rules::rules(reader, wire.rules);
    let timetable = rules::timetable(reader, wire.timetable);
    Some(app::CreateRound { id: RoundId::new(), rules: rules?, timetable })
}

pub fn update_round(wire: pb::UpdateRoundRequest, reader: &mut Reader) -> Option<app::UpdateRound> {
    let target = reader.target("round_id", &wire.round_id, &wire.etag);
    let rules = rules::rules(reader, wire.rules);
    let timetable = rules::timetable(reader, wire.timetable);
    Some(app::UpdateRound { target: target?, rules: rules?, timetable })
}

pub fn schedule_round(wire: pb::ScheduleRoundRequest, reader: &mut Reader) -> Option<app::ScheduleRound> {
    let target = reader.target("round_id", &wire.round_id, &wire.etag);
    Some(app::ScheduleRound { target: target? })
}

pub fn extend_round(wire: pb::ExtendRoundRequest, reader: &mut Reader) -> Option<app::ExtendRound> {
    let target = reader.target("round_id", &wire.round_id, &wire.etag);
    let dates = rules::later_dates(reader, wire.dates);
    let reason = reader.said("reason", &wire.reason);
    Some(app::ExtendRound { target: target?, dates: dates?, reason: reason? })
}

pub fn reopen_round(wire: pb::ReopenRoundRequest, reader: &mut Reader) -> Option<app::ReopenRound> {
    let target = reader.target("round_id", &wire.round_id, &wire.etag);
    let dates = rules::later_dates(reader, wire.dates);
    let reason = reader.said("reason", &wire.reason);
    Some(app::ReopenRound { target: target?, dates: dates?, reason: reason? })
}

pub fn cancel_round(wire: pb::CancelRoundRequest, reader: &mut Reader) -> Option<app::CancelRound> {
    let target = reader.target("round_id", &wire.round_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::CancelRound { target: target?, reason: reason? })
}

pub fn create_framework(wire: pb::CreateFrameworkRequest, reader: &mut Reader) -> Option<app::CreateFramework> {
    let name = rules::text(reader, "name", wire.name);
    let owner = reader.id("owner_organisation_id", &wire.owner_organisation_id);
    let wording = wording(reader, wire.wording);
    let id = FrameworkId::new();
    Some(app::CreateFramework { id, name: name?, owner: owner?, wording: wording? })
}

pub fn add_framework_version(
    wire: pb::AddFrameworkVersionRequest,
    reader: &mut Reader,
) -> Option<app::AddFrameworkVersion> {
    let target = reader.target("framework_id", &wire.framework_id, &wire.etag);
    let wording = wording(reader, wire.wording);
    Some(app::AddFrameworkVersion { target: target?, wording: wording? })
}

pub fn update_framework_version(
    wire: pb::UpdateFrameworkVersionRequest,
    reader: &mut Reader,
) -> Option<app::UpdateFrameworkVersion> {
    let target = reader.target("framework_id", &wire.framework_id, &wire.etag);
    let wording = wording(reader, wire.wording);
    Some(app::UpdateFrameworkVersion { target: target?, number: wire.number, wording: wording? })
}

pub fn list_rounds(wire: pb::ListRoundsRequest, reader: &mut Reader) -> Option<Listed<RoundFilter, RoundId>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = RoundFilter {
        states: wire.states().filter_map(|state| row_name(state.as_str_name(), "STATE_")).collect(),
        programme: Some(wire.programme).filter(|programme| !programme.is_empty()),
        reference: Some(wire.reference).filter(|reference| !reference.is_empty()),
    };
    Some(Listed { filter, page: page? })
}

pub fn list_round_history(wire: pb::ListRoundHistoryRequest, reader: &mut Reader) -> Option<Listed<RoundId, i64>> {
    reader.listed("round_id", &wire.round_id, wire.page_size, &wire.page_token)
}

pub fn list_frameworks(
    wire: pb::ListFrameworksRequest,
    reader: &mut Reader,
) -> Option<Listed<Option<OrgId>, FrameworkId>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let owner = reader.id_or_none("owner_organisation_id", &wire.owner_organisation_id);
    Some(Listed { filter: owner?, page: page? })
}

fn wording(reader: &mut Reader, wire: Option<pb::FrameworkWording>) -> Option<Wording> {
    let wire = reader.needed("wording", wire)?;
    let mapping = |pb::StatementMapping { previous_code, codes }| Mapping { previous_code, codes };
    Some(Wording {
        label: wire.label,
        statements: reader.each("wording.statements", wire.statements, statement),
        mappings: wire.mappings.into_iter().map(mapping).collect(),
    })
}

fn statement(reader: &mut Reader, field: &str, wire: pb::Statement) -> Option<Statement> {
    let pb::Statement { code, short_name, text, theme, network_only } = wire;
    let short_name = rules::text(reader, &format!("{field}.short_name"), short_name);
    let text = rules::text(reader, &format!("{field}.text"), text);
    Some(Statement { code, short_name: short_name?, text: text?, theme, network_only })
}
