//! Codebooks as the wire has them.

use kit::fault::Newer;
use kit::paging::Found;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::learning::v1 as pb;

use super::{Code, Codebook};

pub const CODEBOOK: &str = "toadlane.learning.v1.Codebook";

impl From<Codebook> for pb::Codebook {
    fn from(codebook: Codebook) -> pb::Codebook {
        let code = |code: Code| pb::Code { code: code.code, label: code.label, description: code.description };
        let versions = codebook.versions.into_iter().map(|version| pb::CodebookVersion {
            number: version.number,
            codes: version.codes.into_iter().map(code).collect(),
            written_at: wire_time(version.written_at),
        });
        pb::Codebook {
            id: codebook.id.to_string(),
            etag: etag(codebook.version),
            name: codebook.name,
            versions: versions.collect(),
        }
    }
}

pub fn codebooks(found: Found<Codebook>) -> pb::ListCodebooksResponse {
    let (codebooks, next_page_token) = found.wire(Into::into);
    pb::ListCodebooksResponse { codebooks, next_page_token }
}

impl Newer for Codebook {
    fn to_any(&self) -> Any {
        any(CODEBOOK, pb::Codebook::from(self.clone()).encode_to_vec())
    }
}
