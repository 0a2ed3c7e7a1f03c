//! Domain to wire, and other services' messages to what reporting keeps of them.

mod peers;
mod refusal;

use kit::db::DbError;
use kit::digest::digest;
use kit::fault::{Shown, Violation};
use kit::language::Language;
use kit::names::wire_enum;
use kit::paging::Counted;
use kit::time::Timestamp;
use kit::wire::{etag, wire_time};
use prost::Message;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::app::reading::ReportsFound;
use crate::content::{Answer, Content, Evidence, Measure, PrincipleRecord, RevisionNow, StatementLevel};
use crate::report::{Addendum, Release, ReportNow, RequestedChange, SignOff};

pub use peers::{award, bid_words, calendar, framework};

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
            kind: wire_enum::<pb::report::Kind>(report.kind).into(),
            state: wire_enum::<pb::report::State>(report.state).into(),
            opens_at: wire_time(report.opens_at),
            due: Some(report.due.into()),
            originally_due: Some(report.originally_due.into()),
            requested_changes: all(report.requested_changes),
            addenda: all(report.addenda),
            release: Some(report.release.into()),
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
            wire.content = Some(report.paper.content.into());
            wire.content_sha256 = report.digest;
            wire.evidence = all(report.paper.evidence);
            wire.sign_off = report.sign_off.map(pb::SignOff::from);
        }
        wire
    }
}

impl Shown for ReportNow {
    type Wire = pb::Report;
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

fn all<T, W: From<T>>(rows: Vec<T>) -> Vec<W> {
    rows.into_iter().map(W::from).collect()
}

impl From<Content> for pb::ReportContent {
    fn from(content: Content) -> pb::ReportContent {
        let Content { nil_return, nil_reason, language, answers, measures, principles, spent, forecast, levels } =
            content;
        pb::ReportContent {
            nil_return,
            nil_reason,
            language: Language::to_wire(language).into(),
            answers: all(answers),
            measures: all(measures),
            principles: all(principles),
            spent: spent.map(types::Money::from),
            forecast: forecast.map(types::Money::from),
            levels: all(levels),
        }
    }
}

impl From<Answer> for pb::NarrativeAnswer {
    fn from(Answer { question, text }: Answer) -> pb::NarrativeAnswer {
        pb::NarrativeAnswer { question_id: question, text }
    }
}

impl From<Measure> for pb::Measure {
    fn from(measure: Measure) -> pb::Measure {
        let Measure { name, unit, baseline, target, value, method, evidence_level } = measure;
        pb::Measure { name, unit, baseline, target, value, method, evidence_level }
    }
}

impl From<PrincipleRecord> for pb::PrincipleRecord {
    fn from(record: PrincipleRecord) -> pb::PrincipleRecord {
        let PrincipleRecord { principle, framework_version, claimed, assessed, evidenced, evidence } = record;
        pb::PrincipleRecord { principle, framework_version, claimed, assessed, evidenced, evidence }
    }
}

impl From<StatementLevel> for pb::StatementLevel {
    fn from(StatementLevel { statement, before, after }: StatementLevel) -> pb::StatementLevel {
        pb::StatementLevel { statement, before, after }
    }
}

impl From<Evidence> for pb::Evidence {
    fn from(Evidence { id, file_name, media_type, size_bytes, sha256 }: Evidence) -> pb::Evidence {
        pb::Evidence { id: id.to_string(), file_name, media_type, size_bytes, sha256 }
    }
}

impl From<SignOff> for pb::SignOff {
    fn from(SignOff { certifier, role, revision, digest, at, recorded_by }: SignOff) -> pb::SignOff {
        let (certifier_id, signed_at) = (certifier.to_string(), wire_time(at));
        pb::SignOff { certifier_id, role, revision, content_sha256: digest, signed_at, recorded_by }
    }
}

impl From<RequestedChange> for pb::RequestedChange {
    fn from(RequestedChange { field, says }: RequestedChange) -> pb::RequestedChange {
        pb::RequestedChange { field, says }
    }
}

impl From<Addendum> for pb::Addendum {
    fn from(Addendum { number, text, author, at, release }: Addendum) -> pb::Addendum {
        let content_sha256 = digest(&text);
        let release = release.changed_at.is_some().then(|| release.into());
        let (author, added_at) = (Some(author.into()), wire_time(at));
        pb::Addendum { number, text, author, added_at, content_sha256, release }
    }
}

impl From<Release> for pb::Release {
    fn from(release: Release) -> pb::Release {
        let Release { to_learning, may_quote, name_contact, contact, changed_at, given_at } = release;
        let (changed_at, given_at) = (changed_at.and_then(wire_time), given_at.and_then(wire_time));
        pb::Release { to_learning, may_quote, name_contact, contact, changed_at, given_at }
    }
}

impl From<RevisionNow> for pb::Revision {
    fn from(RevisionNow { revision, handed_in }: RevisionNow) -> pb::Revision {
        pb::Revision {
            number: revision.number,
            content: Some(revision.paper.content.into()),
            evidence: all(revision.paper.evidence),
            canonical_json: revision.canonical_json,
            content_sha256: revision.digest,
            created_at: wire_time(revision.created_at),
            author: Some(revision.author.into()),
            submitted_at: handed_in.and_then(wire_time),
        }
    }
}

impl From<ReportsFound> for pb::ListReportsResponse {
    fn from(ReportsFound { reports, n_overdue }: ReportsFound) -> pb::ListReportsResponse {
        let Counted { found, n_all, as_of } = reports;
        let (reports, next_page_token) = found.wire(|now| without_texts(now.into()));
        let (total_size, total_overdue, as_of) = (n_all, n_overdue, wire_time(as_of));
        pb::ListReportsResponse { reports, next_page_token, total_size, total_overdue, as_of }
    }
}

pub fn checked((missing, as_of): (Vec<Violation>, Timestamp)) -> pb::CheckReportResponse {
    let missing = missing.into_iter().map(|Violation { field, rule, says }| pb::Missing { field, rule, says });
    pb::CheckReportResponse { missing: missing.collect(), as_of: wire_time(as_of) }
}

#[cfg(test)]
mod tests;
