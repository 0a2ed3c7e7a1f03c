//! Other services' messages, as learning keeps them.

use kit::ids::{DocumentId, OrgId, RoundId};
use kit::neighbour::Unusable;
use kit::time::Timestamp;
use kit::wire::read;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;

use crate::case_study::Known;
use crate::corpus::document::{Council, Document, Kind, Origin, Section};
use crate::corpus::words::{folded, titled};

/// The theme of a round; its title where it names none.
pub fn theme(round: &rounds::Round) -> String {
    let rules = round.rules.clone().unwrap_or_default();
    rules.theme.or(rules.title).map(|text| text.en).unwrap_or_default()
}

pub fn council(organisation: &registry::Organisation) -> Council {
    let details = organisation.details.clone().unwrap_or_default();
    let words = match details.authority_type_name.is_empty() {
        false => details.authority_type_name.clone(),
        true => details.kind().as_str_name().trim_start_matches("KIND_").to_string(),
    };
    Council { name: details.name, group: folded(&words).join("_") }
}

/// A report's council and round.
///
/// # Errors
/// When it names none.
pub fn source(wire: &reporting::Report) -> Result<(OrgId, RoundId), Unusable> {
    read(format!("report {}", wire.id), |reader| {
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let round = reader.id("round_id", &wire.round_id);
        Some((organisation?, round?))
    })
}

/// The principles of a framework, those of its newest version first.
pub fn principles(framework: rounds::Framework) -> Vec<Known> {
    let versions = framework.versions.into_iter().rev().filter_map(|version| version.wording);
    let statements = versions.flat_map(|wording| wording.statements);
    let known = statements.map(|statement| Known {
        code: statement.code,
        name: statement.short_name.unwrap_or_default().en,
        wording: statement.text.unwrap_or_default().en,
    });
    known.collect()
}

/// Whether a report is accepted, and released to the learning.
pub fn is_released(wire: &reporting::Report) -> bool {
    let is_read = |release: &reporting::Release| release.to_learning;
    wire.state() == reporting::report::State::Accepted && wire.release.as_ref().is_some_and(is_read)
}

/// A released report as a document.
///
/// # Errors
/// When it makes no sense.
pub fn report(wire: reporting::Report, origin: Origin, now: Timestamp) -> Result<Document, Unusable> {
    let kind = match wire.kind() {
        reporting::report::Kind::Interim => Some(Kind::InterimReport),
        reporting::report::Kind::Final => Some(Kind::FinalReport),
        reporting::report::Kind::Unspecified => None,
    };
    let (release, of) = (wire.release.unwrap_or_default(), format!("report {}", wire.id));
    let (kind, content, released_at) = read(of, |reader| {
        let (kind, content) = (reader.known("kind", kind), reader.required("content", wire.content));
        let released_at = reader.time_or_none("release.given_at", release.given_at);
        Some((kind?, content?, released_at?))
    })?;
    // What the report evidences; claims and the panel's view are kept apart from it (rule 34).
    let evidenced = content.principles.iter().filter(|record| record.evidenced);
    let evidenced = evidenced.map(|record| record.principle.clone());
    Ok(Document {
        id: DocumentId::new(),
        position: 0,
        kind,
        source: wire.id,
        source_revision: wire.revision,
        addendum: 0,
        source_sha256: wire.content_sha256,
        round: origin.round,
        award_reference: wire.award_reference,
        title: wire.title,
        organisation: origin.organisation,
        organisation_name: origin.council.name,
        principles: evidenced.collect(),
        theme: origin.theme,
        group: origin.council.group,
        sections: sections(&content),
        may_quote: release.may_quote,
        // Rule 35: a contact by role, where the council consented to name it.
        contact: if release.name_contact { release.contact } else { String::new() },
        withdrawn: false,
        added_at: now,
        released_at,
    })
}

/// Whose words an addendum is.
///
/// # Errors
/// When it does not say.
pub fn author(report: &reporting::Report, wire: &reporting::Addendum) -> Result<OrgId, Unusable> {
    let author = wire.author.clone().unwrap_or_default();
    let of = format!("addendum {} of report {}", wire.number, report.id);
    read(of, |reader| reader.id("author.organisation_id", &author.organisation_id))
}

/// A released addendum to a report as a document of its own, under the name of whoever wrote it.
///
/// # Errors
/// When it makes no sense.
pub fn addendum(
    report: &reporting::Report,
    wire: reporting::Addendum,
    origin: Origin,
    now: Timestamp,
) -> Result<Document, Unusable> {
    let (release, of) = (wire.release.unwrap_or_default(), format!("addendum {} of report {}", wire.number, report.id));
    let released_at = read(of, |reader| reader.time_or_none("release.given_at", release.given_at))?;
    let (key, heading) = (format!("addenda[{}]", wire.number), format!("Addendum {}", wire.number));
    Ok(Document {
        id: DocumentId::new(),
        position: 0,
        kind: Kind::Addendum,
        source: report.id.clone(),
        source_revision: report.revision,
        addendum: wire.number,
        source_sha256: wire.content_sha256,
        round: origin.round,
        award_reference: report.award_reference.clone(),
        title: report.title.clone(),
        organisation: origin.organisation,
        organisation_name: origin.council.name,
        principles: Vec::new(),
        theme: origin.theme,
        group: origin.council.group,
        sections: vec![Section { key, heading, text: wire.text }],
        may_quote: release.may_quote,
        contact: String::new(),
        withdrawn: false,
        added_at: now,
        released_at,
    })
}

/// The texts of a report as they stand in it; where they are, their keys say. What is empty is left out.
fn sections(content: &reporting::ReportContent) -> Vec<Section> {
    let section = |key: String, heading: String, text: &str| Section { key, heading, text: text.to_string() };
    let mut all = vec![section("nil_reason".to_string(), "Nothing to report".to_string(), &content.nil_reason)];
    for answer in &content.answers {
        let heading = titled(&answer.question_id, '_');
        all.push(section(format!("answers[{}]", answer.question_id), heading, &answer.text));
    }
    for (place, measure) in content.measures.iter().enumerate() {
        for (field, text) in [("value", &measure.value), ("method", &measure.method)] {
            let heading = format!("{}: {field}", measure.name);
            all.push(section(format!("measures[{place}].{field}"), heading, text));
        }
    }
    for principle in &content.principles {
        let heading = format!("Evidence for {}", titled(&principle.principle, '_').to_lowercase());
        all.push(section(format!("principles[{}].evidence", principle.principle), heading, &principle.evidence));
    }
    all.retain(|section| !section.text.is_empty());
    all
}
