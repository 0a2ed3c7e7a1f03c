//! Wire to command, and domain to wire. Every bad field is reported at once; what the field rules of the contract
//! already hold is not said again here.

mod peers;
mod requests;

use kit::db::DbError;
use kit::fault::Violation;
use kit::history::Line;
use kit::language::Language;
use kit::time::Timestamp;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::content::{Answer, Content, Evidence, Measure, Paper, PrincipleRecord, Revision, StatementLevel};
use crate::report::{Addendum, Kind, Release, Report, ReportNow, RequestedChange, SignOff};
use crate::state::State;

pub use peers::{award, bid_words, calendar, framework};
pub use requests::{header, list_reports};

pub const REPORT: &str = "toadlane.reporting.v1.Report";

/// The present version for the details of a refusal.
pub fn newer_as_any(now: ReportNow) -> Any {
    any(REPORT, report(now).encode_to_vec())
}

impl From<ReportNow> for pb::Report {
    fn from(now: ReportNow) -> pb::Report {
        report(now)
    }
}

pub fn report(now: ReportNow) -> pb::Report {
    let ReportNow { report, as_of, whole } = now;
    let wire = pb::Report {
        id: report.id.to_string(),
        etag: etag(report.version),
        award_id: report.award.id.to_string(),
        award_reference: report.award.reference.clone(),
        round_id: report.award.round.to_string(),
        bid_id: report.award.bid.to_string(),
        title: report.award.title.clone(),
        organisation_id: report.organisation.to_string(),
        kind: kind(report.kind).into(),
        state: state(report.state).into(),
        opens_at: wire_time(report.opens_at),
        due: Some(report.due.clone().into()),
        originally_due: Some(report.originally_due.clone().into()),
        overdue: report.is_overdue(as_of),
        requested_changes: report.requested_changes.iter().cloned().map(requested_change).collect(),
        addenda: report.addenda.iter().cloned().map(addendum).collect(),
        release: Some(release(report.release.clone())),
        reason: report.reason.clone(),
        submitted_at: report.state.handed_in().and_then(wire_time),
        accepted_at: report.state.accepted_at().and_then(wire_time),
        created_at: wire_time(report.created_at),
        updated_at: wire_time(report.updated_at),
        as_of: wire_time(as_of),
        ..Default::default()
    };
    if whole { with_content(wire, report) } else { wire }
}

/// Adds what only those see who read the report.
fn with_content(wire: pb::Report, report: Report) -> pb::Report {
    let Report { revision, paper: Paper { content, evidence }, digest, sign_off, .. } = report;
    pb::Report {
        revision,
        content: Some(self::content(content)),
        content_sha256: digest,
        evidence: evidence.into_iter().map(self::evidence).collect(),
        sign_off: sign_off.map(self::sign_off),
        ..wire
    }
}

/// For lists and events: what is answered and evidenced, but not in which words.
pub fn without_texts(mut report: pb::Report) -> pb::Report {
    if let Some(content) = &mut report.content {
        content.nil_reason.clear();
        content.answers.iter_mut().for_each(|answer| answer.text.clear());
        content.measures.iter_mut().for_each(|measure| measure.method.clear());
        content.principles.iter_mut().for_each(|record| record.evidence.clear());
    }
    report.addenda.iter_mut().for_each(|addendum| addendum.text.clear());
    report
}

/// Of what a reminder reminded; none in any other event.
pub fn reminder_offset(event: &types::Event) -> Result<Option<i32>, DbError> {
    let resource = event.resource.as_ref().map_or(&[][..], |any| &any.value);
    match pb::Report::decode(resource) {
        Ok(report) => Ok(report.reminder_offset_days),
        Err(cause) => Err(DbError::Inconsistent(format!("event {}: {cause}", event.id))),
    }
}

fn kind(kind: Kind) -> pb::report::Kind {
    match kind {
        Kind::Interim => pb::report::Kind::Interim,
        Kind::Final => pb::report::Kind::Final,
    }
}

fn state(state: State) -> pb::report::State {
    match state {
        State::Scheduled => pb::report::State::Scheduled,
        State::Open => pb::report::State::Open,
        State::InDraft { .. } => pb::report::State::InDraft,
        State::AwaitingSignOff { .. } => pb::report::State::AwaitingSignOff,
        State::Submitted { .. } => pb::report::State::Submitted,
        State::ChangesRequested { .. } => pb::report::State::ChangesRequested,
        State::Accepted { .. } => pb::report::State::Accepted,
        State::Waived => pb::report::State::Waived,
        State::Cancelled => pb::report::State::Cancelled,
    }
}

