//! Requests as tests send them, each with an identity of its own.

use toadlane_proto::awards::v1 as pb;

use super::harness::{Council, Round, new_id};

pub fn prepare(round: &Round) -> pb::PrepareAwardsRequest {
    let settings = pb::AwardSettings {
        starts_on: "2020-03-01".to_string(),
        ends_on: "2020-11-30".to_string(),
        offer_days: 28,
        ..Default::default()
    };
    pb::PrepareAwardsRequest {
        request_id: new_id(),
        round_id: round.id.to_string(),
        settings: Some(settings),
        over_commitment_reason: String::new(),
        validate_only: false,
    }
}

pub fn offer(award: &pb::Award) -> pb::OfferAwardRequest {
    pb::OfferAwardRequest {
        request_id: new_id(),
        award_id: award.id.clone(),
        etag: award.etag.clone(),
        validate_only: false,
    }
}

pub fn accept(council: &Council, award: &pb::Award) -> pb::AcceptAwardRequest {
    let agreement = award.agreement.clone().unwrap();
    pb::AcceptAwardRequest {
        request_id: new_id(),
        award_id: award.id.clone(),
        etag: award.etag.clone(),
        version: agreement.version,
        sha256: agreement.sha256,
        certifier_id: council.certifier.subject.clone(),
        role: "Section 151 officer".to_string(),
        scope: String::new(),
        validate_only: false,
    }
}

pub fn withdraw(award: &pb::Award) -> pb::WithdrawAwardRequest {
    pb::WithdrawAwardRequest {
        request_id: new_id(),
        award_id: award.id.clone(),
        etag: award.etag.clone(),
        reason: "our partner has withdrawn".to_string(),
        validate_only: false,
    }
}

pub fn approve(payment: &pb::Payment) -> pb::ApprovePaymentRequest {
    pb::ApprovePaymentRequest {
        request_id: new_id(),
        payment_id: payment.id.clone(),
        etag: payment.etag.clone(),
        validate_only: false,
    }
}

pub fn instruct(payment: &pb::Payment) -> pb::InstructPaymentRequest {
    pb::InstructPaymentRequest {
        request_id: new_id(),
        payment_id: payment.id.clone(),
        etag: payment.etag.clone(),
        bank_reference: "BACS 2020-114".to_string(),
        validate_only: false,
    }
}

pub fn confirm(payment: &pb::Payment, paid_on: &str) -> pb::ConfirmPaymentRequest {
    pb::ConfirmPaymentRequest {
        request_id: new_id(),
        payment_id: payment.id.clone(),
        etag: payment.etag.clone(),
        paid_on: paid_on.to_string(),
        validate_only: false,
    }
}

pub fn reconcile(payment: &pb::Payment) -> pb::ReconcilePaymentRequest {
    pb::ReconcilePaymentRequest {
        request_id: new_id(),
        payment_id: payment.id.clone(),
        etag: payment.etag.clone(),
        validate_only: false,
    }
}

pub fn hold(payment: &pb::Payment) -> pb::HoldPaymentRequest {
    pb::HoldPaymentRequest {
        request_id: new_id(),
        payment_id: payment.id.clone(),
        etag: payment.etag.clone(),
        reason: "the interim report is late".to_string(),
        validate_only: false,
    }
}

pub fn release(payment: &pb::Payment) -> pb::ReleasePaymentRequest {
    pb::ReleasePaymentRequest {
        request_id: new_id(),
        payment_id: payment.id.clone(),
        etag: payment.etag.clone(),
        validate_only: false,
    }
}
