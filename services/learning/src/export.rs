//! Coded passages as CSV (RFC 4180, UTF-8): one line a passage and code, with citations that are stable for ever.

use crate::error::Error;
use crate::passage::Passage;

const TITLES: [&str; 17] = [
    "citation",
    "code",
    "codebook",
    "codebook_version",
    "quote",
    "document",
    "source",
    "source_revision",
    "source_sha256",
    "section",
    "start_byte",
    "end_byte",
    "council",
    "award",
    "consent",
    "memo",
    "marked_at",
];

/// # Errors
/// Never in memory.
pub fn csv(passages: &[Passage]) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(TITLES)?;
    for passage in passages {
        for code in &passage.codes {
            writer.write_record([
                passage.id.to_string().as_str(),
                code,
                &passage.codebook.to_string(),
                &passage.codebook_version.to_string(),
                &passage.quote,
                &passage.document.to_string(),
                &passage.source,
                &passage.source_revision.to_string(),
                &passage.source_sha256,
                &passage.section,
                &passage.start.to_string(),
                &passage.end.to_string(),
                &passage.organisation.to_string(),
                &passage.award_reference,
                passage.consent.name(),
                &passage.memo,
                &passage.created_at.to_string(),
            ])?;
        }
    }
    let bytes = writer.into_inner().map_err(|cause| Error::Unusable(cause.to_string()))?;
    String::from_utf8(bytes).map_err(|cause| Error::Unusable(cause.to_string()))
}
