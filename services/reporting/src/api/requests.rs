//! Parses requests into commands and list filters. Every bad field is reported at once; what the field rules of the
//! contract already check is not repeated here.

use kit::cx::Target;
use kit::fault::Violation;
use kit::files::Declared;
use kit::ids::{EvidenceId, ReportId};
use kit::language::Language;
use kit::names::{named, row_name, row_names};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::reporting::v1 as pb;

use crate::app;
use crate::app::reading::Watched;
use crate::content::{Answer, Content, Measure, PrincipleRecord, StatementLevel};
use crate::report::{Release, RequestedChange};
use crate::store::{Filter, Key, Order};

fn content(reader: &mut Reader, wire: Option<pb::ReportContent>) -> Option<Content> {
    let wire = reader.required("content", wire)?;
    let language = Language::of_wire(wire.language());
    let spent = reader.money_or_none("content.spent", wire.spent);
    let forecast = reader.money_or_none("content.forecast", wire.forecast);
    Some(Content {
        nil_return: wire.nil_return,
        nil_reason: wire.nil_reason,
        language,
        answers: wire.answers.into_iter().map(answer).collect(),
        measures: wire.measures.into_iter().map(measure).collect(),
        principles: wire.principles.into_iter().map(principle).collect(),
        spent: spent?,
        forecast: forecast?,
        levels: wire.levels.into_iter().map(level).collect(),
    })
}

fn answer(wire: pb::NarrativeAnswer) -> Answer {
    Answer { question: wire.question_id, text: wire.text }
}

fn measure(wire: pb::Measure) -> Measure {
    let pb::Measure { name, unit, baseline, target, value, method, evidence_level } = wire;
    Measure { name, unit, baseline, target, value, method, evidence_level }
}

/// What bid and panel said of it is the server's to set: see `Content::written_over`.
fn principle(wire: pb::PrincipleRecord) -> PrincipleRecord {
    let pb::PrincipleRecord { principle, framework_version, claimed: _, assessed: _, evidenced, evidence } = wire;
    PrincipleRecord { principle, framework_version, claimed: false, assessed: false, evidenced, evidence }
}

fn level(pb::StatementLevel { statement, before, after }: pb::StatementLevel) -> StatementLevel {
    StatementLevel { statement, before, after }
}

pub fn update_report(wire: pb::UpdateReportRequest, reader: &mut Reader) -> Option<app::UpdateReport> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let content = content(reader, wire.content);
    Some(app::UpdateReport { target: target?, content: content? })
}

pub fn remove_evidence(wire: pb::RemoveEvidenceRequest, reader: &mut Reader) -> Option<app::RemoveEvidence> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let file = reader.id("evidence_id", &wire.evidence_id);
    Some(app::RemoveEvidence { target: target?, file: file? })
}

pub fn sign_off_report(wire: pb::SignOffReportRequest, reader: &mut Reader) -> Option<app::SignOffReport> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let certifier = reader.id("certifier_id", &wire.certifier_id);
    let (revision, role) = (wire.revision, reader.text("role", &wire.role));
    Some(app::SignOffReport { target: target?, revision, certifier: certifier?, role: role? })
}

pub fn request_changes(wire: pb::RequestChangesRequest, reader: &mut Reader) -> Option<app::RequestChanges> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let reason = reader.text("reason", &wire.reason);
    let changes = reader.each("changes", wire.changes, |reader, path, change| {
        let says = reader.text(&format!("{path}.says"), &change.says)?;
        Some(RequestedChange { field: change.field, says })
    });
    Some(app::RequestChanges { target: target?, changes, reason: reason? })
}

pub fn add_addendum(wire: pb::AddAddendumRequest, reader: &mut Reader) -> Option<app::AddAddendum> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let text = reader.text("text", &wire.text);
    Some(app::AddAddendum { target: target?, text: text? })
}

const READ_FIRST: &str = "give to_learning with it: what may not be read cannot be used";

pub fn set_release(wire: pb::SetReleaseRequest, reader: &mut Reader) -> Option<app::SetRelease> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let mut refuse_if = |is_so: bool, field: &str, says: &str| {
        if is_so {
            reader.add(Violation::new(field, "release", says));
        }
    };
    refuse_if(wire.may_quote && !wire.to_learning, "may_quote", READ_FIRST);
    refuse_if(wire.name_contact && !wire.to_learning, "name_contact", READ_FIRST);
    refuse_if(wire.name_contact && wire.contact.is_empty(), "contact", "give the contact that may be named");
    let pb::SetReleaseRequest { to_learning, may_quote, name_contact, contact, .. } = wire;
    let release = Release { to_learning, may_quote, name_contact, contact, ..Release::default() };
    Some(app::SetRelease { target: target?, release })
}

pub fn release_addendum(wire: pb::ReleaseAddendumRequest, reader: &mut Reader) -> Option<app::ReleaseAddendum> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let pb::ReleaseAddendumRequest { number, to_learning, may_quote, .. } = wire;
    if may_quote && !to_learning {
        reader.add(Violation::new("may_quote", "release", READ_FIRST));
    }
    let release = Release { to_learning, may_quote, ..Release::default() };
    Some(app::ReleaseAddendum { target: target?, number, release })
}

pub fn list_reports(wire: pb::ListReportsRequest, reader: &mut Reader) -> Option<Listed<Filter, Key>> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let award = reader.id_or_none("award_id", &wire.award_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = Filter {
        round: round?,
        award: award?,
        organisation: organisation?,
        kind: row_name(wire.kind()),
        states: row_names(wire.states()),
        overdue: wire.overdue,
        order: named(wire.order()).unwrap_or(Order::Due),
    };
    Some(Listed { filter, page: page? })
}

pub fn download_evidence(wire: pb::DownloadEvidenceRequest, reader: &mut Reader) -> Option<(ReportId, EvidenceId)> {
    let report = reader.id("report_id", &wire.report_id);
    let file = reader.id("evidence_id", &wire.evidence_id);
    Some((report?, file?))
}

pub fn watch_reports(wire: pb::WatchReportsRequest, reader: &mut Reader) -> Option<Watched> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    Some(Watched { round: round?, organisation: organisation? })
}

/// What an upload declares, and to which report it goes.
pub fn header(wire: &pb::EvidenceHeader, reader: &mut Reader) -> Option<(Target<ReportId>, Declared)> {
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let (media_type, sha256) = (wire.media_type.clone(), wire.sha256.clone());
    Some((target?, Declared { media_type, size_bytes: wire.size_bytes, sha256 }))
}
