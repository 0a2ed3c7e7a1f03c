//! Parses requests into commands and list filters. Every bad field is reported at once; what the field rules of the
//! contract already check is not repeated here.

use kit::cx::Target;
use kit::fault::Violation;
use kit::files::Declared;
use kit::ids::{AttachmentId, BidId, ClarificationId, OrgId};
use kit::language::Language;
use kit::names::{named, row_names};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::participation::Part;

use crate::app;
use crate::app::reading::{Compared, Watched};
use crate::conflict::{DeclaredConflict, Whose};
use crate::content::{Answer, Content, Participant};
use crate::participation::Word;
use crate::store::Filter;

fn content(reader: &mut Reader, wire: Option<pb::BidContent>) -> Option<Content> {
    let wire = reader.required("content", wire)?;
    let language = Language::of_wire(wire.language());
    let requested = reader.money_or_none("content.requested", wire.requested);
    let lead = reader.id_or_none("content.lead_organisation_id", &wire.lead_organisation_id);
    let payee = reader.id_or_none("content.payee_organisation_id", &wire.payee_organisation_id);
    let answer = |pb::Answer { question_id, text }| Answer { question: question_id, text };
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
        answers: wire.answers.into_iter().map(answer).collect(),
    })
}

/// A reference that a council gave.
fn reference(text: String) -> Option<String> {
    Some(text).filter(|reference| !reference.is_empty())
}

pub fn create_bid(wire: pb::CreateBidRequest, reader: &mut Reader) -> Option<app::CreateBid> {
    let round = reader.id("round_id", &wire.round_id);
    let applicant = reader.id("applicant_organisation_id", &wire.applicant_organisation_id);
    let content = content(reader, wire.content);
    let (id, client_reference) = (BidId::new(), reference(wire.client_reference));
    Some(app::CreateBid { id, round: round?, applicant: applicant?, client_reference, content: content? })
}

pub fn update_bid(wire: pb::UpdateBidRequest, reader: &mut Reader) -> Option<app::UpdateBid> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let content = content(reader, wire.content);
    Some(app::UpdateBid { target: target?, content: content? })
}

pub fn restore_revision(wire: pb::RestoreRevisionRequest, reader: &mut Reader) -> Option<app::RestoreRevision> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    Some(app::RestoreRevision { target: target?, revision: wire.revision })
}

/// Each organisation once.
fn participants(reader: &mut Reader, wires: Vec<pb::Participant>) -> Vec<Participant> {
    let mut found: Vec<Participant> = Vec::with_capacity(wires.len());
    for (place, wire) in wires.into_iter().enumerate() {
        let field = format!("participants[{place}].organisation_id");
        let Some(organisation) = reader.id::<OrgId>(&field, &wire.organisation_id) else {
            continue;
        };
        if found.iter().any(|other| other.organisation == organisation) {
            reader.add(Violation::new(&field, "unique", "name each organisation once"));
        }
        found.push(Participant { organisation, may_edit: wire.may_edit });
    }
    found.sort_by_key(|participant| participant.organisation);
    found
}

pub fn set_participants(wire: pb::SetParticipantsRequest, reader: &mut Reader) -> Option<app::SetParticipants> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let participants = participants(reader, wire.participants);
    Some(app::SetParticipants { target: target?, participants })
}

fn part_of(reader: &mut Reader, target: Option<Target<BidId>>, id: &str, part: Part) -> Option<app::PartOf> {
    let organisation = reader.id("organisation_id", id);
    Some(app::PartOf { target: target?, organisation: organisation?, part: named(part) })
}

pub fn confirm_participation(
    wire: pb::ConfirmParticipationRequest,
    reader: &mut Reader,
) -> Option<app::ConfirmParticipation> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let of = part_of(reader, target, &wire.organisation_id, wire.part());
    let word = match reader.id_or_none("certifier_id", &wire.certifier_id) {
        Some(Some(certifier)) => reader.text("role", &wire.role).map(|role| Some(Word { certifier, role })),
        Some(None) => Some(None),
        None => None,
    };
    Some(app::ConfirmParticipation { of: of?, word: word? })
}

pub fn decline_participation(
    wire: pb::DeclineParticipationRequest,
    reader: &mut Reader,
) -> Option<app::ReplyParticipation> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let of = part_of(reader, target, &wire.organisation_id, wire.part());
    let reason = reader.text("reason", &wire.reason);
    Some(app::ReplyParticipation { of: of?, reason: reason? })
}

pub fn leave_bid(wire: pb::LeaveBidRequest, reader: &mut Reader) -> Option<app::ReplyParticipation> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let of = part_of(reader, target, &wire.organisation_id, wire.part());
    let reason = reader.text("reason", &wire.reason);
    Some(app::ReplyParticipation { of: of?, reason: reason? })
}

