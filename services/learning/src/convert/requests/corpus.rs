//! Requests about codebooks and passages.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{CodebookId, PassageId};
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::app;
use crate::codebook::Code;
use crate::passage::ConsentStep;

/// Codes, each once.
fn codes(reader: &mut Reader, wire: Vec<pb::Code>) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::with_capacity(wire.len());
    for (place, one) in wire.into_iter().enumerate() {
        if codes.iter().any(|known| known.code == one.code) {
            reader.add(Violation::new(format!("codes[{place}].code"), "unique", "name each code once"));
        }
        codes.push(Code { code: one.code, label: one.label, description: one.description });
    }
    codes
}

impl Parse for app::CreateCodebook {
    type Wire = pb::CreateCodebookRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreateCodebook, Vec<Violation>> {
        let mut reader = Reader::new();
        let name = reader.said("name", &wire.name);
        let codes = codes(&mut reader, wire.codes);
        reader.finish(name.map(|name| app::CreateCodebook { id: CodebookId::new(), name, codes }))
    }
}

impl Parse for app::AddCodebookVersion {
    type Wire = pb::AddCodebookVersionRequest;

    fn parse(wire: Self::Wire) -> Result<app::AddCodebookVersion, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("codebook_id", &wire.codebook_id, &wire.etag);
        let codes = codes(&mut reader, wire.codes);
        reader.finish(target.map(|target| app::AddCodebookVersion { target, codes }))
    }
}

/// Names of codes, each once, in the order of the alphabet.
fn named(mut codes: Vec<String>) -> Vec<String> {
    codes.sort();
    codes.dedup();
    codes
}

impl Parse for app::MarkPassage {
    type Wire = pb::MarkPassageRequest;

    fn parse(wire: Self::Wire) -> Result<app::MarkPassage, Vec<Violation>> {
        let mut reader = Reader::new();
        let commission = reader.id("commission_id", &wire.commission_id);
        let document = reader.id("document_id", &wire.document_id);
        let codebook = reader.id("codebook_id", &wire.codebook_id);
        let span = reader.needed("span", wire.span).and_then(|span| {
            let bytes = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
            let in_order = if bytes.0 < bytes.1 { Ok(bytes) } else { Err("end it behind its start") };
            reader.take("span", "order", in_order)
        });
        let (section, quote, memo) = (wire.section_key, wire.quote, wire.memo);
        let (codebook_version, codes) = (wire.codebook_version, named(wire.codes));
        let command = (|| {
            let ((start, end), id) = (span?, PassageId::new());
            let (commission, document, codebook) = (commission?, document?, codebook?);
            Some(app::MarkPassage {
                id,
                commission,
                document,
                section,
                start,
                end,
                quote,
                codebook,
                codebook_version,
                codes,
                memo,
            })
        })();
        reader.finish(command)
    }
}

impl Parse for app::RecodePassage {
    type Wire = pb::RecodePassageRequest;

    fn parse(wire: Self::Wire) -> Result<app::RecodePassage, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("passage_id", &wire.passage_id, &wire.etag);
        let (codebook_version, codes, memo) = (wire.codebook_version, named(wire.codes), wire.memo);
        reader.finish(target.map(|target| app::RecodePassage { target, codebook_version, codes, memo }))
    }
}

impl Parse for app::AskConsent {
    type Wire = pb::AskConsentRequest;

    fn parse(wire: Self::Wire) -> Result<app::AskConsent, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("passage_id", &wire.passage_id, &wire.etag);
        reader.finish(target.map(|target| app::AskConsent { target }))
    }
}

impl Parse for app::AnswerConsent {
    type Wire = pb::AnswerConsentRequest;

    fn parse(wire: Self::Wire) -> Result<app::AnswerConsent, Vec<Violation>> {
        use pb::passage::Consent as Wire;
        let mut reader = Reader::new();
        let target = reader.target("passage_id", &wire.passage_id, &wire.etag);
        let step = match wire.consent() {
            Wire::Given => Some(ConsentStep::Give),
            Wire::Refused => Some(ConsentStep::Refuse),
            Wire::Withdrawn => Some(ConsentStep::Withdraw),
            Wire::Unspecified | Wire::NotAsked | Wire::Asked => None,
        };
        let step = reader.known("consent", step);
        reader.finish(target.zip(step).map(|(target, step)| app::AnswerConsent { target, step }))
    }
}
