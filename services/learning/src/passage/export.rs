//! Coded passages as CSV (RFC 4180, UTF-8): one line a passage and code. Everything has its public name, so that a
//! citation means the same in every system and the same passages are the same file.

use super::Passage;
use crate::corpus::document::Document;
use crate::error::Error;

const TITLES: [&str; 15] = [
    "citation",
    "code",
    "codebook",
    "codebook_version",
    "quote",
    "source",
    "source_revision",
    "source_sha256",
    "section",
    "start_byte",
    "end_byte",
    "award",
    "consent",
    "memo",
    "marked_at",
];

/// A passage with what it was marked in and by.
#[derive(Clone, Debug)]
pub struct Marked {
    pub passage: Passage,
    pub document: Document,
    pub codebook: String,
}

/// # Errors
/// [`Error::Csv`] when a line cannot be written, which in memory never happens.
pub fn csv(marked: &[Marked]) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(TITLES)?;
    for Marked { passage, document, codebook } in marked {
        for code in &passage.codes {
            writer.write_record([
                citation(passage, document).as_str(),
                code,
                codebook,
                &passage.codebook_version.to_string(),
                &passage.quote,
                &document.citation(),
                &passage.source_revision.to_string(),
                &passage.source_sha256,
                &passage.section,
                &passage.start.to_string(),
                &passage.end.to_string(),
                &passage.award_reference,
                passage.consent.name(),
                &passage.memo,
                &passage.created_at.to_string(),
            ])?;
        }
    }
    let bytes = writer.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `r3-2020-01/final_report/2/answers[outcomes]/0-112`: an award's report at a revision, a part of it, and its bytes.
/// The references of awards are never used again. A case study of no award goes by the beginning of its digest.
fn citation(passage: &Passage, document: &Document) -> String {
    let Passage { source_revision, section, start, end, .. } = passage;
    let source = match passage.award_reference.as_str() {
        "" => passage.source_sha256.get(..16).unwrap_or(&passage.source_sha256),
        reference => reference,
    };
    format!("{source}/{}/{source_revision}/{section}/{start}-{end}", document.kind.name())
}
