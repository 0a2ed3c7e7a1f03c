//! Codebooks as the wire has them.

use kit::fault::Shown;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use super::{Code, Codebook, Version};

impl From<Codebook> for pb::Codebook {
    fn from(codebook: Codebook) -> pb::Codebook {
        let code = |Code { code, label, description }| pb::Code { code, label, description };
        let version = |Version { number, codes, written_at }| pb::CodebookVersion {
            number,
            codes: codes.into_iter().map(code).collect(),
            written_at: wire_time(written_at),
        };
        pb::Codebook {
            id: codebook.id.to_string(),
            etag: etag(codebook.version),
            name: codebook.name,
            versions: codebook.versions.into_iter().map(version).collect(),
        }
    }
}

impl Shown for Codebook {
    type Wire = pb::Codebook;
}
