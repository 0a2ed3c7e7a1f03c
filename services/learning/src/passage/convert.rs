//! Passages as the wire has them.

use kit::fault::Newer;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::learning::v1 as pb;

use super::reading::Exported;
use super::{Consent, Passage};
use crate::counted::Counted;

pub const PASSAGE: &str = "toadlane.learning.v1.Passage";

impl From<Passage> for pb::Passage {
    fn from(passage: Passage) -> pb::Passage {
        let consent = match passage.consent {
            Consent::NotAsked => pb::passage::Consent::NotAsked,
            Consent::Asked { .. } => pb::passage::Consent::Asked,
            Consent::Given { .. } => pb::passage::Consent::Given,
            Consent::Refused { .. } => pb::passage::Consent::Refused,
            Consent::Withdrawn { .. } => pb::passage::Consent::Withdrawn,
        };
        pb::Passage {
            id: passage.id.to_string(),
            etag: etag(passage.version),
            document_id: passage.document.to_string(),
            source_id: passage.source,
            source_revision: passage.source_revision,
            source_sha256: passage.source_sha256,
            section_key: passage.section,
            span: Some(pb::Span { start: passage.start as i32, end: passage.end as i32 }),
            quote: passage.quote,
            codes: passage.codes,
            codebook_id: passage.codebook.to_string(),
            codebook_version: passage.codebook_version,
            memo: passage.memo,
            consent: consent.into(),
            answer_by: passage.consent.answer_by().and_then(wire_time),
            organisation_id: passage.organisation.to_string(),
            award_reference: passage.award_reference,
            created_at: wire_time(passage.created_at),
        }
    }
}

pub fn passages(found: Counted<Passage>) -> pb::ListPassagesResponse {
    let (passages, next_page_token) = found.page.wire(Into::into);
    pb::ListPassagesResponse { passages, next_page_token, total_size: found.n_rows, as_of: wire_time(found.as_of) }
}

impl From<Exported> for pb::ExportPassagesResponse {
    fn from(found: Exported) -> pb::ExportPassagesResponse {
        pb::ExportPassagesResponse { csv: found.csv, n_passages: found.n_passages, as_of: wire_time(found.as_of) }
    }
}

impl Newer for Passage {
    fn to_any(&self) -> Any {
        any(PASSAGE, pb::Passage::from(self.clone()).encode_to_vec())
    }
}
