//! Domain to wire, and other services' messages to what bids keeps of them.

pub mod pages;
mod peers;
mod refusal;

use kit::fault::Violation;
use kit::history::Line;
use kit::language::Language;
use kit::money::{Currency, Money};
use kit::time::Timestamp;
use kit::wire::{etag, wire_name, wire_time};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::bid::{Bid, BidNow, Participant};
use crate::clarification::Clarification;
use crate::content::{Answer, Attachment, Change, Content, Revision};
use crate::duplicates::Pair;
use crate::eligibility::{Finding, Rule};
use crate::intake::Intake;
use crate::receipt::HandIn;
use crate::state::State;

pub use peers::{call, project, report, standing};

pub const BID: &str = "toadlane.bids.v1.Bid";
pub const CLARIFICATION: &str = "toadlane.bids.v1.Clarification";

impl From<BidNow> for pb::Bid {
    fn from(now: BidNow) -> pb::Bid {
        bid(now)
    }
}

impl From<Clarification> for pb::Clarification {
    fn from(one: Clarification) -> pb::Clarification {
        clarification(one)
    }
}

pub fn bid(now: BidNow) -> pb::Bid {
    let BidNow { bid, closes_at, as_of } = now;
    let (receipt, held) = (bid.state.receipt(), bid.state.held());
    let received_at = receipt.map(|receipt| receipt.at).or(held.map(|held| held.at));
    pb::Bid {
        id: bid.id.to_string(),
        round_id: bid.round.to_string(),
        applicant_organisation_id: bid.applicant.to_string(),
        client_reference: bid.client_reference.unwrap_or_default(),
        etag: etag(bid.version),
        state: state(bid.state).into(),
        number: receipt.map_or(0, |receipt| receipt.number),
        received_at: received_at.and_then(wire_time),
        revision: bid.revision,
        content_sha256: bid.digest,
        content: Some(content(bid.paper.content)),
        attachments: bid.paper.attachments.into_iter().map(attachment).collect(),
        participants: bid.participants.into_iter().map(participant).collect(),
        sign_off: bid.sign_off.map(|sign_off| pb::SignOff {
            certifier_id: sign_off.certifier.to_string(),
            role: sign_off.role,
            revision: sign_off.revision,
            content_sha256: sign_off.digest,
            signed_at: wire_time(sign_off.at),
            recorded_by: sign_off.recorded_by,
        }),
        eligibility: bid.findings.into_iter().map(finding).collect(),
        reason: bid.reason,
        created_at: wire_time(bid.created_at),
        updated_at: wire_time(bid.updated_at),
        closes_at: wire_time(closes_at),
        as_of: wire_time(as_of),
    }
}

/// For lists and events: questions answered, but not with what.
pub fn without_answers(mut bid: pb::Bid) -> pb::Bid {
    if let Some(content) = &mut bid.content {
        for answer in &mut content.answers {
            answer.text.clear();
        }
    }
    bid
}

fn state(state: State) -> pb::bid::State {
    match state {
        State::Draft { .. } => pb::bid::State::Draft,
        State::Submitted(_) => pb::bid::State::Submitted,
        State::HeldLate(_) => pb::bid::State::HeldLate,
        State::Eligible(_) => pb::bid::State::Eligible,
        State::Ineligible(_) => pb::bid::State::Ineligible,
        State::Withdrawn(_) => pb::bid::State::Withdrawn,
        State::NotSubmitted { .. } => pb::bid::State::NotSubmitted,
        State::RejectedLate(_) => pb::bid::State::RejectedLate,
    }
}

/// The state of a stored line of history, which keeps the name alone.
fn state_named(name: &str) -> pb::bid::State {
    pb::bid::State::from_str_name(&wire_name(name, "STATE_")).unwrap_or(pb::bid::State::Unspecified)
}

fn content(content: Content) -> pb::BidContent {
    let language = Language::to_wire(content.language);
    pb::BidContent {
        title: content.title,
        summary: content.summary,
        language: language.into(),
        instrument: content.instrument,
        requested: content.requested.map(types::Money::from),
        months: content.months,
        lead_organisation_id: content.lead.map(|id| id.to_string()).unwrap_or_default(),
        payee_organisation_id: content.payee.map(|id| id.to_string()).unwrap_or_default(),
        partners: content.partners,
        answers: content.answers.into_iter().map(answer).collect(),
    }
}

fn answer(answer: Answer) -> pb::Answer {
    pb::Answer { question_id: answer.question, text: answer.text }
}

