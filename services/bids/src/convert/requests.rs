//! Requests as commands.

use kit::cx::{Cx, Parse, Target};
use kit::fault::Violation;
use kit::files::Declared;
use kit::ids::{BidId, ClarificationId, OrgId};
use kit::language::Language;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::bids::v1 as pb;

use super::state_name;
use crate::app;
use crate::bid::Participant;
use crate::content::{Answer, Content};
use crate::policy;
use crate::store::{Filter, Order};

fn content(reader: &mut Reader, wire: Option<pb::BidContent>) -> Option<Content> {
    let wire = reader.needed("content", wire)?;
    let language = Language::of_wire(wire.language());
    let requested = reader.money_or_none("content.requested", wire.requested);
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
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let content = content(&mut reader, wire.content);
        reader.finish(target.zip(content).map(|(target, content)| app::Update { target, content }))
    }
}

impl Parse for app::Restore {
    type Wire = pb::RestoreRevisionRequest;

    fn parse(wire: Self::Wire) -> Result<app::Restore, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        reader.finish(target.map(|target| app::Restore { target, revision: wire.revision }))
    }
}

/// Each organisation once.
fn participants(reader: &mut Reader, wire: Vec<pb::Participant>) -> Vec<Participant> {
    let mut found: Vec<Participant> = Vec::with_capacity(wire.len());
    for (n, one) in wire.into_iter().enumerate() {
        let field = format!("participants[{n}].organisation_id");
        let Some(organisation) = reader.id::<OrgId>(&field, &one.organisation_id) else {
            continue;
        };
        if found.iter().any(|other| other.organisation == organisation) {
            reader.add(Violation::new(&field, "unique", "name each organisation once"));
        }
        found.push(Participant { organisation, may_edit: one.may_edit });
    }
    found.sort_by_key(|participant| participant.organisation);
    found
}

impl Parse for app::SetParticipants {
    type Wire = pb::SetParticipantsRequest;

    fn parse(wire: Self::Wire) -> Result<app::SetParticipants, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let participants = participants(&mut reader, wire.participants);
        reader.finish(target.map(|target| app::SetParticipants { target, participants }))
    }
}

impl Parse for app::RemoveFile {
    type Wire = pb::RemoveAttachmentRequest;

    fn parse(wire: Self::Wire) -> Result<app::RemoveFile, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let file = reader.id("attachment_id", &wire.attachment_id);
        reader.finish(target.zip(file).map(|(target, file)| app::RemoveFile { target, file }))
    }
}

impl Parse for app::SignOff {
    type Wire = pb::SignOffBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::SignOff, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let certifier = reader.id("certifier_id", &wire.certifier_id);
        let role = reader.said("role", &wire.role);
        let command = || Some(app::SignOff { target: target?, certifier: certifier?, role: role? });
        reader.finish(command())
    }
}

impl Parse for app::Submit {
    type Wire = pb::SubmitBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Submit, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let client_time = reader.time_or_none("client_time", wire.client_time);
        let command = target.zip(client_time);
        reader.finish(command.map(|(target, client_time)| app::Submit { target, client_time }))
    }
}

impl Parse for app::Reopen {
    type Wire = pb::ReopenBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Reopen, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::Reopen { target, reason }))
    }
}

impl Parse for app::Withdraw {
    type Wire = pb::WithdrawBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Withdraw, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::Withdraw { target, reason }))
    }
}

/// Admitting is one of two decisions on a late bid; the RPC says which.
pub struct AdmitLate(pub app::DecideLate);
/// Rejecting is the other.
pub struct RejectLate(pub app::DecideLate);

impl Parse for AdmitLate {
    type Wire = pb::AdmitLateBidRequest;

    fn parse(wire: Self::Wire) -> Result<AdmitLate, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| AdmitLate(app::DecideLate { target, reason })))
    }
}

impl Parse for RejectLate {
    type Wire = pb::RejectLateBidRequest;

    fn parse(wire: Self::Wire) -> Result<RejectLate, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| RejectLate(app::DecideLate { target, reason })))
    }
}

impl Parse for app::Screen {
    type Wire = pb::ScreenBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::Screen, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        reader.finish(target.map(|target| app::Screen { target }))
    }
}

impl Parse for app::Decide {
    type Wire = pb::DecideEligibilityRequest;

    fn parse(wire: Self::Wire) -> Result<app::Decide, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
        let (eligible, reason) = (wire.eligible, wire.reason);
        reader.finish(target.map(|target| app::Decide { target, eligible, reason }))
    }
}

impl Parse for app::Ask {
    type Wire = pb::AskClarificationRequest;

    fn parse(wire: Self::Wire) -> Result<app::Ask, Vec<Violation>> {
        let mut reader = Reader::new();
        let bid = reader.id("bid_id", &wire.bid_id);
        let question = reader.said("question", &wire.question);
        let answer_by = reader.time("answer_by", wire.answer_by);
        let id = ClarificationId::new();
        let command = || Some(app::Ask { id, bid: bid?, question: question?, answer_by: answer_by? });
        reader.finish(command())
    }
}

impl Parse for app::Answer {
    type Wire = pb::AnswerClarificationRequest;

    fn parse(wire: Self::Wire) -> Result<app::Answer, Vec<Violation>> {
        let mut reader = Reader::new();
        let bid = reader.id("bid_id", &wire.bid_id);
        let target = reader.target("clarification_id", &wire.clarification_id, &wire.etag);
        let text = reader.said("answer", &wire.answer);
        let command = || Some(app::Answer { bid: bid?, target: target?, text: text? });
        reader.finish(command())
    }
}

/// Which bids a caller asks for, within what they may see.
pub fn list_bids(cx: &Cx, wire: &pb::ListBidsRequest) -> Result<Listed<Filter, (i64, String)>, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    // All but the page itself, so that a new filter is bound to the token without further ado.
    let bound = pb::ListBidsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = Filter {
        round: round.flatten(),
        involved: organisation.flatten(),
        states: wire.states().filter_map(state_name).collect(),
        client_reference: Some(wire.client_reference.clone()).filter(|reference| !reference.is_empty()),
        order: match wire.order() {
            pb::list_bids_request::Order::Number => Order::Number,
            pb::list_bids_request::Order::Unspecified | pb::list_bids_request::Order::NewestFirst => Order::NewestFirst,
        },
        own: policy::reads_for_all(&cx.caller),
        all_received: policy::oversees(&cx.caller),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

/// What an upload declares, and to which bid it goes.
pub fn header(wire: &pb::AttachmentHeader) -> Result<(Target<BidId>, Declared), Vec<Violation>> {
    let mut reader = Reader::new();
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let (media_type, sha256) = (wire.media_type.clone(), wire.sha256.clone());
    reader.finish(target.map(|target| (target, Declared { media_type, size_bytes: wire.size_bytes, sha256 })))
}
