//! Domain to wire, and other services' messages to what bids keeps of them.

mod peers;
mod refusal;

use kit::fault::{Shown, Violation};
use kit::language::Language;
use kit::money::Money;
use kit::names::{wire_enum, wire_named};
use kit::paging::Counted;
use kit::wire::{etag, wire_time};
use toadlane_proto::bids::v1 as pb;

use crate::app::reading::{BidsFound, Checked};
use crate::bid::{Bid, BidNow, Extent, SignOff};
use crate::clarification::Clarification;
use crate::conflict::{DeclaredConflict, Whose};
use crate::content::{Answer, Attachment, Change, Content, Participant, Revision};
use crate::duplicates::Pair;
use crate::eligibility::Finding;
use crate::intake::IntakeNow;
use crate::participation::Participation;
use crate::receipt::HandIn;

pub use peers::{call, project, report};

impl From<BidNow> for pb::Bid {
    fn from(BidNow { mut bid, closes_at, as_of, extent }: BidNow) -> pb::Bid {
        let conflicts = std::mem::take(&mut bid.declared_conflicts);
        let bid = match extent {
            Extent::Sealed => sealed(bid.into()),
            Extent::Content => bid.into(),
            Extent::All => {
                let declared_conflicts = conflicts.into_iter().map(pb::DeclaredConflict::from).collect();
                pb::Bid { declared_conflicts, ..bid.into() }
            }
        };
        pb::Bid { closes_at: wire_time(closes_at), as_of: wire_time(as_of), ..bid }
    }
}

/// What may be known of a bid before the close: that it is there, and the digest that holds it to what it says.
fn sealed(bid: pb::Bid) -> pb::Bid {
    pb::Bid {
        id: bid.id,
        round_id: bid.round_id,
        applicant_organisation_id: bid.applicant_organisation_id,
        client_reference: bid.client_reference,
        etag: bid.etag,
        state: bid.state,
        number: bid.number,
        received_at: bid.received_at,
        revision: bid.revision,
        content_sha256: bid.content_sha256,
        created_at: bid.created_at,
        updated_at: bid.updated_at,
        ..Default::default()
    }
}

/// Without close and instant, and without the conflicts that are declared.
impl From<Bid> for pb::Bid {
    fn from(bid: Bid) -> pb::Bid {
        let (receipt, held) = (bid.state.receipt(), bid.state.held());
        let received_at = receipt.map(|receipt| receipt.at).or(held.map(|held| held.at));
        pb::Bid {
            id: bid.id.to_string(),
            round_id: bid.round.to_string(),
            applicant_organisation_id: bid.applicant.to_string(),
            client_reference: bid.client_reference.unwrap_or_default(),
            etag: etag(bid.version),
            state: wire_enum::<pb::bid::State>(bid.state).into(),
            number: receipt.map_or(0, |receipt| receipt.number),
            received_at: received_at.and_then(wire_time),
            revision: bid.revision,
            content_sha256: bid.digest,
            content: Some(bid.paper.content.into()),
            attachments: bid.paper.attachments.into_iter().map(pb::Attachment::from).collect(),
            participants: bid.participants.into_iter().map(pb::Participant::from).collect(),
            participations: bid.participations.into_iter().map(pb::Participation::from).collect(),
            declared_conflicts: Vec::new(),
            sign_off: bid.sign_off.map(pb::SignOff::from),
            eligibility: bid.findings.into_iter().map(pb::EligibilityFinding::from).collect(),
            reason: bid.reason,
            created_at: wire_time(bid.created_at),
            updated_at: wire_time(bid.updated_at),
            closes_at: None,
            as_of: None,
        }
    }
}

impl Shown for Bid {
    type Wire = pb::Bid;
}

