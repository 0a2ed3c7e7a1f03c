//! Publications as the wire has them.

use kit::digest::digest;
use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use super::reading::PublicationDocument;
use super::state::State;
use super::{Citation, Item, Pinned, Publication, PublicationNow};

/// `as_of` is left out: it is unknown here.
impl From<Publication> for pb::Publication {
    fn from(publication: Publication) -> pb::Publication {
        let embargo_group = publication.embargo_group().iter().map(ToString::to_string).collect();
        let state = wire_enum::<pb::publication::State>(&publication.state);
        let (publish_at, published_at) = match publication.state {
            State::Embargoed { publish_at, .. } => (Some(publish_at), None),
            State::Published { at, publish_at } => (publish_at, Some(at)),
            State::Planned | State::Drafting | State::FactCheck | State::Approved | State::Withdrawn => (None, None),
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
            items: edition.items.into_iter().map(Into::into).collect(),
            sources: edition.sources.into_iter().map(Into::into).collect(),
            embargo_group,
            publish_at: publish_at.map(Into::into),
            published_at: published_at.and_then(wire_time),
            reason: publication.reason,
            created_at: wire_time(publication.created_at),
            updated_at: wire_time(publication.updated_at),
            as_of: None,
            correction_due: publication.correction_due,
        }
    }
}

impl Shown for Publication {
    type Wire = pb::Publication;
}

impl From<PublicationNow> for pb::Publication {
    fn from(PublicationNow { publication, as_of }: PublicationNow) -> pb::Publication {
        pb::Publication { as_of: wire_time(as_of), ..publication.into() }
    }
}

impl From<Item> for pb::PublicationItem {
    fn from(item: Item) -> pb::PublicationItem {
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
}

impl From<Pinned> for pb::PinnedSource {
    fn from(source: Pinned) -> pb::PinnedSource {
        pb::PinnedSource {
            document_id: source.document.to_string(),
            source_id: source.source,
            source_revision: source.revision,
            source_sha256: source.sha256,
            citation: source.citation,
            passage_ids: source.passages.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<Citation> for pb::Citation {
    fn from(citation: Citation) -> pb::Citation {
        pb::Citation {
            passage_id: citation.passage.to_string(),
            anchor: citation.anchor,
            source_anchor: citation.source_anchor,
            quote: citation.quote,
            source_id: citation.source,
            source_revision: citation.revision,
            source_sha256: citation.sha256,
            section_key: citation.section,
            start: citation.start as i32,
            end: citation.end as i32,
        }
    }
}

impl From<PublicationDocument> for pb::PublicationDocument {
    fn from(document: PublicationDocument) -> pb::PublicationDocument {
        let PublicationDocument { edition, format, text, watermarked } = document;
        pb::PublicationDocument {
            edition,
            format: wire_enum::<pb::publication_document::Format>(format).into(),
            sha256: digest(text.as_bytes()),
            text,
            watermarked,
        }
    }
}
