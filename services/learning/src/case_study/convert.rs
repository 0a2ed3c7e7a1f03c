//! Case studies as the wire has them.

use kit::fault::Newer;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::types::v1::Language as WireLanguage;

use super::{CaseStudy, Contact, Language, Met, State};
use crate::corpus::convert::section;
use crate::counted::Counted;

pub const CASE_STUDY: &str = "toadlane.learning.v1.CaseStudy";

impl From<CaseStudy> for pb::CaseStudy {
    fn from(study: CaseStudy) -> pb::CaseStudy {
        let state = match study.state {
            State::Draft => pb::case_study::State::Draft,
            State::Consented => pb::case_study::State::Consented,
            State::Withdrawn => pb::case_study::State::Withdrawn,
        };
        let language = match study.text.language {
            Language::Unsaid => WireLanguage::Unspecified,
            Language::En => WireLanguage::En,
            Language::Cy => WireLanguage::Cy,
        };
        let text = study.text;
        let met = |met: Met| pb::PrincipleMet { principle: met.principle, name: met.name, wording: met.wording };
        let contact =
            |one: Contact| pb::Contact { role: one.role, organisation: one.organisation, address: one.address };
        pb::CaseStudy {
            id: study.id.to_string(),
            etag: etag(study.version),
            version: study.revision,
            sha256: study.sha256,
            organisation_id: study.organisation.to_string(),
            title: text.title,
            round_id: text.round.map(|round| round.to_string()).unwrap_or_default(),
            award_reference: text.award_reference,
            principles_met: text.principles_met.into_iter().map(met).collect(),
            narrative: text.narrative.into_iter().map(section).collect(),
            contact: text.contact.map(contact),
            language: language.into(),
            state: state.into(),
            created_at: wire_time(study.created_at),
            updated_at: wire_time(study.updated_at),
        }
    }
}

pub fn case_studies(found: Counted<CaseStudy>) -> pb::ListCaseStudiesResponse {
    let (case_studies, next_page_token) = found.page.wire(Into::into);
    let (total_size, as_of) = (found.n_rows, wire_time(found.as_of));
    pb::ListCaseStudiesResponse { case_studies, next_page_token, total_size, as_of }
}

impl Newer for CaseStudy {
    fn to_any(&self) -> Any {
        any(CASE_STUDY, pb::CaseStudy::from(self.clone()).encode_to_vec())
    }
}
