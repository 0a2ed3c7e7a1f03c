//! Parses requests about publications.

use kit::deadline::Edge;
use kit::ids::PublicationId;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::publication::reading::{AskedDocument, AskedEdition};
use crate::publication::{Item, app};
use crate::requests::ids;

fn item(reader: &mut Reader, field: &str, wire: pb::PublicationItem) -> Option<Item> {
    use pb::publication_item::Item as Wire;
    match reader.required(field, wire.item)? {
        Wire::Heading(pb::Heading { level, text }) => Some(Item::Heading { level, text }),
        Wire::Prose(text) => reader.text(&format!("{field}.prose"), &text).map(Item::Prose),
        Wire::InsightId(id) => reader.id(&format!("{field}.insight_id"), &id).map(Item::Insight),
        Wire::PassageId(id) => reader.id(&format!("{field}.passage_id"), &id).map(Item::Passage),
        Wire::CaseStudyId(id) => reader.id(&format!("{field}.case_study_id"), &id).map(Item::CaseStudy),
    }
}

pub fn create_publication(wire: pb::CreatePublicationRequest, reader: &mut Reader) -> Option<app::CreatePublication> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let title = reader.text("title", &wire.title);
    let rounds = ids(reader, "round_ids", wire.round_ids);
    let id = PublicationId::new();
    Some(app::CreatePublication { id, commission: commission?, title: title?, rounds })
}

pub fn set_items(wire: pb::SetItemsRequest, reader: &mut Reader) -> Option<app::SetItems> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let title = reader.text("title", &wire.title);
    let items = reader.each("items", wire.items, item);
    Some(app::SetItems { target: target?, title: title?, items })
}

pub fn answer_fact_check(wire: pb::AnswerFactCheckRequest, reader: &mut Reader) -> Option<app::AnswerFactCheck> {
    let id = reader.id("publication_id", &wire.publication_id);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let pb::AnswerFactCheckRequest { item, confirms, comment, .. } = wire;
    // The rules of the contract let no place be negative.
    let item = item.and_then(|item| usize::try_from(item).ok());
    Some(app::AnswerFactCheck { id: id?, organisation: organisation?, item, confirms, comment })
}

pub fn embargo_publication(
    wire: pb::EmbargoPublicationRequest,
    reader: &mut Reader,
) -> Option<app::EmbargoPublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let deadline = reader.required("publish_at", wire.publish_at);
    let publish_at = deadline.and_then(|wire| reader.deadline_in_words("publish_at", wire, Edge::Opening));
    let group = ids(reader, "embargo_group", wire.embargo_group);
    Some(app::EmbargoPublication { target: target?, publish_at: publish_at?, group })
}

pub fn correct_publication(
    wire: pb::CorrectPublicationRequest,
    reader: &mut Reader,
) -> Option<app::CorrectPublication> {
    let target = reader.target("publication_id", &wire.publication_id, &wire.etag);
    let note = reader.text("note", &wire.note);
    Some(app::CorrectPublication { target: target?, note: note? })
}

pub fn get_publication_document(wire: pb::GetPublicationDocumentRequest, reader: &mut Reader) -> Option<AskedDocument> {
    let publication = reader.id("publication_id", &wire.publication_id);
    let format = reader.named("format", wire.format());
    let edition = AskedEdition { publication: publication?, number: wire.edition };
    Some(AskedDocument { edition, format: format? })
}

pub fn list_citations(wire: pb::ListCitationsRequest, reader: &mut Reader) -> Option<Listed<AskedEdition, usize>> {
    let publication = reader.id("publication_id", &wire.publication_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: AskedEdition { publication: publication?, number: wire.edition }, page: page? })
}
