//! Requests as commands.

use kit::cx::{Cx, Parse};
use kit::fault::Violation;
use kit::files::Declared;
use kit::ids::{BidId, ClarificationId, OrgId};
use kit::language::Language;
use kit::money::Money;
use kit::paging::Page;
use kit::time::Timestamp;
use kit::wire::Reader;
use toadlane_proto::bids::v1 as pb;

use super::state_name;
use crate::app::{self, Target};
use crate::bid::Participant;
use crate::content::{Answer, Content};
use crate::policy;
use crate::store::Filter;

fn read_target(reader: &mut Reader, id: &str, etag: &str) -> Option<Target> {
    let id = reader.id("bid_id", id);
    let version = reader.version(etag);
    Some(Target { id: id?, version: version? })
}

/// The bid and version that a streaming request names.
pub fn target(id: &str, etag: &str) -> Result<Target, Vec<Violation>> {
    let mut reader = Reader::new();
    let target = read_target(&mut reader, id, etag);
    reader.finish(target)
}

fn content(reader: &mut Reader, wire: Option<pb::BidContent>) -> Option<Content> {
    let Some(wire) = wire else {
        return reader.take("content", "required", Err("say what the bid contains"));
    };
    let language = Language::of_wire(wire.language());
    let requested = match wire.requested {
        None => Some(None),
        Some(sum) => reader.take("content.requested.currency", "currency", Money::try_from(sum)).map(Some),
    };
    let lead = reader.id_or_none("content.lead_organisation_id", &wire.lead_organisation_id);
    let payee = reader.id_or_none("content.payee_organisation_id", &wire.payee_organisation_id);
    let answers = wire.answers.into_iter().map(|answer| Answer { question: answer.question_id, text: answer.text });
    Some(Content {
        title: wire.title,
        summary: wire.summary,
        language,
        instrument: wire.instrument,
        requested: requested?,
        months: wire.months,
        lead: lead?,
        payee: payee?,
        partners: wire.partners,
        answers: answers.collect(),
    })
}

impl Parse for app::Create {
    type Wire = pb::CreateBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Create, Vec<Violation>> {
        let mut reader = Reader::new();
        let round = reader.id("round_id", &wire.round_id);
        let applicant = reader.id("applicant_organisation_id", &wire.applicant_organisation_id);
        let content = content(&mut reader, wire.content);
        let client_reference = Some(wire.client_reference).filter(|reference| !reference.is_empty());
        let id = BidId::new();
        let command =
            (|| Some(app::Create { id, round: round?, applicant: applicant?, client_reference, content: content? }))();
        reader.finish(command)
    }
}

impl Parse for app::Update {
    type Wire = pb::UpdateBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Update, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = read_target(&mut reader, &wire.bid_id, &wire.etag);
        let content = content(&mut reader, wire.content);
        reader.finish(target.zip(content).map(|(target, content)| app::Update { target, content }))
    }
}

impl Parse for app::Restore {
    type Wire = pb::RestoreRevisionRequest;

    fn parse(wire: Self::Wire) -> Result<app::Restore, Vec<Violation>> {
        Ok(app::Restore { target: target(&wire.bid_id, &wire.etag)?, revision: wire.revision })
    }
}

/// Each organisation once.
pub fn participants(wire: Vec<pb::Participant>) -> Result<Vec<Participant>, Vec<Violation>> {
    let mut reader = Reader::new();
    let mut found: Vec<Participant> = Vec::with_capacity(wire.len());
    for (n, one) in wire.into_iter().enumerate() {
        let field = format!("participants[{n}].organisation_id");
        let Some(organisation) = reader.take::<OrgId, _>(&field, "id", one.organisation_id.parse()) else {
            continue;
        };
        if found.iter().any(|other| other.organisation == organisation) {
            reader.take::<(), _>(&field, "unique", Err("name each organisation once"));
        }
        found.push(Participant { organisation, may_edit: one.may_edit });
    }
    found.sort_by_key(|participant| participant.organisation);
    reader.finish(Some(found))
}

impl Parse for app::SetParticipants {
    type Wire = pb::SetParticipantsRequest;

    fn parse(wire: Self::Wire) -> Result<app::SetParticipants, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = read_target(&mut reader, &wire.bid_id, &wire.etag);
        match participants(wire.participants) {
            Ok(participants) => reader.finish(target.map(|target| app::SetParticipants { target, participants })),
            Err(violations) => {
                violations.into_iter().for_each(|violation| reader.add(violation));
                reader.finish(None)
            }
        }
    }
}

impl Parse for app::RemoveFile {
    type Wire = pb::RemoveAttachmentRequest;

    fn parse(wire: Self::Wire) -> Result<app::RemoveFile, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = read_target(&mut reader, &wire.bid_id, &wire.etag);
        let file = reader.id("attachment_id", &wire.attachment_id);
        reader.finish(target.zip(file).map(|(target, file)| app::RemoveFile { target, file }))
    }
}

impl Parse for app::SignOff {
    type Wire = pb::SignOffBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::SignOff, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = read_target(&mut reader, &wire.bid_id, &wire.etag);
        let certifier = reader.id("certifier_id", &wire.certifier_id);
        let role = wire.role;
        reader.finish(target.zip(certifier).map(|(target, certifier)| app::SignOff { target, certifier, role }))
    }
}