pub fn attachment(file: Attachment) -> pb::Attachment {
    pb::Attachment {
        id: file.id.to_string(),
        file_name: file.file_name,
        media_type: file.media_type,
        size_bytes: file.size_bytes,
        sha256: file.sha256,
    }
}

fn participant(participant: Participant) -> pb::Participant {
    pb::Participant { organisation_id: participant.organisation.to_string(), may_edit: participant.may_edit }
}

fn finding(finding: Finding) -> pb::EligibilityFinding {
    use pb::eligibility_finding::Rule as Wire;
    let rule = match finding.rule {
        Rule::Member => Wire::Member,
        Rule::AdmittedClass => Wire::AdmittedClass,
        Rule::NotAbolished => Wire::NotAbolished,
        Rule::PayeeIsLegalBody => Wire::PayeeIsLegalBody,
        Rule::Amount => Wire::Amount,
        Rule::Period => Wire::Period,
        Rule::LeadLimit => Wire::LeadLimit,
        Rule::OverdueReports => Wire::OverdueReports,
    };
    pb::EligibilityFinding { rule: rule.into(), met: finding.met, reason: finding.reason }
}

fn revision(revision: Revision) -> pb::Revision {
    pb::Revision {
        number: revision.number,
        content: Some(content(revision.paper.content)),
        attachments: revision.paper.attachments.into_iter().map(attachment).collect(),
        canonical_json: revision.canonical_json,
        content_sha256: revision.digest,
        created_at: wire_time(revision.created_at),
        author: Some(revision.author.into()),
        restored_from: revision.restored_from.unwrap_or(0),
    }
}

pub fn changes(changes: Vec<Change>) -> pb::CompareRevisionsResponse {
    let change = |change: Change| pb::Change { field: change.field, before: change.before, after: change.after };
    pb::CompareRevisionsResponse { changes: changes.into_iter().map(change).collect() }
}

pub fn checked((found, intake, as_of): (Vec<Violation>, Intake, Timestamp)) -> pb::CheckBidResponse {
    let missing = found.into_iter().map(missing).collect();
    pb::CheckBidResponse { missing, intake: Some(self::intake(intake, as_of)) }
}

fn missing(violation: Violation) -> pb::Missing {
    pb::Missing { field: violation.field, rule: violation.rule, says: violation.says }
}

fn history_entry(line: Line) -> pb::HistoryEntry {
    let from = line.from.map_or(pb::bid::State::Unspecified, |name| state_named(&name));
    pb::HistoryEntry {
        sequence: line.sequence,
        at: wire_time(line.at),
        actor: Some(line.by.into()),
        step: line.step,
        from_state: from.into(),
        to_state: state_named(&line.to).into(),
        reason: line.reason,
    }
}

pub fn receipt((bid, hand_in): (Bid, HandIn)) -> pb::Receipt {
    pb::Receipt {
        jws: hand_in.jws,
        bid_id: bid.id.to_string(),
        number: hand_in.number.unwrap_or(0),
        received_at: wire_time(hand_in.received_at),
        revision: hand_in.revision,
        content_sha256: hand_in.digest,
        client_reference: bid.client_reference.unwrap_or_default(),
        acknowledgement: hand_in.acknowledgement,
    }
}

pub fn clarification(one: Clarification) -> pb::Clarification {
    let late = one.is_late();
    let (answer, answered_at, answered_by) = match one.answer {
        None => (String::new(), None, None),
        Some(answer) => (answer.text, wire_time(answer.at), Some(answer.by.into())),
    };
    pb::Clarification {
        id: one.id.to_string(),
        bid_id: one.bid.to_string(),
        question: one.question,
        answer_by: wire_time(one.answer_by),
        answer,
        asked_at: wire_time(one.asked_at),
        asked_by: Some(one.asked_by.into()),
        answered_at,
        answered_by,
        late,
        etag: etag(one.version),
    }
}

pub fn intake(intake: Intake, as_of: Timestamp) -> pb::Intake {
    pb::Intake {
        round_id: intake.call.round.to_string(),
        opens_at: wire_time(intake.call.opens_at),
        closes_at: wire_time(intake.call.closes_at),
        closed_at: intake.closed_at.and_then(wire_time),
        last_number: intake.last_number,
        as_of: wire_time(as_of),
    }
}

fn total_requested(minor_units: i64) -> types::Money {
    Money { minor_units, currency: Currency::GBP }.into()
}

fn duplicate(pair: Pair) -> pb::Duplicate {
    pb::Duplicate {
        first_bid_id: pair.first.to_string(),
        second_bid_id: pair.second.to_string(),
        similarity_permille: pair.similarity_permille,
    }
}
