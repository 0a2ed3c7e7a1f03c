//! Requests about payments.

use kit::ids::AwardId;
use kit::paging::Listed;
use kit::wire::{Reader, row_name};
use toadlane_proto::awards::v1 as pb;

use crate::app::{PaymentStep, StepPayment};
use crate::store::MoneyFilter;

pub fn approve_payment(wire: pb::ApprovePaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    of_payment(reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Approve))
}

pub fn instruct_payment(wire: pb::InstructPaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    let said = reader.said("bank_reference", &wire.bank_reference);
    let step = said.map(|bank_reference| PaymentStep::Instruct { bank_reference });
    of_payment(reader, &wire.payment_id, &wire.etag, step)
}

pub fn confirm_payment(wire: pb::ConfirmPaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    let step = reader.date("paid_on", &wire.paid_on).map(|on| PaymentStep::Confirm { on });
    of_payment(reader, &wire.payment_id, &wire.etag, step)
}

pub fn fail_payment(wire: pb::FailPaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Fail { reason });
    of_payment(reader, &wire.payment_id, &wire.etag, step)
}

pub fn reconcile_payment(wire: pb::ReconcilePaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    of_payment(reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Reconcile))
}

pub fn hold_payment(wire: pb::HoldPaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Hold { reason });
    of_payment(reader, &wire.payment_id, &wire.etag, step)
}

pub fn release_payment(wire: pb::ReleasePaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    of_payment(reader, &wire.payment_id, &wire.etag, Some(PaymentStep::Release))
}

pub fn cancel_payment(wire: pb::CancelPaymentRequest, reader: &mut Reader) -> Option<StepPayment> {
    let step = reader.said("reason", &wire.reason).map(|reason| PaymentStep::Cancel { reason });
    of_payment(reader, &wire.payment_id, &wire.etag, step)
}

fn of_payment(reader: &mut Reader, id: &str, etag: &str, step: Option<PaymentStep>) -> Option<StepPayment> {
    let target = reader.target("payment_id", id, etag);
    Some(StepPayment { target: target?, step: step? })
}

pub fn list_payments(
    wire: pb::ListPaymentsRequest,
    reader: &mut Reader,
) -> Option<Listed<MoneyFilter, (AwardId, i32)>> {
    let award = reader.id_or_none("award_id", &wire.award_id);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let states = wire.states().filter_map(|state| row_name(state.as_str_name(), "STATE_")).collect();
    Some(Listed { filter: MoneyFilter { award: award?, round: round?, states }, page: page? })
}
