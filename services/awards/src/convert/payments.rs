//! Requests about payments, recoveries and payees as commands.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::RecoveryId;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use super::requests::{positive, requests};
use crate::app::{self, PaymentStep, StepPayment, StepRecovery, Taken};

fn of_payment(reader: &mut Reader, id: &str, etag: &str, step: Option<PaymentStep>) -> Option<StepPayment> {
    let target = reader.target("payment_id", id, etag);
    Some(StepPayment { target: target?, step: step? })
}

fn of_recovery(reader: &mut Reader, id: &str, etag: &str, taken: Option<Taken>) -> Option<StepRecovery> {
    let target = reader.target("recovery_id", id, etag);
    Some(StepRecovery { target: target?, taken: taken? })
}

requests! {
    Approve(StepPayment) = pb::ApprovePaymentRequest,
        |reader, wire| of_payment(&mut reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Approve));
    Instruct(StepPayment) = pb::InstructPaymentRequest, |reader, wire| {
        let said = reader.said("bank_reference", &wire.bank_reference);
        let step = said.map(|bank_reference| PaymentStep::Instruct { bank_reference });
        of_payment(&mut reader, &wire.payment_id, &wire.etag, step)
    };
    ConfirmPayment(StepPayment) = pb::ConfirmPaymentRequest, |reader, wire| {
        let step = reader.date("paid_on", &wire.paid_on).map(|on| PaymentStep::Confirm { on });
        of_payment(&mut reader, &wire.payment_id, &wire.etag, step)
    };
    Fail(StepPayment) = pb::FailPaymentRequest, |reader, wire| {
        let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Fail { reason });
        of_payment(&mut reader, &wire.payment_id, &wire.etag, step)
    };
    ReconcilePayment(StepPayment) = pb::ReconcilePaymentRequest,
        |reader, wire| of_payment(&mut reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Reconcile));
    Hold(StepPayment) = pb::HoldPaymentRequest, |reader, wire| {
        let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Hold { reason });
        of_payment(&mut reader, &wire.payment_id, &wire.etag, step)
    };
    ReleasePayment(StepPayment) = pb::ReleasePaymentRequest,
        |reader, wire| of_payment(&mut reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Release));
    CancelPayment(StepPayment) = pb::CancelPaymentRequest, |reader, wire| {
        let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Cancel { reason });
        of_payment(&mut reader, &wire.payment_id, &wire.etag, step)
    };

    RequestReturn(StepRecovery) = pb::RequestReturnRequest,
        |reader, wire| of_recovery(&mut reader, &wire.recovery_id, &wire.etag, Some(Taken::Requested));
    RecordReturn(StepRecovery) = pb::RecordReturnRequest, |reader, wire| {
        let taken = positive(&mut reader, "amount", wire.amount).map(Taken::Returned);
        of_recovery(&mut reader, &wire.recovery_id, &wire.etag, taken)
    };
    WriteOff(StepRecovery) = pb::WriteOffRecoveryRequest, |reader, wire| {
        let taken = reader.said("reason", &wire.reason).map(|reason| Taken::WrittenOff { reason });
        of_recovery(&mut reader, &wire.recovery_id, &wire.etag, taken)
    };
    ReconcileRecovery(StepRecovery) = pb::ReconcileRecoveryRequest,
        |reader, wire| of_recovery(&mut reader, &wire.recovery_id, &wire.etag, Some(Taken::Reconciled));
}

impl Parse for app::OpenRecovery {
    type Wire = pb::OpenRecoveryRequest;

    fn parse(wire: Self::Wire) -> Result<app::OpenRecovery, Vec<Violation>> {
        let mut reader = Reader::new();
        let award = reader.id("award_id", &wire.award_id);
        let amount = positive(&mut reader, "amount", wire.amount);
        let reason = reader.said("reason", &wire.reason);
        let id = RecoveryId::new();
        let command = (|| Some(app::OpenRecovery { id, award: award?, amount: amount?, reason: reason? }))();
        reader.finish(command)
    }
}

impl Parse for app::CheckPayee {
    type Wire = pb::RecordPayeeCheckRequest;

    fn parse(wire: Self::Wire) -> Result<app::CheckPayee, Vec<Violation>> {
        let mut reader = Reader::new();
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let account_reference = reader.said("account_reference", &wire.account_reference);
        let evidence = reader.said("evidence", &wire.evidence);
        let command = (|| {
            Some(app::CheckPayee {
                organisation: organisation?,
                account_reference: account_reference?,
                evidence: evidence?,
            })
        })();
        reader.finish(command)
    }
}
