//! Documents and what a search finds of them, as the wire has them.

use kit::ids::DocumentId;
use kit::names::wire_enum;
use kit::paging::Page;
use kit::time::Timestamp;
use kit::wire::wire_time;
use toadlane_proto::learning::v1 as pb;

use super::document::{Document, Section};
use super::search::{self, Facet, Hit};
use super::words::Query;

impl From<Section> for pb::Section {
    fn from(Section { key, heading, text }: Section) -> pb::Section {
        pb::Section { key, heading, text }
    }
}

impl From<pb::Section> for Section {
    fn from(pb::Section { key, heading, text }: pb::Section) -> Section {
        Section { key, heading, text }
    }
}

impl From<Document> for pb::Document {
    fn from(document: Document) -> pb::Document {
        pb::Document {
            id: document.id.to_string(),
            kind: wire_enum::<pb::document::Kind>(document.kind).into(),
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
            sections: document.sections.into_iter().map(Into::into).collect(),
            may_quote: document.may_quote,
            contact: document.contact,
            added_at: wire_time(document.added_at),
            addendum: document.addendum,
        }
    }
}

fn facet(Facet { field, value, n_hits }: Facet) -> pb::Facet {
    pb::Facet { field: field.to_string(), value, n_hits }
}

/// A hit with the pieces that show best what was searched.
fn hit(hit: Hit, query: &Query) -> pb::SearchHit {
    let span = |(start, end): (usize, usize)| pb::Span { start: start as i32, end: end as i32 };
    let snippets = hit.snippets(query).into_iter().map(|(section, piece)| pb::Snippet {
        section_key: section.key.clone(),
        text: section.text[piece.start..piece.end].to_string(),
        highlights: piece.highlights.into_iter().map(span).collect(),
        start: piece.start as i32,
    });
    let snippets = snippets.collect();
    pb::SearchHit { document: Some(hit.document.without_text().into()), snippets }
}

/// What is on a page of all hits, and how they fall.
pub fn hits(
    page: &Page<(i64, DocumentId)>,
    hits: Vec<Hit>,
    query: &Query,
    as_of: Timestamp,
) -> pb::SearchCorpusResponse {
    let (facets, total_size) = (search::facets(&hits), hits.len() as i64);
    let found = page.found(search::behind(hits, page.after.as_ref()), Hit::key);
    let (hits, next_page_token) = found.wire(|found| hit(found, query));
    let facets = facets.into_iter().map(facet).collect();
    pb::SearchCorpusResponse { hits, next_page_token, total_size, facets, as_of: wire_time(as_of) }
}
