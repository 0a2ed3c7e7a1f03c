//! Requests about case studies.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{CaseStudyId, DocumentId};
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::types::v1::Language as WireLanguage;

use crate::app;
use crate::case_study::{Contact, Language, Met, Text};
use crate::document::Section;

/// The text that both writes carry; the update is read in the shape of the creation.
fn read_text(reader: &mut Reader, wire: pb::CreateCaseStudyRequest) -> Option<Text> {
    let language = match wire.language() {
        WireLanguage::Unspecified => Language::Unsaid,
        WireLanguage::En => Language::En,
        WireLanguage::Cy => Language::Cy,
    };
    let round = reader.id_or_none("round_id", &wire.round_id);
    let title = reader.said("title", &wire.title);
    let mut keys: Vec<String> = Vec::new();
    for (place, one) in wire.narrative.iter().enumerate() {
        let field = format!("narrative[{place}]");
        reader.said(&format!("{field}.text"), &one.text);
        if one.key.is_empty() || keys.contains(&one.key) {
            reader.add(Violation::new(format!("{field}.key"), "unique", "give each section a key of its own"));
        }
        keys.push(one.key.clone());
    }
    let met = |one: pb::PrincipleMet| Met { principle: one.principle, name: one.name, wording: one.wording };
    let told = |one: pb::Section| Section { key: one.key, heading: one.heading, text: one.text };
    let contact = |one: pb::Contact| Contact { role: one.role, organisation: one.organisation, address: one.address };
    Some(Text {
        title: title?,
        round: round?,
        award_reference: wire.award_reference,
        principles_met: wire.principles_met.into_iter().map(met).collect(),
        narrative: wire.narrative.into_iter().map(told).collect(),
        contact: wire.contact.map(contact),
        language,
    })
}

impl Parse for app::CreateCaseStudy {
    type Wire = pb::CreateCaseStudyRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreateCaseStudy, Vec<Violation>> {
        let mut reader = Reader::new();
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let text = read_text(&mut reader, wire);
        let command = organisation.zip(text);
        reader.finish(command.map(|(organisation, text)| app::CreateCaseStudy {
            id: CaseStudyId::new(),
            organisation,
            text,
        }))
    }
}

impl Parse for app::UpdateCaseStudy {
    type Wire = pb::UpdateCaseStudyRequest;

    fn parse(wire: Self::Wire) -> Result<app::UpdateCaseStudy, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("case_study_id", &wire.case_study_id, &wire.etag);
        let text = pb::CreateCaseStudyRequest {
            title: wire.title,
            round_id: wire.round_id,
            award_reference: wire.award_reference,
            principles_met: wire.principles_met,
            narrative: wire.narrative,
            contact: wire.contact,
            language: wire.language,
            ..Default::default()
        };
        let text = read_text(&mut reader, text);
        reader.finish(target.zip(text).map(|(target, text)| app::UpdateCaseStudy { target, text }))
    }
}

impl Parse for app::ConsentCaseStudy {
    type Wire = pb::ConsentCaseStudyRequest;

    fn parse(wire: Self::Wire) -> Result<app::ConsentCaseStudy, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("case_study_id", &wire.case_study_id, &wire.etag);
        let (consents, document) = (wire.consents, DocumentId::new());
        reader.finish(target.map(|target| app::ConsentCaseStudy { target, consents, document }))
    }
}
