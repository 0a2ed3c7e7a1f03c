//! Requests as tests send them, each with an identity of its own.

use kit::ids::OrgId;
use toadlane_proto::awards::v1 as pb;

use super::harness::{Council, Round, new_id, pence};

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

/// A step on a thing as it was read. A macro, since the message of each step is a type of its own.
macro_rules! step {
    ($message:ident { $id:ident: $thing:expr $(, $field:ident: $value:expr)* }) => {
        toadlane_proto::awards::v1::$message {
            request_id: testing::answers::new_id(),
            $id: $thing.id.clone(),
            etag: $thing.etag.clone(),
            $($field: $value.into(),)*
            ..Default::default()
        }
    };
}
pub(super) use step;

pub fn offer(award: &pb::Award) -> pb::OfferAwardRequest {
    step!(OfferAwardRequest { award_id: award })
}

pub fn accept(council: &Council, award: &pb::Award) -> pb::AcceptAwardRequest {
    let agreement = award.agreement.clone().unwrap();
    step!(AcceptAwardRequest {
        award_id: award,
        version: agreement.version,
        sha256: agreement.sha256,
        certifier_id: council.certifier.subject.clone(),
        role: "Section 151 officer"
    })
}

pub fn call(award: &pb::Award) -> pb::CallReserveRequest {
    step!(CallReserveRequest { award_id: award })
}

pub fn withdraw(award: &pb::Award) -> pb::WithdrawAwardRequest {
    step!(WithdrawAwardRequest { award_id: award, reason: "our partner has withdrawn" })
}

pub fn approve(payment: &pb::Payment) -> pb::ApprovePaymentRequest {
    step!(ApprovePaymentRequest { payment_id: payment })
}

pub fn instruct(payment: &pb::Payment) -> pb::InstructPaymentRequest {
    step!(InstructPaymentRequest { payment_id: payment, bank_reference: "BACS 2020-114" })
}

pub fn confirm(payment: &pb::Payment, paid_on: &str) -> pb::ConfirmPaymentRequest {
    step!(ConfirmPaymentRequest { payment_id: payment, paid_on: paid_on })
}

pub fn reconcile(payment: &pb::Payment) -> pb::ReconcilePaymentRequest {
    step!(ReconcilePaymentRequest { payment_id: payment })
}

pub fn hold(payment: &pb::Payment) -> pb::HoldPaymentRequest {
    step!(HoldPaymentRequest { payment_id: payment, reason: "the interim report is late" })
}

pub fn release(payment: &pb::Payment) -> pb::ReleasePaymentRequest {
    step!(ReleasePaymentRequest { payment_id: payment })
}

/// What is claimed back is returned, all or a part.
pub fn give_back(recovery: &pb::Recovery, minor_units: i64) -> pb::RecordReturnRequest {
    step!(RecordReturnRequest { recovery_id: recovery, amount: pence(minor_units) })
}

pub fn check(payee: OrgId, account: &str) -> pb::RecordPayeeCheckRequest {
    pb::RecordPayeeCheckRequest {
        request_id: new_id(),
        organisation_id: payee.to_string(),
        account_reference: account.to_string(),
        evidence: "called back on the number of the council's website".to_string(),
        validate_only: false,
    }
}

pub fn half(trigger: pb::payment::Trigger) -> pb::Instalment {
    pb::Instalment { percent: 50, trigger: trigger.into(), ..Default::default() }
}

/// Half at once, and half after the final report.
pub fn halves() -> Vec<pb::Instalment> {
    vec![half(pb::payment::Trigger::Active), half(pb::payment::Trigger::FinalReport)]
}
