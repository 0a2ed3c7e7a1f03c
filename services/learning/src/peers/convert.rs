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

/// A released report as a document; none where it is not accepted and released.
///
/// # Errors
/// When it makes no sense.
pub fn report(
    wire: reporting::Report,
    origin: Origin,
    id: DocumentId,
    now: Timestamp,
) -> Result<Option<Document>, Unusable> {
    let release = wire.release.clone().unwrap_or_default();
    if wire.state() != reporting::report::State::Accepted || !release.to_learning {
        return Ok(None);
    }
    let kind = match wire.kind() {
        reporting::report::Kind::Interim => Some(Kind::InterimReport),
        reporting::report::Kind::Final => Some(Kind::FinalReport),
        reporting::report::Kind::Unspecified => None,
    };
    let (kind, content) = read(format!("report {}", wire.id), |reader| {
        let (kind, content) = (reader.known("kind", kind), reader.required("content", wire.content));
        Some((kind?, content?))
    })?;
    // What the report evidences; claims and the panel's view are kept apart from it (rule 34).
    let evidenced = content.principles.iter().filter(|record| record.evidenced);
    let evidenced = evidenced.map(|record| record.principle.clone());
    Ok(Some(Document {
        id,
        position: 0,
        kind,
        source: wire.id,
        source_revision: wire.revision,
        source_sha256: wire.content_sha256,
        round: origin.round,
        award_reference: wire.award_reference,
        title: wire.title,
        organisation: origin.organisation,
        organisation_name: origin.council.name,
        principles: evidenced.collect(),
        theme: origin.theme,
        group: origin.council.group,
        sections: sections(&content, &wire.addenda),
        may_quote: release.may_quote,
        // Rule 35: a contact by role, where the council consented to name it.
        contact: if release.name_contact { release.contact } else { String::new() },
        withdrawn: false,
        added_at: now,
    }))
}

/// The texts of a report as they stand in it; where they are, their keys say. What is empty is left out.
fn sections(content: &reporting::ReportContent, addenda: &[reporting::Addendum]) -> Vec<Section> {
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
    for addendum in addenda {
        let heading = format!("Addendum {}", addendum.number);
        all.push(section(format!("addenda[{}]", addendum.number), heading, &addendum.text));
    }
    all.retain(|section| !section.text.is_empty());
    all
}