/// The state of a stored line of history, which keeps the name alone.
fn state_named(name: &str) -> pb::report::State {
    pb::report::State::from_str_name(&format!("STATE_{}", name.to_uppercase()))
        .unwrap_or(pb::report::State::Unspecified)
}

fn content(content: Content) -> pb::ReportContent {
    let language = Language::to_wire(content.language);
    pb::ReportContent {
        nil_return: content.nil_return,
        nil_reason: content.nil_reason,
        language: language.into(),
        answers: content.answers.into_iter().map(answer).collect(),
        measures: content.measures.into_iter().map(measure).collect(),
        principles: content.principles.into_iter().map(principle).collect(),
        spent: content.spent.map(types::Money::from),
        forecast: content.forecast.map(types::Money::from),
        levels: content.levels.into_iter().map(level).collect(),
    }
}

fn answer(answer: Answer) -> pb::NarrativeAnswer {
    pb::NarrativeAnswer { question_id: answer.question, text: answer.text }
}

fn measure(measure: Measure) -> pb::Measure {
    pb::Measure {
        name: measure.name,
        unit: measure.unit,
        baseline: measure.baseline,
        target: measure.target,
        value: measure.value,
        method: measure.method,
        evidence_level: measure.evidence_level,
    }
}

fn principle(record: PrincipleRecord) -> pb::PrincipleRecord {
    pb::PrincipleRecord {
        principle: record.principle,
        framework_version: record.framework_version,
        claimed: record.claimed,
        assessed: record.assessed,
        evidenced: record.evidenced,
        evidence: record.evidence,
    }
}

fn level(level: StatementLevel) -> pb::StatementLevel {
    pb::StatementLevel { statement: level.statement, before: level.before, after: level.after }
}

pub fn evidence(file: Evidence) -> pb::Evidence {
    pb::Evidence {
        id: file.id.to_string(),
        file_name: file.file_name,
        media_type: file.media_type,
        size_bytes: file.size_bytes,
        sha256: file.sha256,
    }
}

fn sign_off(sign_off: SignOff) -> pb::SignOff {
    pb::SignOff {
        certifier_id: sign_off.certifier.to_string(),
        role: sign_off.role,
        revision: sign_off.revision,
        content_sha256: sign_off.digest,
        signed_at: wire_time(sign_off.at),
        recorded_by: sign_off.recorded_by,
    }
}

fn requested_change(change: RequestedChange) -> pb::RequestedChange {
    pb::RequestedChange { field: change.field, says: change.says }
}

fn addendum(addendum: Addendum) -> pb::Addendum {
    pb::Addendum {
        number: addendum.number,
        text: addendum.text,
        author: Some(addendum.author.into()),
        added_at: wire_time(addendum.at),
    }
}

fn release(release: Release) -> pb::Release {
    pb::Release {
        to_learning: release.to_learning,
        may_quote: release.may_quote,
        name_contact: release.name_contact,
        contact: release.contact,
        changed_at: release.changed_at.and_then(wire_time),
    }
}

pub fn revision(revision: Revision, handed_in_at: Option<Timestamp>) -> pb::Revision {
    pb::Revision {
        number: revision.number,
        content: Some(content(revision.paper.content)),
        evidence: revision.paper.evidence.into_iter().map(evidence).collect(),
        canonical_json: revision.canonical_json,
        content_sha256: revision.digest,
        created_at: wire_time(revision.created_at),
        author: Some(revision.author.into()),
        submitted_at: handed_in_at.and_then(wire_time),
    }
}

pub fn missing(violation: Violation) -> pb::Missing {
    pb::Missing { field: violation.field, rule: violation.rule, says: violation.says }
}

pub fn history_entry(line: Line) -> pb::HistoryEntry {
    let from = line.from.map_or(pb::report::State::Unspecified, |name| state_named(&name));
    pb::HistoryEntry {
        sequence: line.sequence,
        at: wire_time(line.at),
        actor: Some(line.by.into()),
        step: line.step,
        from_state: from.into(),
        to_state: state_named(&line.to).into(),
        reason: line.reason,
    }
}
