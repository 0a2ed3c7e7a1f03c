//! Requests as the tests send them.

use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;

use super::harness::{Council, new_id};

pub fn create(council: &Council, round: &rounds::Round, content: pb::BidContent) -> pb::CreateBidRequest {
    pb::CreateBidRequest {
        request_id: new_id(),
        round_id: round.id.clone(),
        applicant_organisation_id: council.id.to_string(),
        client_reference: String::new(),
        content: Some(content),
        validate_only: false,
    }
}

pub fn update(bid: &pb::Bid, content: pb::BidContent) -> pb::UpdateBidRequest {
    pb::UpdateBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        content: Some(content),
        validate_only: false,
    }
}

pub fn sign_off(council: &Council, bid: &pb::Bid) -> pb::SignOffBidRequest {
    pb::SignOffBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        certifier_id: council.certifier.subject.clone(),
        role: "Section 151 officer".to_string(),
        validate_only: false,
    }
}

pub fn submit(bid: &pb::Bid) -> pb::SubmitBidRequest {
    pb::SubmitBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        client_time: None,
        validate_only: false,
    }
}

pub fn reopen(bid: &pb::Bid) -> pb::ReopenBidRequest {
    pb::ReopenBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        reason: "a figure was wrong".to_string(),
        validate_only: false,
    }
}

pub fn screen(bid: &pb::Bid) -> pb::ScreenBidRequest {
    pb::ScreenBidRequest { request_id: new_id(), bid_id: bid.id.clone(), etag: bid.etag.clone(), validate_only: false }
}

pub fn participants(bid: &pb::Bid, all: &[(&Council, bool)]) -> pb::SetParticipantsRequest {
    let all = all
        .iter()
        .map(|(council, may_edit)| pb::Participant { organisation_id: council.id.to_string(), may_edit: *may_edit });
    pb::SetParticipantsRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        participants: all.collect(),
        validate_only: false,
    }
}
