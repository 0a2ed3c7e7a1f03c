//! Requests about publications.

use kit::cx::Parse;
use kit::deadline::Edge;
use kit::fault::Violation;
use kit::ids::PublicationId;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::app;
use crate::publication::Item;

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

impl Parse for app::CreatePublication {
    type Wire = pb::CreatePublicationRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreatePublication, Vec<Violation>> {
        let mut reader = Reader::new();
        let commission = reader.id("commission_id", &wire.commission_id);
        let title = reader.said("title", &wire.title);
        let mut rounds = reader.each("round_ids", wire.round_ids, |reader, field, id| reader.id(field, &id));
        rounds.sort();
        rounds.dedup();
        let id = PublicationId::new();
        let command = (|| Some(app::CreatePublication { id, commission: commission?, title: title?, rounds }))();
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