fn conflict(reader: &mut Reader, field: &str, wire: pb::DeclaredConflict) -> Option<DeclaredConflict> {
    use pb::declared_conflict::Whose as Wire;
    let words = reader.text(&format!("{field}.words"), &wire.words);
    let whose = match reader.required(&format!("{field}.whose"), wire.whose)? {
        Wire::PersonId(id) => reader.id(&format!("{field}.person_id"), &id).map(Whose::Person),
        Wire::OrganisationId(id) => reader.id(&format!("{field}.organisation_id"), &id).map(Whose::Organisation),
        Wire::Name(name) => reader.text(&format!("{field}.name"), &name).map(Whose::Name),
    };
    Some(DeclaredConflict { whose: whose?, words: words? })
}

pub fn declare_conflicts(wire: pb::DeclareConflictsRequest, reader: &mut Reader) -> Option<app::DeclareConflicts> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let conflicts = reader.each("declared_conflicts", wire.declared_conflicts, conflict);
    Some(app::DeclareConflicts { target: target?, conflicts })
}

pub fn remove_attachment(wire: pb::RemoveAttachmentRequest, reader: &mut Reader) -> Option<app::RemoveAttachment> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let file = reader.id("attachment_id", &wire.attachment_id);
    Some(app::RemoveAttachment { target: target?, file: file? })
}

pub fn sign_off_bid(wire: pb::SignOffBidRequest, reader: &mut Reader) -> Option<app::SignOffBid> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let certifier = reader.id("certifier_id", &wire.certifier_id);
    let role = reader.text("role", &wire.role);
    Some(app::SignOffBid { target: target?, certifier: certifier?, role: role? })
}

pub fn submit_bid(wire: pb::SubmitBidRequest, reader: &mut Reader) -> Option<app::SubmitBid> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let client_time = reader.time_or_none("client_time", wire.client_time);
    Some(app::SubmitBid { target: target?, client_time: client_time? })
}

pub fn decide_eligibility(wire: pb::DecideEligibilityRequest, reader: &mut Reader) -> Option<app::DecideEligibility> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    Some(app::DecideEligibility { target: target?, eligible: wire.eligible, reason: wire.reason })
}

pub fn ask_clarification(wire: pb::AskClarificationRequest, reader: &mut Reader) -> Option<app::AskClarification> {
    let bid = reader.id("bid_id", &wire.bid_id);
    let question = reader.text("question", &wire.question);
    let answer_by = reader.time("answer_by", wire.answer_by);
    let id = ClarificationId::new();
    Some(app::AskClarification { id, bid: bid?, question: question?, answer_by: answer_by? })
}

pub fn answer_clarification(
    wire: pb::AnswerClarificationRequest,
    reader: &mut Reader,
) -> Option<app::AnswerClarification> {
    let bid = reader.id("bid_id", &wire.bid_id);
    let target = reader.target("clarification_id", &wire.clarification_id, &wire.etag);
    let text = reader.text("answer", &wire.answer);
    Some(app::AnswerClarification { bid: bid?, target: target?, text: text? })
}

pub fn list_bids(wire: pb::ListBidsRequest, reader: &mut Reader) -> Option<Listed<Filter, (i64, BidId)>> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let (states, order) = (row_names(wire.states()), named(wire.order()).unwrap_or_default());
    let client_reference = reference(wire.client_reference);
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = Filter { round: round?, organisation: organisation?, states, client_reference, order };
    Some(Listed { filter, page: page? })
}

pub fn watch_bids(wire: pb::WatchBidsRequest, reader: &mut Reader) -> Option<Watched> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    Some(Watched { round: round?, organisation: organisation? })
}

pub fn compare_revisions(wire: pb::CompareRevisionsRequest, reader: &mut Reader) -> Option<Compared> {
    let bid = reader.id("bid_id", &wire.bid_id);
    Some(Compared { bid: bid?, numbers: [wire.first, wire.second] })
}

pub fn download_attachment(wire: pb::DownloadAttachmentRequest, reader: &mut Reader) -> Option<(BidId, AttachmentId)> {
    let bid = reader.id("bid_id", &wire.bid_id);
    let file = reader.id("attachment_id", &wire.attachment_id);
    Some((bid?, file?))
}

/// What an upload declares, and to which bid it goes.
pub fn header(wire: &pb::AttachmentHeader, reader: &mut Reader) -> Option<(Target<BidId>, Declared)> {
    let target = reader.target("bid_id", &wire.bid_id, &wire.etag);
    let (media_type, sha256) = (wire.media_type.clone(), wire.sha256.clone());
    Some((target?, Declared { media_type, size_bytes: wire.size_bytes, sha256 }))
}
