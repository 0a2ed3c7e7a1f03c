//! Publications, both ways.

use kit::cx::Parse;
use kit::deadline::Edge;
use kit::digest::digest;
use kit::fault::Violation;
use kit::ids::PublicationId;
use kit::time::Timestamp;
use kit::wire::{Reader, etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use crate::app;
use crate::publication::state::State;
use crate::publication::{Citation, Item, Pinned, Publication};

pub fn publication(publication: Publication, as_of: Timestamp) -> pb::Publication {
    use pb::publication::State as Wire;
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

/// For lists.
pub fn without_items(mut wire: pb::Publication) -> pb::Publication {
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

pub fn citation(one: Citation) -> pb::Citation {
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

fn read_item(reader: &mut Reader, field: &str, wire: pb::PublicationItem) -> Option<Item> {
    use pb::publication_item::Item as Wire;
    match reader.needed(field, wire.item)? {
        Wire::Heading(heading) => Some(Item::Heading { level: heading.level, text: heading.text }),
        Wire::Prose(text) => reader.said(&format!("{field}.prose"), &text).map(Item::Prose),
        Wire::InsightId(id) => reader.id(&format!("{field}.insight_id"), &id).map(Item::Insight),
        Wire::PassageId(id) => reader.id(&format!("{field}.passage_id"), &id).map(Item::Passage),
        Wire::CaseStudyId(id) => reader.id(&format!("{field}.case_study_id"), &id).map(Item::CaseStudy),
    }
}

pub fn publication_document(format: pb::publication_document::Format, found: app::Document) -> pb::PublicationDocument {
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

impl Parse for app::PlanPublication {
    type Wire = pb::CreatePublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::PlanPublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let commission = reader.id("commission_id", &wire.commission_id);
        let title = reader.said("title", &wire.title);
        let mut rounds = reader.each("round_ids", wire.round_ids, |reader, field, id| reader.id(field, &id));
        rounds.sort();
        rounds.dedup();
        let id = PublicationId::new();
        let command = (|| Some(app::PlanPublication { id, commission: commission?, title: title?, rounds }))();
        reader.finish(command)
    }
}

impl Parse for app::SetItems {
    type Wire = pb::SetItemsRequest;

    fn parse(wire: Self::Wire) -> Result<app::SetItems, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        let title = reader.said("title", &wire.title);
        let items = reader.each("items", wire.items, read_item);
        let command = (|| Some(app::SetItems { target: target?, title: title?, items }))();
        reader.finish(command)
    }
}

impl Parse for app::EmbargoPublication {
    type Wire = pb::EmbargoPublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::EmbargoPublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        let deadline = reader.needed("publish_at", wire.publish_at);
        let publish_at = deadline.and_then(|wire| reader.deadline_in_words("publish_at", wire, Edge::Opening));
        let mut group = reader.each("embargo_group", wire.embargo_group, |reader, field, id| reader.id(field, &id));
        group.sort();
        group.dedup();
        let command = (|| Some(app::EmbargoPublication { target: target?, publish_at: publish_at?, group }))();
        reader.finish(command)
    }
}

impl Parse for app::CorrectPublication {
    type Wire = pb::CorrectPublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::CorrectPublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        let note = reader.said("note", &wire.note);
        reader.finish(target.zip(note).map(|(target, note)| app::CorrectPublication { target, note }))
    }
}

impl Parse for app::StartFactCheck {
    type Wire = pb::StartFactCheckRequest;

    fn parse(wire: Self::Wire) -> Result<app::StartFactCheck, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        reader.finish(target.map(|target| app::StartFactCheck { target }))
    }
}

impl Parse for app::ApprovePublication {
    type Wire = pb::ApprovePublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::ApprovePublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        reader.finish(target.map(|target| app::ApprovePublication { target }))
    }
}

impl Parse for app::ReturnToDrafting {
    type Wire = pb::ReturnToDraftingRequest;

    fn parse(wire: Self::Wire) -> Result<app::ReturnToDrafting, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::ReturnToDrafting { target, reason }))
    }
}

impl Parse for app::ReleasePublication {
    type Wire = pb::ReleasePublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::ReleasePublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::ReleasePublication { target, reason }))
    }
}

impl Parse for app::WithdrawPublication {
    type Wire = pb::WithdrawPublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::WithdrawPublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::WithdrawPublication { target, reason }))
    }
}
