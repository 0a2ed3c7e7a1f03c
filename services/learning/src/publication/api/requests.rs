//! Parses requests about publications.

use kit::deadline::Edge;
use kit::ids::{PublicationId, RoundId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::publication::reading::AskedEdition;
use crate::publication::{Item, app};
use crate::requests::ids;

fn item(reader: &mut Reader, field: &str, wire: pb::PublicationItem) -> Option<Item> {
    use pb::publication_item::Item as Wire;
    match reader.needed(field, wire.item)? {
        Wire::Heading(heading) => Some(Item::Heading { level: heading.level, text: heading.text }),
        Wire::Prose(text) => reader.said(&format!("{field}.prose"), &text).map(Item::Prose),
        Wire::InsightId(id) => reader.id(&format!("{field}.insight_id"), &id).map(Item::Insight),
        Wire::PassageId(id) => reader.id(&format!("{field}.passage_id"), &id).map(Item::Passage),
        Wire::CaseStudyId(id) => reader.id(&format!("{field}.case_study_id"), &id).map(Item::CaseStudy),
    }
}

pub fn create_publication(wire: pb::CreatePublicationRequest, reader: &mut Reader) -> Option<app::CreatePublication> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let title = reader.said("title", &wire.title);
    let rounds = ids(reader, "round_ids", wire.round_ids);
    let id = PublicationId::new();
    Some(app::CreatePublication { id, commission: commission?, title: title?, rounds })
}

pub fn set_items(wire: pb::SetItemsRequest, reader: &mut Reader) -> Option<app::SetItems> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let title = reader.said("title", &wire.title);
    let items = reader.each("items", wire.items, item);
    Some(app::SetItems { target: target?, title: title?, items })
}

pub fn embargo_publication(
    wire: pb::EmbargoPublicationRequest,
    reader: &mut Reader,
) -> Option<app::EmbargoPublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let deadline = reader.needed("publish_at", wire.publish_at);
    let publish_at = deadline.and_then(|wire| reader.deadline_in_words("publish_at", wire, Edge::Opening));
    let group = ids(reader, "embargo_group", wire.embargo_group);
    Some(app::EmbargoPublication { target: target?, publish_at: publish_at?, group })
}

pub fn correct_publication(
    wire: pb::CorrectPublicationRequest,
    reader: &mut Reader,
) -> Option<app::CorrectPublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let note = reader.said("note", &wire.note);
    Some(app::CorrectPublication { target: target?, note: note? })
}

pub fn start_fact_check(wire: pb::StartFactCheckRequest, reader: &mut Reader) -> Option<app::StartFactCheck> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    Some(app::StartFactCheck { target: target? })
}

pub fn approve_publication(
    wire: pb::ApprovePublicationRequest,
    reader: &mut Reader,
) -> Option<app::ApprovePublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    Some(app::ApprovePublication { target: target? })
}

pub fn return_to_drafting(wire: pb::ReturnToDraftingRequest, reader: &mut Reader) -> Option<app::ReturnToDrafting> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::ReturnToDrafting { target: target?, reason: reason? })
}

pub fn release_publication(
    wire: pb::ReleasePublicationRequest,
    reader: &mut Reader,
) -> Option<app::ReleasePublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::ReleasePublication { target: target?, reason: reason? })
}

pub fn withdraw_publication(
    wire: pb::WithdrawPublicationRequest,
    reader: &mut Reader,
) -> Option<app::WithdrawPublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::WithdrawPublication { target: target?, reason: reason? })
}

pub fn get_publication(wire: pb::GetPublicationRequest, reader: &mut Reader) -> Option<PublicationId> {
    reader.id("publication_id", &wire.publication_id)
}

pub fn list_publications(
    wire: pb::ListPublicationsRequest,
    reader: &mut Reader,
) -> Option<Listed<Option<RoundId>, PublicationId>> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: round?, page: page? })
}

pub fn get_publication_document(wire: pb::GetPublicationDocumentRequest, reader: &mut Reader) -> Option<AskedEdition> {
    let publication = reader.id("publication_id", &wire.publication_id);
    Some(AskedEdition { publication: publication?, number: wire.edition })
}

pub fn list_citations(wire: pb::ListCitationsRequest, reader: &mut Reader) -> Option<Listed<AskedEdition, usize>> {
    let publication = reader.id("publication_id", &wire.publication_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: AskedEdition { publication: publication?, number: wire.edition }, page: page? })
}
