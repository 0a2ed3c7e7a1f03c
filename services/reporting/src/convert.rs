//! Domain to wire, and other services' messages to what reporting keeps of them.

pub mod pages;
mod peers;
mod refusal;

use kit::db::DbError;
use kit::fault::Violation;
use kit::history::Line;
use kit::language::Language;
use kit::time::Timestamp;
use kit::wire::{etag, wire_name, wire_time};
use prost::Message;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::content::{Answer, Content, Evidence, Measure, PrincipleRecord, Revision, StatementLevel};
use crate::kind::Kind;
use crate::report::{Addendum, Release, ReportNow, RequestedChange, SignOff};

pub use peers::{award, bid_words, calendar, framework};

pub const REPORT: &str = "toadlane.reporting.v1.Report";

impl From<ReportNow> for pb::Report {
    fn from(now: ReportNow) -> pb::Report {
        let ReportNow { report, as_of, whole } = now;
        let mut wire = pb::Report {
            id: report.id.to_string(),
            etag: etag(report.version),
            overdue: report.is_overdue(as_of),
            award_id: report.award.id.to_string(),
            award_reference: report.award.reference,
            round_id: report.award.round.to_string(),
            bid_id: report.award.bid.to_string(),
            title: report.award.title,
            organisation_id: report.organisation.to_string(),
            kind: kind(report.kind).into(),
            state: state_named(report.state.name()).into(),
            opens_at: wire_time(report.opens_at),
            due: Some(report.due.into()),
            originally_due: Some(report.originally_due.into()),
            requested_changes: report.requested_changes.into_iter().map(requested_change).collect(),
            addenda: report.addenda.into_iter().map(addendum).collect(),
            release: Some(release(report.release)),
            reason: report.reason,
            submitted_at: report.state.handed_in().and_then(wire_time),
            accepted_at: report.state.accepted_at().and_then(wire_time),
            created_at: wire_time(report.created_at),
            updated_at: wire_time(report.updated_at),
            as_of: wire_time(as_of),
            ..Default::default()
        };
        // Only those see it who read the report.
        if whole {
            wire.revision = report.revision;
            wire.content = Some(content(report.paper.content));
            wire.content_sha256 = report.digest;
            wire.evidence = report.paper.evidence.into_iter().map(evidence).collect();
            wire.sign_off = report.sign_off.map(sign_off);
        }
        wire
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

/// A state by its name in rows.
fn state_named(name: &str) -> pb::report::State {
    pb::report::State::from_str_name(&wire_name(name, "STATE_")).unwrap_or(pb::report::State::Unspecified)
}

fn kind(kind: Kind) -> pb::report::Kind {
    match kind {
        Kind::Interim => pb::report::Kind::Interim,
        Kind::Final => pb::report::Kind::Final,
    }
}

fn content(content: Content) -> pb::ReportContent {
    let Content { nil_return, nil_reason, language, answers, measures, principles, spent, forecast, levels } = content;
    pb::ReportContent {
        nil_return,
        nil_reason,
        language: Language::to_wire(language).into(),
        answers: answers.into_iter().map(answer).collect(),
        measures: measures.into_iter().map(measure).collect(),
        principles: principles.into_iter().map(principle).collect(),
        spent: spent.map(types::Money::from),
        forecast: forecast.map(types::Money::from),
        levels: levels.into_iter().map(level).collect(),
    }
}

fn answer(answer: Answer) -> pb::NarrativeAnswer {
    pb::NarrativeAnswer { question_id: answer.question, text: answer.text }
}

fn measure(measure: Measure) -> pb::Measure {
    let Measure { name, unit, baseline, target, value, method, evidence_level } = measure;
    pb::Measure { name, unit, baseline, target, value, method, evidence_level }
}

fn principle(record: PrincipleRecord) -> pb::PrincipleRecord {
    let PrincipleRecord { principle, framework_version, claimed, assessed, evidenced, evidence } = record;
    pb::PrincipleRecord { principle, framework_version, claimed, assessed, evidenced, evidence }
}

fn level(StatementLevel { statement, before, after }: StatementLevel) -> pb::StatementLevel {
    pb::StatementLevel { statement, before, after }
}

pub fn evidence(file: Evidence) -> pb::Evidence {
    let Evidence { id, file_name, media_type, size_bytes, sha256 } = file;
    pb::Evidence { id: id.to_string(), file_name, media_type, size_bytes, sha256 }
}

fn sign_off(sign_off: SignOff) -> pb::SignOff {
    let SignOff { certifier, role, revision, digest, at, recorded_by } = sign_off;
    let (certifier_id, signed_at) = (certifier.to_string(), wire_time(at));
    pb::SignOff { certifier_id, role, revision, content_sha256: digest, signed_at, recorded_by }
}

fn requested_change(RequestedChange { field, says }: RequestedChange) -> pb::RequestedChange {
    pb::RequestedChange { field, says }
}

fn addendum(Addendum { number, text, author, at }: Addendum) -> pb::Addendum {
    pb::Addendum { number, text, author: Some(author.into()), added_at: wire_time(at) }
}

fn release(release: Release) -> pb::Release {
    let Release { to_learning, may_quote, name_contact, contact, changed_at } = release;
    pb::Release { to_learning, may_quote, name_contact, contact, changed_at: changed_at.and_then(wire_time) }
}

fn revision(revision: Revision, handed_in_at: Option<Timestamp>) -> pb::Revision {
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

pub fn checked((missing, as_of): (Vec<Violation>, Timestamp)) -> pb::CheckReportResponse {
    let missing = missing.into_iter().map(|Violation { field, rule, says }| pb::Missing { field, rule, says });
    pb::CheckReportResponse { missing: missing.collect(), as_of: wire_time(as_of) }
}

fn history_entry(Line { sequence, at, by, step, from, to, reason }: Line) -> pb::HistoryEntry {
    let from_state = from.map_or(pb::report::State::Unspecified, |name| state_named(&name)).into();
    let (at, actor, to_state) = (wire_time(at), Some(by.into()), state_named(&to).into());
    pb::HistoryEntry { sequence, at, actor, step, from_state, to_state, reason }
}

#[cfg(test)]
mod tests;
