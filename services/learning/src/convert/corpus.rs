//! Documents, codebooks and passages as the wire shows them.

use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use crate::codebook::{Code, Codebook};
use crate::document::{Document, Kind, Section};
use crate::passage::{Consent, Passage};
use crate::search::{Facet, Hit};
use crate::words::Query;

fn kind(kind: Kind) -> pb::document::Kind {
    match kind {
        Kind::InterimReport => pb::document::Kind::InterimReport,
        Kind::FinalReport => pb::document::Kind::FinalReport,
        Kind::CaseStudy => pb::document::Kind::CaseStudy,
    }
}

pub fn section(section: Section) -> pb::Section {
    pb::Section { key: section.key, heading: section.heading, text: section.text }
}

pub fn document(document: Document) -> pb::Document {
    pb::Document {
        id: document.id.to_string(),
        kind: kind(document.kind).into(),
        source_id: document.source,
        source_revision: document.source_revision,
        source_sha256: document.source_sha256,
        round_id: document.round.map(|round| round.to_string()).unwrap_or_default(),
        award_reference: document.award_reference,
        title: document.title,
        organisation_id: document.organisation.to_string(),
        organisation_name: document.organisation_name,
        principles: document.principles,
        theme: document.theme,
        group: document.group,
        sections: document.sections.into_iter().map(section).collect(),
        may_quote: document.may_quote,
        contact: document.contact,
        added_at: wire_time(document.added_at),
    }
}

/// Without its text.
pub fn head(document: Document) -> pb::Document {
    self::document(Document { sections: Vec::new(), ..document })
}

pub fn facet(facet: Facet) -> pb::Facet {
    pb::Facet { field: facet.field.to_string(), value: facet.value, n_hits: facet.n_hits }
}

/// A hit with the pieces that show best what was searched.
pub fn hit(hit: Hit, query: &Query) -> pb::SearchHit {
    let span = |(start, end): (usize, usize)| pb::Span { start: start as i32, end: end as i32 };
    let snippets = hit.snippets(query).into_iter().map(|(section, piece)| pb::Snippet {
        section_key: section.key.clone(),
        text: section.text[piece.start..piece.end].to_string(),
        highlights: piece.highlights.into_iter().map(span).collect(),
        start: piece.start as i32,
    });
    let snippets = snippets.collect();
    pb::SearchHit { document: Some(head(hit.document)), snippets }
}

impl From<Codebook> for pb::Codebook {
    fn from(one: Codebook) -> pb::Codebook {
        codebook(one)
    }
}

pub fn codebook(codebook: Codebook) -> pb::Codebook {
    let code = |code: Code| pb::Code { code: code.code, label: code.label, description: code.description };
    let versions = codebook.versions.into_iter().map(|version| pb::CodebookVersion {
        number: version.number,
        codes: version.codes.into_iter().map(code).collect(),
        written_at: wire_time(version.written_at),
    });
    pb::Codebook {
        id: codebook.id.to_string(),
        etag: etag(codebook.version),
        name: codebook.name,
        versions: versions.collect(),
    }
}

impl From<Passage> for pb::Passage {
    fn from(one: Passage) -> pb::Passage {
        passage(one)
    }
}

pub fn passage(passage: Passage) -> pb::Passage {
    let consent = match passage.consent {
        Consent::NotAsked => pb::passage::Consent::NotAsked,
        Consent::Asked { .. } => pb::passage::Consent::Asked,
        Consent::Given { .. } => pb::passage::Consent::Given,
        Consent::Refused { .. } => pb::passage::Consent::Refused,
        Consent::Withdrawn { .. } => pb::passage::Consent::Withdrawn,
    };
    pb::Passage {
        id: passage.id.to_string(),
        etag: etag(passage.version),
        document_id: passage.document.to_string(),
        source_id: passage.source,
        source_revision: passage.source_revision,
        source_sha256: passage.source_sha256,
        section_key: passage.section,
        span: Some(pb::Span { start: passage.start as i32, end: passage.end as i32 }),
        quote: passage.quote,
        codes: passage.codes,
        codebook_id: passage.codebook.to_string(),
        codebook_version: passage.codebook_version,
        memo: passage.memo,
        consent: consent.into(),
        answer_by: passage.consent.answer_by().and_then(wire_time),
        organisation_id: passage.organisation.to_string(),
        award_reference: passage.award_reference,
        created_at: wire_time(passage.created_at),
    }
}
