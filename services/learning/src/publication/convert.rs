//! Publications as the wire has them.

use kit::digest::digest;
use kit::fault::Newer;
use kit::paging::Found;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::learning::v1 as pb;

use super::reading::PublicationDocument;
use super::state::State;
use super::{Citation, Item, Pinned, Publication, PublicationNow};

pub const PUBLICATION: &str = "toadlane.learning.v1.Publication";

impl From<PublicationNow> for pb::Publication {
    fn from(now: PublicationNow) -> pb::Publication {
        use pb::publication::State as Wire;
        let PublicationNow { publication, as_of } = now;
        let embargo_group = publication.embargo_group().iter().map(ToString::to_string).collect();
        let (state, publish_at, published_at) = match publication.state {
            State::Planned => (Wire::Planned, None, None),
            State::Drafting => (Wire::Drafting, None, None),
            State::FactCheck => (Wire::FactCheck, None, None),
            State::Approved => (Wire::Approved, None, None),
            State::Embargoed { publish_at, .. } => (Wire::Embargoed, Some(publish_at), None),
            State::Published { at, publish_at } => (Wire::Published, publish_at, Some(at)),
            State::Withdrawn => (Wire::Withdrawn, None, None),
        };
        let edition = publication.edition;
        pb::Publication {
            id: publication.id.to_string(),
            etag: etag(publication.version),
            title: edition.title,
            commission_id: publication.commission.to_string(),
            round_ids: publication.rounds.iter().map(ToString::to_string).collect(),
            state: state.into(),
            edition: edition.number,
            edition_note: edition.note,
            items: edition.items.into_iter().map(item).collect(),
            sources: edition.sources.into_iter().map(source).collect(),
            embargo_group,
            publish_at: publish_at.map(Into::into),
            published_at: published_at.and_then(wire_time),
            reason: publication.reason,
            created_at: wire_time(publication.created_at),
            updated_at: wire_time(publication.updated_at),
            as_of: wire_time(as_of),
            correction_due: publication.correction_due,
        }
    }
}

/// For lists.
fn without_items(mut wire: pb::Publication) -> pb::Publication {
    wire.items.clear();
    wire
}

fn item(item: Item) -> pb::PublicationItem {
    use pb::publication_item::Item as Wire;
    let item = match item {
        Item::Heading { level, text } => Wire::Heading(pb::Heading { level, text }),
        Item::Prose(text) => Wire::Prose(text),
        Item::Insight(id) => Wire::InsightId(id.to_string()),
        Item::Passage(id) => Wire::PassageId(id.to_string()),
        Item::CaseStudy(id) => Wire::CaseStudyId(id.to_string()),
    };
    pb::PublicationItem { item: Some(item) }
}

fn source(source: Pinned) -> pb::PinnedSource {
    pb::PinnedSource {
        document_id: source.document.to_string(),
        source_id: source.source,
        source_revision: source.revision,
        source_sha256: source.sha256,
        citation: source.citation,
        passage_ids: source.passages.iter().map(ToString::to_string).collect(),
    }
}

fn citation(one: Citation) -> pb::Citation {
    pb::Citation {
        passage_id: one.passage.to_string(),
        anchor: one.anchor,
        source_anchor: one.source_anchor,
        quote: one.quote,
        source_id: one.source,
        source_revision: one.revision,
        source_sha256: one.sha256,
        section_key: one.section,
        start: one.start as i32,
        end: one.end as i32,
    }
}

pub fn publication_document(
    format: pb::publication_document::Format,
    found: PublicationDocument,
) -> pb::PublicationDocument {
    use pb::publication_document::Format;
    let text = match format {
        Format::Markdown => found.markdown,
        Format::Html | Format::Unspecified => found.html,
    };
    pb::PublicationDocument {
        edition: found.edition,
        format: format.into(),
        sha256: digest(text.as_bytes()),
        text,
        watermarked: found.watermarked,
    }
}

pub fn publications(found: Found<PublicationNow>) -> pb::ListPublicationsResponse {
    let (publications, next_page_token) = found.wire(|now| without_items(now.into()));
    pb::ListPublicationsResponse { publications, next_page_token }
}

pub fn citations(found: Found<(usize, Citation)>) -> pb::ListCitationsResponse {
    let (citations, next_page_token) = found.wire(|(_, one)| citation(one));
    pb::ListCitationsResponse { citations, next_page_token }
}

/// `as_of` is left out: it is unknown here.
impl Newer for Publication {
    fn to_any(&self) -> Any {
        let now = PublicationNow { publication: self.clone(), as_of: self.updated_at };
        let wire = pb::Publication { as_of: None, ..now.into() };
        any(PUBLICATION, wire.encode_to_vec())
    }
}
