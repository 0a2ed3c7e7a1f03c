//! Requests as commands.

use kit::cx::{Cx, Parse, Target};
use kit::fault::Violation;
use kit::files::Declared;
use kit::ids::ReportId;
use kit::language::Language;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::reporting::v1 as pb;

use crate::app;
use crate::content::{Answer, Content, Measure, PrincipleRecord, StatementLevel};
use crate::policy;
use crate::report::{Kind, Release, RequestedChange};
use crate::store::{Filter, Key, Order, Visible};

fn content(reader: &mut Reader, wire: Option<pb::ReportContent>) -> Option<Content> {
    let wire = reader.needed("content", wire)?;
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
    Measure {
        name: wire.name,
        unit: wire.unit,
        baseline: wire.baseline,
        target: wire.target,
        value: wire.value,
        method: wire.method,
        evidence_level: wire.evidence_level,
    }
}

/// What bid and panel said of it is the server's to set: see `Content::written_over`.
fn principle(wire: pb::PrincipleRecord) -> PrincipleRecord {
    PrincipleRecord {
        principle: wire.principle,
        framework_version: wire.framework_version,
        claimed: false,
        assessed: false,
        evidenced: wire.evidenced,
        evidence: wire.evidence,
    }
}

fn level(wire: pb::StatementLevel) -> StatementLevel {
    StatementLevel { statement: wire.statement, before: wire.before, after: wire.after }
}

impl Parse for app::Update {
    type Wire = pb::UpdateReportRequest;

    fn parse(wire: Self::Wire) -> Result<app::Update, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let content = content(&mut reader, wire.content);
        reader.finish(target.zip(content).map(|(target, content)| app::Update { target, content }))
    }
}

impl Parse for app::RemoveFile {
    type Wire = pb::RemoveEvidenceRequest;

    fn parse(wire: Self::Wire) -> Result<app::RemoveFile, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let file = reader.id("evidence_id", &wire.evidence_id);
        reader.finish(target.zip(file).map(|(target, file)| app::RemoveFile { target, file }))
    }
}

impl Parse for app::RequestSignOff {
    type Wire = pb::RequestSignOffRequest;

    fn parse(wire: Self::Wire) -> Result<app::RequestSignOff, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        reader.finish(target.map(|target| app::RequestSignOff { target }))
    }
}

impl Parse for app::SignOff {
    type Wire = pb::SignOffReportRequest;

    fn parse(wire: Self::Wire) -> Result<app::SignOff, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let certifier = reader.id("certifier_id", &wire.certifier_id);
        let (revision, role) = (wire.revision, reader.said("role", &wire.role));
        let command = || Some(app::SignOff { target: target?, revision, certifier: certifier?, role: role? });
        reader.finish(command())
    }
}

impl Parse for app::Submit {
    type Wire = pb::SubmitReportRequest;

    fn parse(wire: Self::Wire) -> Result<app::Submit, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        reader.finish(target.map(|target| app::Submit { target }))
    }
}

impl Parse for app::RequestChanges {
    type Wire = pb::RequestChangesRequest;

    fn parse(wire: Self::Wire) -> Result<app::RequestChanges, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let changes = reader.each("changes", wire.changes, |reader, path, change| {
            let says = reader.said(&format!("{path}.says"), &change.says)?;
            Some(RequestedChange { field: change.field, says })
        });
        let command = target.zip(reason);
        reader.finish(command.map(|(target, reason)| app::RequestChanges { target, changes, reason }))
    }
}

impl Parse for app::Accept {
    type Wire = pb::AcceptReportRequest;

    fn parse(wire: Self::Wire) -> Result<app::Accept, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        reader.finish(target.map(|target| app::Accept { target }))
    }
}

impl Parse for app::AddAddendum {
    type Wire = pb::AddAddendumRequest;

    fn parse(wire: Self::Wire) -> Result<app::AddAddendum, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let text = reader.said("text", &wire.text);
        reader.finish(target.zip(text).map(|(target, text)| app::AddAddendum { target, text }))
    }
}

impl Parse for app::Waive {
    type Wire = pb::WaiveReportRequest;

    fn parse(wire: Self::Wire) -> Result<app::Waive, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::Waive { target, reason }))
    }
}

impl Parse for app::SetRelease {
    type Wire = pb::SetReleaseRequest;

    fn parse(wire: Self::Wire) -> Result<app::SetRelease, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("report_id", &wire.report_id, &wire.etag);
        let mut needs = |asked: bool, field: &str, says: &str| {
            if asked {
                reader.add(Violation::new(field, "release", says));
            }
        };
        let first = "give to_learning with it: what may not be read cannot be used";
        needs(wire.may_quote && !wire.to_learning, "may_quote", first);
        needs(wire.name_contact && !wire.to_learning, "name_contact", first);
        needs(wire.name_contact && wire.contact.is_empty(), "contact", "give the contact that may be named");
        let release = Release {
            to_learning: wire.to_learning,
            may_quote: wire.may_quote,
            name_contact: wire.name_contact,
            contact: wire.contact,
            changed_at: None,
        };
        reader.finish(target.map(|target| app::SetRelease { target, release }))
    }
}

/// Which reports a caller asks for, within what they may see.
pub fn list_reports(cx: &Cx, wire: &pb::ListReportsRequest) -> Result<Listed<Filter, Key>, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let award = reader.id_or_none("award_id", &wire.award_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let bound = pb::ListReportsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = Filter {
        round: round.flatten(),
        award: award.flatten(),
        organisation: organisation.flatten(),
        kind: match wire.kind() {
            pb::report::Kind::Unspecified => None,
            pb::report::Kind::Interim => Some(Kind::Interim),
            pb::report::Kind::Final => Some(Kind::Final),
        },
        states: wire.states().filter_map(state_name).collect(),
        overdue: wire.overdue,
        order: match wire.order() {
            pb::list_reports_request::Order::NewestFirst => Order::NewestFirst,
            pb::list_reports_request::Order::Unspecified | pb::list_reports_request::Order::Due => Order::Due,
        },
        visible: visible(cx),
        now: cx.now,
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

fn visible(cx: &Cx) -> Visible {
    if policy::oversees(&cx.caller) {
        Visible::All
    } else if policy::learns(&cx.caller) {
        Visible::Released
    } else {
        Visible::Of(policy::reads_for_all(&cx.caller))
    }
}

/// The stored name of a state in a filter; none for the unspecified one, which the field rules refuse.
fn state_name(state: pb::report::State) -> Option<&'static str> {
    match state {
        pb::report::State::Unspecified => None,
        pb::report::State::Scheduled => Some("scheduled"),
        pb::report::State::Open => Some("open"),
        pb::report::State::InDraft => Some("in_draft"),
        pb::report::State::AwaitingSignOff => Some("awaiting_sign_off"),
        pb::report::State::Submitted => Some("submitted"),
        pb::report::State::ChangesRequested => Some("changes_requested"),
        pb::report::State::Accepted => Some("accepted"),
        pb::report::State::Waived => Some("waived"),
        pb::report::State::Cancelled => Some("cancelled"),
    }
}

/// What an upload declares, and to which report it goes.
pub fn header(wire: &pb::EvidenceHeader) -> Result<(Target<ReportId>, Declared), Vec<Violation>> {
    let mut reader = Reader::new();
    let target = reader.target("report_id", &wire.report_id, &wire.etag);
    let (media_type, sha256) = (wire.media_type.clone(), wire.sha256.clone());
    reader.finish(target.map(|target| (target, Declared { media_type, size_bytes: wire.size_bytes, sha256 })))
}
