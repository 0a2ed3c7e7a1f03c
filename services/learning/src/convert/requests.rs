//! Requests as commands.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{CodebookId, CommissionId, InsightId, PassageId};
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::app;
use crate::codebook::Code;
use crate::passage::ConsentStep;

impl Parse for app::CreateCommission {
    type Wire = pb::CreateCommissionRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreateCommission, Vec<Violation>> {
        let mut reader = Reader::new();
        let title = reader.said("title", &wire.title);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let mut consultants =
            reader.each("consultant_ids", wire.consultant_ids, |reader, field, id| reader.id(field, &id));
        let mut rounds = reader.each("round_ids", wire.round_ids, |reader, field, id| reader.id(field, &id));
        let (from, until) = (reader.time("from", wire.from), reader.time("until", wire.until));
        consultants.sort();
        consultants.dedup();
        rounds.sort();
        rounds.dedup();
        let id = CommissionId::new();
        let command = (|| {
            let (title, organisation) = (title?, organisation?);
            Some(app::CreateCommission { id, title, organisation, consultants, rounds, from: from?, until: until? })
        })();
        reader.finish(command)
    }
}

impl Parse for app::DeclareInterests {
    type Wire = pb::DeclareConsultantInterestsRequest;

    fn parse(wire: Self::Wire) -> Result<app::DeclareInterests, Vec<Violation>> {
        let mut reader = Reader::new();
        let id = reader.id("commission_id", &wire.commission_id);
        let mut organisations =
            reader.each("organisation_ids", wire.organisation_ids, |reader, field, id| reader.id(field, &id));
        organisations.sort();
        organisations.dedup();
        let note = wire.note;
        reader.finish(id.map(|id| app::DeclareInterests { id, organisations, note }))
    }
}

impl Parse for app::EndCommission {
    type Wire = pb::EndCommissionRequest;

    fn parse(wire: Self::Wire) -> Result<app::EndCommission, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("commission_id", &wire.commission_id, &wire.etag);
        let until = reader.time_or_none("until", wire.until);
        let reason = reader.said("reason", &wire.reason);
        let command = (|| Some(app::EndCommission { target: target?, until: until?, reason: reason? }))();
        reader.finish(command)
    }
}

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

impl Parse for app::AddVersion {
    type Wire = pb::AddCodebookVersionRequest;

    fn parse(wire: Self::Wire) -> Result<app::AddVersion, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("codebook_id", &wire.codebook_id, &wire.etag);
        let codes = codes(&mut reader, wire.codes);
        reader.finish(target.map(|target| app::AddVersion { target, codes }))
    }
}

/// Names of codes, each once, in the order of the alphabet.
fn named(mut codes: Vec<String>) -> Vec<String> {
    codes.sort();
    codes.dedup();
    codes
}

impl Parse for app::Mark {
    type Wire = pb::MarkPassageRequest;

    fn parse(wire: Self::Wire) -> Result<app::Mark, Vec<Violation>> {
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
            Some(app::Mark {
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

impl Parse for app::Recode {
    type Wire = pb::RecodePassageRequest;

    fn parse(wire: Self::Wire) -> Result<app::Recode, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("passage_id", &wire.passage_id, &wire.etag);
        let (codebook_version, codes, memo) = (wire.codebook_version, named(wire.codes), wire.memo);
        reader.finish(target.map(|target| app::Recode { target, codebook_version, codes, memo }))
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

fn passages(reader: &mut Reader, ids: Vec<String>) -> Vec<PassageId> {
    let mut passages: Vec<PassageId> = Vec::with_capacity(ids.len());
    for id in reader.each("passage_ids", ids, |reader, field, id| reader.id(field, &id)) {
        if !passages.contains(&id) {
            passages.push(id);
        }
    }
    passages
}

impl Parse for app::CaptureInsight {
    type Wire = pb::CaptureInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::CaptureInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let commission = reader.id("commission_id", &wire.commission_id);
        let text = reader.said("text", &wire.text);
        let passages = passages(&mut reader, wire.passage_ids);
        let (id, conditions) = (InsightId::new(), wire.conditions);
        let command =
            (|| Some(app::CaptureInsight { id, commission: commission?, text: text?, conditions, passages }))();
        reader.finish(command)
    }
}

impl Parse for app::UpdateInsight {
    type Wire = pb::UpdateInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::UpdateInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        let text = reader.said("text", &wire.text);
        let passages = passages(&mut reader, wire.passage_ids);
        let conditions = wire.conditions;
        let command = (|| Some(app::UpdateInsight { target: target?, text: text?, conditions, passages }))();
        reader.finish(command)
    }
}

impl Parse for app::CheckInsight {
    type Wire = pb::CheckInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::CheckInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        reader.finish(target.map(|target| app::CheckInsight { target }))
    }
}

impl Parse for app::AnswerInsight {
    type Wire = pb::AnswerInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::AnswerInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let id = reader.id("insight_id", &wire.insight_id);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let (agrees, comment) = (wire.agrees, wire.comment);
        let command = id.zip(organisation);
        reader.finish(command.map(|(id, organisation)| app::AnswerInsight { id, organisation, agrees, comment }))
    }
}

impl Parse for app::ApproveInsight {
    type Wire = pb::ApproveInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::ApproveInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        let reason = wire.reason;
        reader.finish(target.map(|target| app::ApproveInsight { target, reason }))
    }
}

impl Parse for app::DropInsight {
    type Wire = pb::DropInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::DropInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::DropInsight { target, reason }))
    }
}
