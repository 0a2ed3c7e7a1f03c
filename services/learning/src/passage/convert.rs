//! Passages as the wire has them.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use super::Passage;
use super::reading::Exported;

impl From<Passage> for pb::Passage {
    fn from(passage: Passage) -> pb::Passage {
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
            consent: wire_enum::<pb::passage::Consent>(passage.consent).into(),
            answer_by: passage.consent.answer_by().and_then(wire_time),
            organisation_id: passage.organisation.to_string(),
            award_reference: passage.award_reference,
            created_at: wire_time(passage.created_at),
            answered_at: passage.answered.as_ref().and_then(|answered| wire_time(answered.at)),
            answered_by: passage.answered.map(|answered| answered.by.into()),
        }
    }
}

impl Shown for Passage {
    type Wire = pb::Passage;
}

impl From<Exported> for pb::ExportPassagesResponse {
    fn from(Exported { csv, n_passages, as_of }: Exported) -> pb::ExportPassagesResponse {
        pb::ExportPassagesResponse { csv, n_passages, as_of: wire_time(as_of) }
    }
}
