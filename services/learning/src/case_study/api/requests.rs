//! Parses requests about case studies.

use kit::fault::Violation;
use kit::ids::{CaseStudyId, DocumentId, OrgId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::types::v1::Language as WireLanguage;

use crate::case_study::{Contact, Language, Met, Text, app};
use crate::corpus::document::Section;

/// The text that both writes carry; the update is read in the shape of the creation.
fn text(reader: &mut Reader, wire: pb::CreateCaseStudyRequest) -> Option<Text> {
    let language = match wire.language() {
        WireLanguage::Unspecified => Language::Unsaid,
        WireLanguage::En => Language::En,
        WireLanguage::Cy => Language::Cy,
    };
    let round = reader.id_or_none("round_id", &wire.round_id);
    let title = reader.said("title", &wire.title);
    let mut keys: Vec<String> = Vec::new();
    for (place, section) in wire.narrative.iter().enumerate() {
        let field = format!("narrative[{place}]");
        reader.said(&format!("{field}.text"), &section.text);
        if section.key.is_empty() || keys.contains(&section.key) {
            reader.add(Violation::new(format!("{field}.key"), "unique", "give each section a key of its own"));
        }
        keys.push(section.key.clone());
    }
    let met = |met: pb::PrincipleMet| Met { principle: met.principle, name: met.name, wording: met.wording };
    let section = |one: pb::Section| Section { key: one.key, heading: one.heading, text: one.text };
    let contact = |one: pb::Contact| Contact { role: one.role, organisation: one.organisation, address: one.address };
    Some(Text {
        title: title?,
        round: round?,
        award_reference: wire.award_reference,
        principles_met: wire.principles_met.into_iter().map(met).collect(),
        narrative: wire.narrative.into_iter().map(section).collect(),
        contact: wire.contact.map(contact),
        language,
    })
}

pub fn create_case_study(wire: pb::CreateCaseStudyRequest, reader: &mut Reader) -> Option<app::CreateCaseStudy> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let text = text(reader, wire);
    Some(app::CreateCaseStudy { id: CaseStudyId::new(), organisation: organisation?, text: text? })
}

pub fn update_case_study(wire: pb::UpdateCaseStudyRequest, reader: &mut Reader) -> Option<app::UpdateCaseStudy> {
    let target = reader.target("case_study_id", &wire.case_study_id, &wire.etag);
    let written = pb::CreateCaseStudyRequest {
        title: wire.title,
        round_id: wire.round_id,
        award_reference: wire.award_reference,
        principles_met: wire.principles_met,
        narrative: wire.narrative,
        contact: wire.contact,
        language: wire.language,
        ..Default::default()
    };
    let text = text(reader, written);
    Some(app::UpdateCaseStudy { target: target?, text: text? })
}

pub fn consent_case_study(wire: pb::ConsentCaseStudyRequest, reader: &mut Reader) -> Option<app::ConsentCaseStudy> {
    let target = reader.target("case_study_id", &wire.case_study_id, &wire.etag);
    Some(app::ConsentCaseStudy { target: target?, consents: wire.consents, document: DocumentId::new() })
}

pub fn get_case_study(wire: pb::GetCaseStudyRequest, reader: &mut Reader) -> Option<CaseStudyId> {
    reader.id("case_study_id", &wire.case_study_id)
}

pub fn list_case_studies(
    wire: pb::ListCaseStudiesRequest,
    reader: &mut Reader,
) -> Option<Listed<Option<OrgId>, CaseStudyId>> {
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: organisation?, page: page? })
}