impl Parse for app::Submit {
    type Wire = pb::SubmitBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Submit, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = read_target(&mut reader, &wire.bid_id, &wire.etag);
        let client_time = match wire.client_time {
            None => Some(None),
            Some(time) => reader.take("client_time", "timestamp", Timestamp::try_from(time)).map(Some),
        };
        let command = target.zip(client_time);
        reader.finish(command.map(|(target, client_time)| app::Submit { target, client_time }))
    }
}

impl Parse for app::Reopen {
    type Wire = pb::ReopenBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Reopen, Vec<Violation>> {
        Ok(app::Reopen { target: target(&wire.bid_id, &wire.etag)?, reason: wire.reason })
    }
}

impl Parse for app::Withdraw {
    type Wire = pb::WithdrawBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Withdraw, Vec<Violation>> {
        Ok(app::Withdraw { target: target(&wire.bid_id, &wire.etag)?, reason: wire.reason })
    }
}

/// Admitting is one of two decisions on a late bid; the RPC says which.
pub struct AdmitLate(pub app::DecideLate);
/// Rejecting is the other.
pub struct RejectLate(pub app::DecideLate);

impl Parse for AdmitLate {
    type Wire = pb::AdmitLateBidRequest;

    fn parse(wire: Self::Wire) -> Result<AdmitLate, Vec<Violation>> {
        Ok(AdmitLate(app::DecideLate { target: target(&wire.bid_id, &wire.etag)?, reason: wire.reason }))
    }
}

impl Parse for RejectLate {
    type Wire = pb::RejectLateBidRequest;

    fn parse(wire: Self::Wire) -> Result<RejectLate, Vec<Violation>> {
        Ok(RejectLate(app::DecideLate { target: target(&wire.bid_id, &wire.etag)?, reason: wire.reason }))
    }
}

impl Parse for app::Screen {
    type Wire = pb::ScreenBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Screen, Vec<Violation>> {
        Ok(app::Screen { target: target(&wire.bid_id, &wire.etag)? })
    }
}

impl Parse for app::Decide {
    type Wire = pb::DecideEligibilityRequest;

    fn parse(wire: Self::Wire) -> Result<app::Decide, Vec<Violation>> {
        let target = target(&wire.bid_id, &wire.etag)?;
        Ok(app::Decide { target, eligible: wire.eligible, reason: wire.reason })
    }
}

impl Parse for app::Ask {
    type Wire = pb::AskClarificationRequest;

    fn parse(wire: Self::Wire) -> Result<app::Ask, Vec<Violation>> {
        let mut reader = Reader::new();
        let bid = reader.id("bid_id", &wire.bid_id);
        let answer_by = reader.take("answer_by", "timestamp", wire.answer_by.unwrap_or_default().try_into());
        let (id, question) = (ClarificationId::new(), wire.question);
        reader.finish(bid.zip(answer_by).map(|(bid, answer_by)| app::Ask { id, bid, question, answer_by }))
    }
}

impl Parse for app::Answer {
    type Wire = pb::AnswerClarificationRequest;

    fn parse(wire: Self::Wire) -> Result<app::Answer, Vec<Violation>> {
        let mut reader = Reader::new();
        let bid = reader.id("bid_id", &wire.bid_id);
        let id = reader.id("clarification_id", &wire.clarification_id);
        let version = reader.version(&wire.etag);
        let command = (|| Some(app::Answer { bid: bid?, id: id?, version: version?, text: wire.answer }))();
        reader.finish(command)
    }
}

/// A list asked for: its filter within what the caller may see, and the page.
pub struct Filtered {
    pub filter: Filter,
    pub page: Page<(i64, String)>,
}

pub fn list_filter(cx: &Cx, wire: &pb::ListBidsRequest) -> Result<Filtered, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    // All but the page itself, so that a new filter is bound to the token without further ado.
    let bound = pb::ListBidsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = match Page::parse(cx, wire.page_size, &wire.page_token, &bound) {
        Ok(page) => Some(page),
        Err(violation) => {
            reader.add(violation);
            None
        }
    };
    let filter = Filter {
        round: round.flatten(),
        involved: organisation.flatten(),
        states: wire.states().filter_map(state_name).collect(),
        client_reference: Some(wire.client_reference.clone()).filter(|reference| !reference.is_empty()),
        by_number: match wire.order() {
            pb::list_bids_request::Order::Number => true,
            pb::list_bids_request::Order::Unspecified | pb::list_bids_request::Order::NewestFirst => false,
        },
        own: policy::reads_for_all(&cx.caller),
        all_received: policy::oversees(&cx.caller),
    };
    reader.finish(page.map(|page| Filtered { filter, page }))
}

/// What an upload declares, and to which bid it goes.
pub fn header(wire: &pb::AttachmentHeader) -> Result<(Target, Declared), Vec<Violation>> {
    let target = target(&wire.bid_id, &wire.etag)?;
    let (media_type, sha256) = (wire.media_type.clone(), wire.sha256.clone());
    Ok((target, Declared { media_type, size_bytes: wire.size_bytes, sha256 }))
}
