//! Parses requests about documents, codebooks and passages.

use kit::fault::Violation;
use kit::ids::{CodebookId, CommissionId, DocumentId, PassageId};
use kit::names::named;
use kit::paging::{Listed, Page};
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::codebook::{self, Code};
use crate::corpus::document::Filter;
use crate::corpus::search::Search;
use crate::corpus::words::Query;
use crate::passage::{self, ConsentStep};

fn filter(reader: &mut Reader, wire: &pb::ListDocumentsRequest) -> Option<Filter> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    Some(Filter {
        commission: commission?,
        round: round?,
        organisation: organisation?,
        principle: wire.principle.clone(),
        theme: wire.theme.clone(),
        group: wire.group.clone(),
        kind: named(wire.kind()),
    })
}

pub fn list_documents(wire: pb::ListDocumentsRequest, reader: &mut Reader) -> Option<Listed<Filter, DocumentId>> {
    let filter = filter(reader, &wire);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: filter?, page: page? })
}

/// A search filters as a list does.
pub fn search_corpus(wire: pb::SearchCorpusRequest, reader: &mut Reader) -> Option<Listed<Search, (i64, DocumentId)>> {
    let list = pb::ListDocumentsRequest {
        commission_id: wire.commission_id,
        round_id: wire.round_id,
        organisation_id: wire.organisation_id,
        principle: wire.principle,
        theme: wire.theme,
        group: wire.group,
        kind: wire.kind,
        ..Default::default()
    };
    let within = filter(reader, &list);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: Search { within: within?, query: Query::read(&wire.words) }, page: page? })
}

pub fn get_document(wire: pb::GetDocumentRequest, reader: &mut Reader) -> Option<(CommissionId, DocumentId)> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let document = reader.id("document_id", &wire.document_id);
    Some((commission?, document?))
}

/// Codes, each once.
fn codes(reader: &mut Reader, wire: Vec<pb::Code>) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::with_capacity(wire.len());
    for (place, code) in wire.into_iter().enumerate() {
        if codes.iter().any(|known| known.code == code.code) {
            reader.add(Violation::new(format!("codes[{place}].code"), "unique", "name each code once"));
        }
        let pb::Code { code, label, description } = code;
        codes.push(Code { code, label, description });
    }
    codes
}

pub fn create_codebook(wire: pb::CreateCodebookRequest, reader: &mut Reader) -> Option<codebook::app::CreateCodebook> {
    let name = reader.text("name", &wire.name);
    let codes = codes(reader, wire.codes);
    Some(codebook::app::CreateCodebook { id: CodebookId::new(), name: name?, codes })
}

pub fn add_codebook_version(
    wire: pb::AddCodebookVersionRequest,
    reader: &mut Reader,
) -> Option<codebook::app::AddCodebookVersion> {
    let target = reader.target("codebook_id", &wire.codebook_id, &wire.etag);
    let codes = codes(reader, wire.codes);
    Some(codebook::app::AddCodebookVersion { target: target?, codes })
}

pub fn list_codebooks(wire: pb::ListCodebooksRequest, reader: &mut Reader) -> Option<Page<CodebookId>> {
    reader.page(wire.page_size, &wire.page_token)
}

/// Names of codes, each once, in the order of the alphabet.
fn in_order(mut codes: Vec<String>) -> Vec<String> {
    codes.sort();
    codes.dedup();
    codes
}

pub fn mark_passage(wire: pb::MarkPassageRequest, reader: &mut Reader) -> Option<passage::app::MarkPassage> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let document = reader.id("document_id", &wire.document_id);
    let codebook = reader.id("codebook_id", &wire.codebook_id);
    let span = reader.required("span", wire.span).and_then(|span| {
        let bytes = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        let in_order = if bytes.0 < bytes.1 { Ok(bytes) } else { Err("end it behind its start") };
        reader.take("span", "order", in_order)
    });
    let (start, end) = span?;
    Some(passage::app::MarkPassage {
        id: PassageId::new(),
        commission: commission?,
        document: document?,
        section: wire.section_key,
        start,
        end,
        quote: wire.quote,
        codebook: codebook?,
        codebook_version: wire.codebook_version,
        codes: in_order(wire.codes),
        memo: wire.memo,
    })
}

pub fn recode_passage(wire: pb::RecodePassageRequest, reader: &mut Reader) -> Option<passage::app::RecodePassage> {
    let target = reader.target("passage_id", &wire.passage_id, &wire.etag);
    let (codebook_version, codes, memo) = (wire.codebook_version, in_order(wire.codes), wire.memo);
    Some(passage::app::RecodePassage { target: target?, codebook_version, codes, memo })
}

pub fn answer_consent(wire: pb::AnswerConsentRequest, reader: &mut Reader) -> Option<passage::app::AnswerConsent> {
    use pb::passage::Consent as Wire;
    let target = reader.target("passage_id", &wire.passage_id, &wire.etag);
    let step = match wire.consent() {
        Wire::Given => Some(ConsentStep::Give),
        Wire::Refused => Some(ConsentStep::Refuse),
        Wire::Withdrawn => Some(ConsentStep::Withdraw),
        Wire::Unspecified | Wire::NotAsked | Wire::Asked => None,
    };
    let step = reader.known("consent", step);
    Some(passage::app::AnswerConsent { target: target?, step: step? })
}

pub fn list_passages(
    wire: pb::ListPassagesRequest,
    reader: &mut Reader,
) -> Option<Listed<passage::store::Filter, PassageId>> {
    let commission = reader.id_or_none("commission_id", &wire.commission_id);
    let document = reader.id_or_none("document_id", &wire.document_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = passage::store::Filter { commission: commission?, document: document?, code: wire.code };
    Some(Listed { filter, page: page? })
}
