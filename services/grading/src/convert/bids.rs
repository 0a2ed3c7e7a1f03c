//! Assessed bids, to the wire: in a list without their text, and with it and the questions that it answers.

use kit::language::Language;
use kit::paging::Counted;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;

use crate::app::reading::BidText;
use crate::bid::{Answer, AssessedBid, Attachment, Party};

/// This list does not say as of when, so it has the shape of no other.
pub fn page_of_bids(counted: Counted<AssessedBid>) -> pb::ListAssessedBidsResponse {
    let (bids, next_page_token) = counted.found.wire(pb::AssessedBid::from);
    pb::ListAssessedBidsResponse { bids, next_page_token, total_size: counted.n_all }
}

impl From<AssessedBid> for pb::AssessedBid {
    fn from(bid: AssessedBid) -> pb::AssessedBid {
        pb::AssessedBid {
            bid_id: bid.id.to_string(),
            number: bid.number,
            title: bid.title,
            instrument: bid.instrument,
            requested: Some(bid.requested.into()),
            applicant: Some(bid.applicant.into()),
            participants: bid.participants.into_iter().map(pb::BidParty::from).collect(),
            partners: bid.partners,
            revision: bid.revision,
            content_sha256: bid.digest,
            content: None,
            questions: Vec::new(),
            attachments: bid.attachments.into_iter().map(attachment).collect(),
        }
    }
}

impl From<BidText> for pb::AssessedBid {
    fn from(BidText { bid, answers, call }: BidText) -> pb::AssessedBid {
        let content = content(bid.clone(), answers);
        let questions = call.questions.into_iter().map(Into::into).collect();
        pb::AssessedBid { content: Some(content), questions, ..bid.into() }
    }
}

impl From<Party> for pb::BidParty {
    fn from(Party { organisation, name }: Party) -> pb::BidParty {
        pb::BidParty { organisation_id: organisation.to_string(), name }
    }
}

fn content(bid: AssessedBid, answers: Vec<Answer>) -> bids::BidContent {
    let language = Language::to_wire(Some(bid.language));
    let answer = |Answer { question, text }| bids::Answer { question_id: question, text };
    bids::BidContent {
        title: bid.title,
        summary: bid.summary,
        language: language.into(),
        instrument: bid.instrument,
        requested: Some(bid.requested.into()),
        months: bid.months,
        lead_organisation_id: bid.lead.to_string(),
        payee_organisation_id: bid.payee.to_string(),
        partners: bid.partners,
        answers: answers.into_iter().map(answer).collect(),
    }
}

fn attachment(file: Attachment) -> bids::Attachment {
    let Attachment { id, file_name, media_type, size_bytes, sha256 } = file;
    bids::Attachment { id: id.to_string(), file_name, media_type, size_bytes, sha256 }
}
