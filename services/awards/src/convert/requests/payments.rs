//! Requests about payments, recoveries and payees as commands.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::RecoveryId;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use super::positive;
use crate::app::{self, PaymentStep, RecoveryStep, StepPayment, StepRecovery};

fn of_payment(reader: &mut Reader, id: &str, etag: &str, step: Option<PaymentStep>) -> Option<StepPayment> {
    let target = reader.target("payment_id", id, etag);
    Some(StepPayment { target: target?, step: step? })
}

fn of_recovery(reader: &mut Reader, id: &str, etag: &str, step: Option<RecoveryStep>) -> Option<StepRecovery> {
    let target = reader.target("recovery_id", id, etag);
    Some(StepRecovery { target: target?, step: step? })
}

// Several RPCs lead to one command; each has a name here.
pub struct ApprovePayment(pub StepPayment);
pub struct InstructPayment(pub StepPayment);
pub struct ConfirmPayment(pub StepPayment);
pub struct FailPayment(pub StepPayment);
pub struct ReconcilePayment(pub StepPayment);
pub struct HoldPayment(pub StepPayment);
pub struct ReleasePayment(pub StepPayment);
pub struct CancelPayment(pub StepPayment);
pub struct RequestReturn(pub StepRecovery);
pub struct RecordReturn(pub StepRecovery);
pub struct WriteOffRecovery(pub StepRecovery);
pub struct ReconcileRecovery(pub StepRecovery);

impl Parse for ApprovePayment {
    type Wire = pb::ApprovePaymentRequest;

    fn parse(wire: Self::Wire) -> Result<ApprovePayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Approve));
        reader.finish(command.map(ApprovePayment))
    }
}

impl Parse for InstructPayment {
    type Wire = pb::InstructPaymentRequest;

    fn parse(wire: Self::Wire) -> Result<InstructPayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let said = reader.said("bank_reference", &wire.bank_reference);
        let step = said.map(|bank_reference| PaymentStep::Instruct { bank_reference });
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, step);
        reader.finish(command.map(InstructPayment))
    }
}

impl Parse for ConfirmPayment {
    type Wire = pb::ConfirmPaymentRequest;

    fn parse(wire: Self::Wire) -> Result<ConfirmPayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.date("paid_on", &wire.paid_on).map(|on| PaymentStep::Confirm { on });
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, step);
        reader.finish(command.map(ConfirmPayment))
    }
}

impl Parse for FailPayment {
    type Wire = pb::FailPaymentRequest;

    fn parse(wire: Self::Wire) -> Result<FailPayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Fail { reason });
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, step);
        reader.finish(command.map(FailPayment))
    }
}

impl Parse for ReconcilePayment {
    type Wire = pb::ReconcilePaymentRequest;

    fn parse(wire: Self::Wire) -> Result<ReconcilePayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Reconcile));
        reader.finish(command.map(ReconcilePayment))
    }
}

impl Parse for HoldPayment {
    type Wire = pb::HoldPaymentRequest;

    fn parse(wire: Self::Wire) -> Result<HoldPayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Hold { reason });
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, step);
        reader.finish(command.map(HoldPayment))
    }
}

impl Parse for ReleasePayment {
    type Wire = pb::ReleasePaymentRequest;

    fn parse(wire: Self::Wire) -> Result<ReleasePayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Release));
        reader.finish(command.map(ReleasePayment))
    }
}

impl Parse for CancelPayment {
    type Wire = pb::CancelPaymentRequest;

    fn parse(wire: Self::Wire) -> Result<CancelPayment, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Cancel { reason });
        let command = of_payment(&mut reader, &wire.payment_id, &wire.etag, step);
        reader.finish(command.map(CancelPayment))
    }
}

impl Parse for RequestReturn {
    type Wire = pb::RequestReturnRequest;

    fn parse(wire: Self::Wire) -> Result<RequestReturn, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = of_recovery(&mut reader, &wire.recovery_id, &wire.etag, Some(RecoveryStep::Request));
        reader.finish(command.map(RequestReturn))
    }
}

impl Parse for RecordReturn {
    type Wire = pb::RecordReturnRequest;

    fn parse(wire: Self::Wire) -> Result<RecordReturn, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = positive(&mut reader, "amount", wire.amount).map(|amount| RecoveryStep::RecordReturn { amount });
        let command = of_recovery(&mut reader, &wire.recovery_id, &wire.etag, step);
        reader.finish(command.map(RecordReturn))
    }
}

impl Parse for WriteOffRecovery {
    type Wire = pb::WriteOffRecoveryRequest;

    fn parse(wire: Self::Wire) -> Result<WriteOffRecovery, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.said("reason", &wire.reason).map(|reason| RecoveryStep::WriteOff { reason });
        let command = of_recovery(&mut reader, &wire.recovery_id, &wire.etag, step);
        reader.finish(command.map(WriteOffRecovery))
    }
}

impl Parse for ReconcileRecovery {
    type Wire = pb::ReconcileRecoveryRequest;

    fn parse(wire: Self::Wire) -> Result<ReconcileRecovery, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = of_recovery(&mut reader, &wire.recovery_id, &wire.etag, Some(RecoveryStep::Reconcile));
        reader.finish(command.map(ReconcileRecovery))
    }
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

impl Parse for app::RecordPayeeCheck {
    type Wire = pb::RecordPayeeCheckRequest;

    fn parse(wire: Self::Wire) -> Result<app::RecordPayeeCheck, Vec<Violation>> {
        let mut reader = Reader::new();
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let account_reference = reader.said("account_reference", &wire.account_reference);
        let evidence = reader.said("evidence", &wire.evidence);
        let command = (|| {
            Some(app::RecordPayeeCheck {
                organisation: organisation?,
                account_reference: account_reference?,
                evidence: evidence?,
            })
        })();
        reader.finish(command)
    }
}
