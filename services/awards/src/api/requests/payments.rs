//! Requests about payments, recoveries, checks of payees and pots.

use kit::ids::{AwardId, RecoveryId, RoundId};
use kit::names::row_names;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use super::positive;
use crate::app;
use crate::store::MoneyFilter;

pub fn instruct_payment(wire: pb::InstructPaymentRequest, reader: &mut Reader) -> Option<app::InstructPayment> {
    let target = reader.target("payment_id", &wire.payment_id, &wire.etag);
    let bank_reference = reader.text("bank_reference", &wire.bank_reference);
    Some(app::InstructPayment { target: target?, bank_reference: bank_reference? })
}

pub fn confirm_payment(wire: pb::ConfirmPaymentRequest, reader: &mut Reader) -> Option<app::ConfirmPayment> {
    let target = reader.target("payment_id", &wire.payment_id, &wire.etag);
    let paid_on = reader.date("paid_on", &wire.paid_on);
    Some(app::ConfirmPayment { target: target?, paid_on: paid_on? })
}

pub fn list_payments(
    wire: pb::ListPaymentsRequest,
    reader: &mut Reader,
) -> Option<Listed<MoneyFilter, (AwardId, i32)>> {
    let filter = money_filter(reader, &wire.award_id, &wire.round_id, row_names(wire.states()));
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: filter?, page: page? })
}

pub fn open_recovery(wire: pb::OpenRecoveryRequest, reader: &mut Reader) -> Option<app::OpenRecovery> {
    let award = reader.id("award_id", &wire.award_id);
    let amount = positive(reader, "amount", wire.amount);
    let reason = reader.text("reason", &wire.reason);
    Some(app::OpenRecovery { id: RecoveryId::new(), award: award?, amount: amount?, reason: reason? })
}

pub fn list_recoveries(
    wire: pb::ListRecoveriesRequest,
    reader: &mut Reader,
) -> Option<Listed<MoneyFilter, RecoveryId>> {
    let filter = money_filter(reader, &wire.award_id, &wire.round_id, row_names(wire.states()));
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: filter?, page: page? })
}

fn money_filter(reader: &mut Reader, award: &str, round: &str, states: Vec<String>) -> Option<MoneyFilter> {
    let (award, round) = (reader.id_or_none("award_id", award), reader.id_or_none("round_id", round));
    Some(MoneyFilter { award: award?, round: round?, states })
}

pub fn record_return(wire: pb::RecordReturnRequest, reader: &mut Reader) -> Option<app::RecordReturn> {
    let target = reader.target("recovery_id", &wire.recovery_id, &wire.etag);
    let amount = positive(reader, "amount", wire.amount);
    let received_on = reader.date_or_none("received_on", &wire.received_on);
    let bank_reference = wire.bank_reference.trim().to_string();
    Some(app::RecordReturn { target: target?, amount: amount?, received_on: received_on?, bank_reference })
}

pub fn record_payee_check(wire: pb::RecordPayeeCheckRequest, reader: &mut Reader) -> Option<app::RecordPayeeCheck> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let account_reference = reader.text("account_reference", &wire.account_reference);
    let evidence = reader.text("evidence", &wire.evidence);
    Some(app::RecordPayeeCheck {
        organisation: organisation?,
        account_reference: account_reference?,
        evidence: evidence?,
    })
}

pub fn get_pot(wire: pb::GetPotRequest, reader: &mut Reader) -> Option<(RoundId, String)> {
    Some((reader.id("round_id", &wire.round_id)?, wire.instrument))
}

pub fn list_ledger_entries(
    wire: pb::ListLedgerEntriesRequest,
    reader: &mut Reader,
) -> Option<Listed<(RoundId, String), i64>> {
    let round = reader.id("round_id", &wire.round_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: (round?, wire.instrument), page: page? })
}
