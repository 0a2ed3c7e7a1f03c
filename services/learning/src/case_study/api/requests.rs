//! Parses requests about case studies.

use kit::fault::Violation;
use kit::ids::{CaseStudyId, DocumentId};
use kit::names::named;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::case_study::{Contact, Language, Met, Text, app};
use crate::corpus::document::Section;

/// The text that both writes carry; the update is read in the shape of the creation.
fn text(reader: &mut Reader, wire: pb::CreateCaseStudyRequest) -> Option<Text> {
    let language = named(wire.language()).unwrap_or(Language::Unsaid);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let title = reader.text("title", &wire.title);
    let mut keys: Vec<String> = Vec::new();
    for (place, section) in wire.narrative.iter().enumerate() {
        let field = format!("narrative[{place}]");
        reader.text(&format!("{field}.text"), &section.text);
        if section.key.is_empty() || keys.contains(&section.key) {
            reader.add(Violation::new(format!("{field}.key"), "unique", "give each section a key of its own"));
        }
        keys.push(section.key.clone());
    }
    let met = |pb::PrincipleMet { principle, name, wording }| Met { principle, name, wording };
    let contact = |pb::Contact { role, organisation, address }| Contact { role, organisation, address };
    Some(Text {
        title: title?,
        round: round?,
        award_reference: wire.award_reference,
        principles_met: wire.principles_met.into_iter().map(met).collect(),
        narrative: wire.narrative.into_iter().map(Section::from).collect(),
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
