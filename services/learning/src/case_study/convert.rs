//! Case studies as the wire has them.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::{CaseStudy, Contact, Met, Text};

impl From<CaseStudy> for pb::CaseStudy {
    fn from(study: CaseStudy) -> pb::CaseStudy {
        let Text { title, round, award_reference, principles_met, narrative, contact, language } = study.text;
        let met = |Met { principle, name, wording }| pb::PrincipleMet { principle, name, wording };
        let contact =
            contact.map(|Contact { role, organisation, address }| pb::Contact { role, organisation, address });
        pb::CaseStudy {
            id: study.id.to_string(),
            etag: etag(study.version),
            version: study.revision,
            sha256: study.sha256,
            organisation_id: study.organisation.to_string(),
            title,
            round_id: round.map(|round| round.to_string()).unwrap_or_default(),
            award_reference,
            principles_met: principles_met.into_iter().map(met).collect(),
            narrative: narrative.into_iter().map(Into::into).collect(),
            contact,
            language: wire_enum::<types::Language>(language).into(),
            state: wire_enum::<pb::case_study::State>(study.state).into(),
            created_at: wire_time(study.created_at),
            updated_at: wire_time(study.updated_at),
            answered_at: study.answered.as_ref().and_then(|answered| wire_time(answered.at)),
            answered_by: study.answered.map(|answered| answered.by.into()),
        }
    }
}

impl Shown for CaseStudy {
    type Wire = pb::CaseStudy;
}
