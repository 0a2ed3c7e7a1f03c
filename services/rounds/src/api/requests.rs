//! Parses requests into commands and list filters. Every bad field is reported at once; what the field rules of the
//! contract already check is not repeated here.

mod rules;

use kit::call::text;
use kit::ids::{FrameworkId, RoundId};
use kit::names::row_names;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::rounds::v1 as pb;

use crate::app;
use crate::framework::{Mapping, Statement, Wording};
use crate::store::Filter;

pub fn create_round(wire: pb::CreateRoundRequest, reader: &mut Reader) -> Option<app::CreateRound> {
    let rules = rules::rules(reader, wire.rules);
    let timetable = rules::timetable(reader, wire.timetable);
    Some(app::CreateRound { id: RoundId::new(), rules: rules?, timetable: timetable? })
}

pub fn update_round(wire: pb::UpdateRoundRequest, reader: &mut Reader) -> Option<app::UpdateRound> {
    let target = reader.target("round_id", &wire.round_id, &wire.etag);
    let rules = rules::rules(reader, wire.rules);
    let timetable = rules::timetable(reader, wire.timetable);
    Some(app::UpdateRound { target: target?, rules: rules?, timetable: timetable? })
}

pub fn extend_round(wire: pb::ExtendRoundRequest, reader: &mut Reader) -> Option<app::MoveClose> {
    move_close(reader, (&wire.round_id, &wire.etag), wire.dates, &wire.reason)
}

pub fn reopen_round(wire: pb::ReopenRoundRequest, reader: &mut Reader) -> Option<app::MoveClose> {
    move_close(reader, (&wire.round_id, &wire.etag), wire.dates, &wire.reason)
}

fn move_close(
    reader: &mut Reader,
    (id, etag): (&str, &str),
    dates: Option<pb::LaterDates>,
    reason: &str,
) -> Option<app::MoveClose> {
    let target = reader.target("round_id", id, etag);
    let dates = rules::later_dates(reader, dates);
    let reason = reader.text("reason", reason);
    Some(app::MoveClose { target: target?, dates: dates?, reason: reason? })
}

pub fn create_framework(wire: pb::CreateFrameworkRequest, reader: &mut Reader) -> Option<app::CreateFramework> {
    let name = text(reader, "name", wire.name);
    let owner = reader.id("owner_organisation_id", &wire.owner_organisation_id);
    let wording = wording(reader, wire.wording);
    Some(app::CreateFramework { id: FrameworkId::new(), name: name?, owner: owner?, wording: wording? })
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

pub fn list_rounds(wire: pb::ListRoundsRequest, reader: &mut Reader) -> Option<Listed<Filter, RoundId>> {
    let filter = Filter {
        states: row_names(wire.states()),
        programme: Some(wire.programme).filter(|programme| !programme.is_empty()),
        reference: Some(wire.reference).filter(|reference| !reference.is_empty()),
    };
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter, page: page? })
}

fn wording(reader: &mut Reader, wire: Option<pb::FrameworkWording>) -> Option<Wording> {
    let wire = reader.required("wording", wire)?;
    let mapping = |pb::StatementMapping { previous_code, codes }| Mapping { previous_code, codes };
    Some(Wording {
        label: wire.label,
        statements: reader.each("wording.statements", wire.statements, statement),
        mappings: wire.mappings.into_iter().map(mapping).collect(),
    })
}

fn statement(reader: &mut Reader, field: &str, wire: pb::Statement) -> Option<Statement> {
    let short_name = text(reader, &format!("{field}.short_name"), wire.short_name);
    let text = text(reader, &format!("{field}.text"), wire.text);
    let pb::Statement { code, theme, network_only, .. } = wire;
    Some(Statement { code, short_name: short_name?, text: text?, theme, network_only })
}
