//! Requests about recoveries.

use kit::ids::RecoveryId;
use kit::paging::Listed;
use kit::wire::{Reader, row_name};
use toadlane_proto::awards::v1 as pb;

use super::positive;
use crate::app::{self, RecoveryStep, StepRecovery};
use crate::store::MoneyFilter;

pub fn open_recovery(wire: pb::OpenRecoveryRequest, reader: &mut Reader) -> Option<app::OpenRecovery> {
    let award = reader.id("award_id", &wire.award_id);
    let amount = positive(reader, "amount", wire.amount);
    let reason = reader.said("reason", &wire.reason);
    let id = RecoveryId::new();
    Some(app::OpenRecovery { id, award: award?, amount: amount?, reason: reason? })
}

pub fn request_return(wire: pb::RequestReturnRequest, reader: &mut Reader) -> Option<StepRecovery> {
    of_recovery(reader, &wire.recovery_id, &wire.etag, Some(RecoveryStep::Request))
}

pub fn record_return(wire: pb::RecordReturnRequest, reader: &mut Reader) -> Option<StepRecovery> {
    let step = positive(reader, "amount", wire.amount).map(|amount| RecoveryStep::RecordReturn { amount });
    of_recovery(reader, &wire.recovery_id, &wire.etag, step)
}

pub fn write_off_recovery(wire: pb::WriteOffRecoveryRequest, reader: &mut Reader) -> Option<StepRecovery> {
    let step = reader.said("reason", &wire.reason).map(|reason| RecoveryStep::WriteOff { reason });
    of_recovery(reader, &wire.recovery_id, &wire.etag, step)
}

pub fn reconcile_recovery(wire: pb::ReconcileRecoveryRequest, reader: &mut Reader) -> Option<StepRecovery> {
    of_recovery(reader, &wire.recovery_id, &wire.etag, Some(RecoveryStep::Reconcile))
}

fn of_recovery(reader: &mut Reader, id: &str, etag: &str, step: Option<RecoveryStep>) -> Option<StepRecovery> {
    let target = reader.target("recovery_id", id, etag);
    Some(StepRecovery { target: target?, step: step? })
}

pub fn list_recoveries(
    wire: pb::ListRecoveriesRequest,
    reader: &mut Reader,
) -> Option<Listed<MoneyFilter, RecoveryId>> {
    let award = reader.id_or_none("award_id", &wire.award_id);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let states = wire.states().filter_map(|state| row_name(state.as_str_name(), "STATE_")).collect();
    Some(Listed { filter: MoneyFilter { award: award?, round: round?, states }, page: page? })
}
