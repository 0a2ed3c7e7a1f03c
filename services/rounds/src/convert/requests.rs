//! Requests as commands.

use kit::cx::{Cx, Parse};
use kit::fault::Violation;
use kit::ids::{FrameworkId, OrgId, RoundId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::rounds::v1 as pb;

use super::frameworks::wording;
use super::{rules, state_name, text};
use crate::app;
use crate::policy;
use crate::store::RoundFilter;

impl Parse for app::CreateRound {
    type Wire = pb::CreateRoundRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreateRound, Vec<Violation>> {
        let mut reader = Reader::new();
        let rules = rules::rules(&mut reader, wire.rules);
        let timetable = rules::timetable(&mut reader, wire.timetable);
        reader.finish(rules.map(|rules| app::CreateRound { id: RoundId::new(), rules, timetable }))
    }
}

impl Parse for app::UpdateRound {
    type Wire = pb::UpdateRoundRequest;

    fn parse(wire: Self::Wire) -> Result<app::UpdateRound, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("round_id", &wire.round_id, &wire.etag);
        let rules = rules::rules(&mut reader, wire.rules);
        let timetable = rules::timetable(&mut reader, wire.timetable);
        reader.finish(target.zip(rules).map(|(target, rules)| app::UpdateRound { target, rules, timetable }))
    }
}

impl Parse for app::ScheduleRound {
    type Wire = pb::ScheduleRoundRequest;

    fn parse(wire: Self::Wire) -> Result<app::ScheduleRound, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("round_id", &wire.round_id, &wire.etag);
        reader.finish(target.map(|target| app::ScheduleRound { target }))
    }
}

impl Parse for app::ExtendRound {
    type Wire = pb::ExtendRoundRequest;

    fn parse(wire: Self::Wire) -> Result<app::ExtendRound, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("round_id", &wire.round_id, &wire.etag);
        let dates = rules::later_dates(&mut reader, wire.dates);
        let reason = reader.said("reason", &wire.reason);
        let command = || Some(app::ExtendRound { target: target?, dates: dates?, reason: reason? });
        reader.finish(command())
    }
}

impl Parse for app::ReopenRound {
    type Wire = pb::ReopenRoundRequest;

    fn parse(wire: Self::Wire) -> Result<app::ReopenRound, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("round_id", &wire.round_id, &wire.etag);
        let dates = rules::later_dates(&mut reader, wire.dates);
        let reason = reader.said("reason", &wire.reason);
        let command = || Some(app::ReopenRound { target: target?, dates: dates?, reason: reason? });
        reader.finish(command())
    }
}

impl Parse for app::CancelRound {
    type Wire = pb::CancelRoundRequest;

    fn parse(wire: Self::Wire) -> Result<app::CancelRound, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("round_id", &wire.round_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::CancelRound { target, reason }))
    }
}

impl Parse for app::CreateFramework {
    type Wire = pb::CreateFrameworkRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreateFramework, Vec<Violation>> {
        let mut reader = Reader::new();
        let name = text(&mut reader, "name", wire.name);
        let owner = reader.id("owner_organisation_id", &wire.owner_organisation_id);
        let wording = wording(&mut reader, wire.wording);
        let id = FrameworkId::new();
        let command = (|| Some(app::CreateFramework { id, name: name?, owner: owner?, wording: wording? }))();
        reader.finish(command)
    }
}

impl Parse for app::AddVersion {
    type Wire = pb::AddFrameworkVersionRequest;

    fn parse(wire: Self::Wire) -> Result<app::AddVersion, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("framework_id", &wire.framework_id, &wire.etag);
        let wording = wording(&mut reader, wire.wording);
        reader.finish(target.zip(wording).map(|(target, wording)| app::AddVersion { target, wording }))
    }
}

impl Parse for app::UpdateVersion {
    type Wire = pb::UpdateFrameworkVersionRequest;

    fn parse(wire: Self::Wire) -> Result<app::UpdateVersion, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("framework_id", &wire.framework_id, &wire.etag);
        let wording = wording(&mut reader, wire.wording);
        let number = wire.number;
        reader.finish(target.zip(wording).map(|(target, wording)| app::UpdateVersion { target, number, wording }))
    }
}

/// Which rounds a caller asks for: drafts are among them only for those who may see them.
pub fn list_rounds(cx: &Cx, wire: &pb::ListRoundsRequest) -> Result<Listed<RoundFilter>, Vec<Violation>> {
    let bound = pb::ListRoundsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let mut reader = Reader::new();
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = RoundFilter {
        states: wire.states().filter_map(state_name).collect(),
        programme: Some(wire.programme.clone()).filter(|programme| !programme.is_empty()),
        reference: Some(wire.reference.clone()).filter(|reference| !reference.is_empty()),
        unpublished: policy::sees_drafts(&cx.caller),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

/// Whose frameworks a caller asks for.
pub fn list_frameworks(cx: &Cx, wire: &pb::ListFrameworksRequest) -> Result<Listed<Option<OrgId>>, Vec<Violation>> {
    let bound = pb::ListFrameworksRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let mut reader = Reader::new();
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let owner = reader.id_or_none("owner_organisation_id", &wire.owner_organisation_id);
    reader.finish(owner.zip(page).map(|(filter, page)| Listed { filter, page }))
}