/// For events: who was asked and answered, but not in whose name.
pub fn without_persons(bid: pb::Bid) -> pb::Bid {
    let without = |one: pb::Participation| pb::Participation {
        answered_by: None,
        certifier_id: String::new(),
        role: String::new(),
        reason: String::new(),
        ..one
    };
    let participations = bid.participations.into_iter().map(without).collect();
    pb::Bid { sign_off: None, participations, declared_conflicts: Vec::new(), ..bid }
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

impl From<BidsFound> for pb::ListBidsResponse {
    fn from(BidsFound { page, requested }: BidsFound) -> pb::ListBidsResponse {
        let Counted { found, n_all, as_of } = page;
        let (bids, next_page_token) = found.wire(|now| without_answers(now.into()));
        let (total_requested, as_of) = (Some(requested.into()), wire_time(as_of));
        pb::ListBidsResponse { bids, next_page_token, total_size: n_all, total_requested, as_of }
    }
}

impl From<Content> for pb::BidContent {
    fn from(content: Content) -> pb::BidContent {
        pb::BidContent {
            title: content.title,
            summary: content.summary,
            language: Language::to_wire(content.language).into(),
            instrument: content.instrument,
            requested: content.requested.map(Money::into),
            months: content.months,
            lead_organisation_id: content.lead.map(|id| id.to_string()).unwrap_or_default(),
            payee_organisation_id: content.payee.map(|id| id.to_string()).unwrap_or_default(),
            partners: content.partners,
            answers: content.answers.into_iter().map(pb::Answer::from).collect(),
        }
    }
}

impl From<Answer> for pb::Answer {
    fn from(Answer { question, text }: Answer) -> pb::Answer {
        pb::Answer { question_id: question, text }
    }
}

impl From<Attachment> for pb::Attachment {
    fn from(Attachment { id, file_name, media_type, size_bytes, sha256 }: Attachment) -> pb::Attachment {
        pb::Attachment { id: id.to_string(), file_name, media_type, size_bytes, sha256 }
    }
}

impl From<Participant> for pb::Participant {
    fn from(Participant { organisation, may_edit }: Participant) -> pb::Participant {
        pb::Participant { organisation_id: organisation.to_string(), may_edit }
    }
}

impl From<Participation> for pb::Participation {
    fn from(one: Participation) -> pb::Participation {
        use pb::participation::{Part, State};
        let state = wire_named::<State>(one.state.name()).into();
        let asked = pb::Participation {
            organisation_id: one.organisation.to_string(),
            part: wire_enum::<Part>(one.part).into(),
            state,
            ..Default::default()
        };
        let Some(answer) = one.state.answer().cloned() else { return asked };
        let (certifier_id, role) =
            answer.word.map_or_else(Default::default, |word| (word.certifier.to_string(), word.role));
        pb::Participation {
            answered_by: Some(answer.by.into()),
            answered_at: wire_time(answer.at),
            reason: answer.reason,
            certifier_id,
            role,
            content_sha256: answer.digest,
            ..asked
        }
    }
}

impl From<DeclaredConflict> for pb::DeclaredConflict {
    fn from(DeclaredConflict { whose, words }: DeclaredConflict) -> pb::DeclaredConflict {
        use pb::declared_conflict::Whose as Wire;
        let whose = match whose {
            Whose::Person(id) => Wire::PersonId(id.to_string()),
            Whose::Organisation(id) => Wire::OrganisationId(id.to_string()),
            Whose::Name(name) => Wire::Name(name),
        };
        pb::DeclaredConflict { whose: Some(whose), words }
    }
}

impl From<SignOff> for pb::SignOff {
    fn from(sign_off: SignOff) -> pb::SignOff {
        pb::SignOff {
            certifier_id: sign_off.certifier.to_string(),
            role: sign_off.role,
            revision: sign_off.revision,
            content_sha256: sign_off.digest,
            signed_at: wire_time(sign_off.at),
            recorded_by: sign_off.recorded_by,
        }
    }
}

impl From<Finding> for pb::EligibilityFinding {
    fn from(Finding { rule, met, reason }: Finding) -> pb::EligibilityFinding {
        let rule = wire_enum::<pb::eligibility_finding::Rule>(rule).into();
        pb::EligibilityFinding { rule, met, reason }
    }
}

impl From<Revision> for pb::Revision {
    fn from(revision: Revision) -> pb::Revision {
        pb::Revision {
            number: revision.number,
            content: Some(revision.paper.content.into()),
            attachments: revision.paper.attachments.into_iter().map(pb::Attachment::from).collect(),
            canonical_json: revision.canonical_json,
            content_sha256: revision.digest,
            created_at: wire_time(revision.created_at),
            author: Some(revision.author.into()),
            restored_from: revision.restored_from.unwrap_or(0),
        }
    }
}

pub fn changes(changes: Vec<Change>) -> pb::CompareRevisionsResponse {
    let change = |Change { field, before, after }| pb::Change { field, before, after };
    pb::CompareRevisionsResponse { changes: changes.into_iter().map(change).collect() }
}

impl From<Checked> for pb::CheckBidResponse {
    fn from(Checked { missing, intake }: Checked) -> pb::CheckBidResponse {
        let missing = missing.into_iter().map(|Violation { field, rule, says }| pb::Missing { field, rule, says });
        pb::CheckBidResponse { missing: missing.collect(), intake: Some(intake.into()) }
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

impl From<Clarification> for pb::Clarification {
    fn from(clarification: Clarification) -> pb::Clarification {
        let late = clarification.is_late();
        let (answer, answered_at, answered_by) = match clarification.answer {
            None => (String::new(), None, None),
            Some(answer) => (answer.text, wire_time(answer.at), Some(answer.by.into())),
        };
        pb::Clarification {
            id: clarification.id.to_string(),
            bid_id: clarification.bid.to_string(),
            question: clarification.question,
            answer_by: wire_time(clarification.answer_by),
            answer,
            asked_at: wire_time(clarification.asked_at),
            asked_by: Some(clarification.asked_by.into()),
            answered_at,
            answered_by,
            late,
            etag: etag(clarification.version),
        }
    }
}

impl Shown for Clarification {
    type Wire = pb::Clarification;
}

impl From<IntakeNow> for pb::Intake {
    fn from(IntakeNow { intake, as_of }: IntakeNow) -> pb::Intake {
        pb::Intake {
            round_id: intake.call.round.to_string(),
            opens_at: wire_time(intake.call.opens_at),
            closes_at: wire_time(intake.call.closes_at),
            closed_at: intake.closed_at.and_then(wire_time),
            last_number: intake.last_number,
            as_of: wire_time(as_of),
        }
    }
}

impl From<Pair> for pb::Duplicate {
    fn from(Pair { first, second, similarity_permille }: Pair) -> pb::Duplicate {
        pb::Duplicate { first_bid_id: first.to_string(), second_bid_id: second.to_string(), similarity_permille }
    }
}

#[cfg(test)]
mod tests;
