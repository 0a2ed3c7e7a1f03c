//! Requests about awards: from their preparation to their close-out.

use kit::fault::Violation;
use kit::ids::{AwardId, OrgId, RecoveryId, RoundId};
use kit::money::Money;
use kit::paging::Listed;
use kit::wire::{Reader, row_name};
use toadlane_proto::awards::v1 as pb;

use super::deadline;
use crate::app::{self, AwardStep, StepAward};
use crate::award::Word;
use crate::payment::Trigger;
use crate::plan::Instalment;
use crate::round::Settings;
use crate::store::{Filter, Order};

/// Largest balance that is given up where a round does not say (rule 26).
const SMALL_BALANCE: Money = Money::pence(2_500);

pub fn prepare_awards(wire: pb::PrepareAwardsRequest, reader: &mut Reader) -> Option<app::PrepareAwards> {
    let round = reader.id("round_id", &wire.round_id);
    let settings = reader.needed("settings", wire.settings).and_then(|wire| settings(reader, wire));
    let over_commitment_reason = wire.over_commitment_reason.trim().to_string();
    Some(app::PrepareAwards { round: round?, settings: settings?, over_commitment_reason })
}

fn settings(reader: &mut Reader, wire: pb::AwardSettings) -> Option<Settings> {
    let starts_on = reader.date("settings.starts_on", &wire.starts_on);
    let ends_on = reader.date_or_none("settings.ends_on", &wire.ends_on);
    if let (Some(first), Some(Some(last))) = (starts_on, ends_on)
        && last < first
    {
        reader.add(Violation::new("settings.ends_on", "date.order", "give a day that is not before the first"));
    }
    let n_parts = wire.instalments.len();
    let percent: i32 = wire.instalments.iter().map(|part| part.percent).sum();
    if n_parts > 0 && percent != 100 {
        let says = format!("the parts are {percent} percent together; make them 100");
        reader.add(Violation::new("settings.instalments", "instalments.sum", says));
    }
    let instalments = reader.each("settings.instalments", wire.instalments, instalment);
    let interim_report_due = deadline(reader, "settings.interim_report_due", wire.interim_report_due);
    let final_report_due = deadline(reader, "settings.final_report_due", wire.final_report_due);
    let small_balance = reader.money_or_none("settings.small_balance", wire.small_balance);
    Some(Settings {
        starts_on: starts_on?,
        ends_on: ends_on?,
        offer_days: wire.offer_days,
        instalments,
        interim_report_due: interim_report_due?,
        final_report_due: final_report_due?,
        small_balance: small_balance?.unwrap_or(SMALL_BALANCE),
    })
}

fn instalment(reader: &mut Reader, field: &str, wire: pb::Instalment) -> Option<Instalment> {
    let due_on = reader.date_or_none(&format!("{field}.due_on"), &wire.due_on)?;
    let trigger = match (wire.trigger(), due_on) {
        (pb::payment::Trigger::Active, None) => Ok(Trigger::Active),
        (pb::payment::Trigger::FinalReport, None) => Ok(Trigger::FinalReport),
        (pb::payment::Trigger::Day, Some(day)) => Ok(Trigger::Day(day)),
        (pb::payment::Trigger::Day, None) => Err("give the day"),
        (pb::payment::Trigger::Active | pb::payment::Trigger::FinalReport, Some(_)) => {
            Err("leave the day out: something else makes it due")
        }
        (pb::payment::Trigger::Unspecified, _) => Err("say what makes it due"),
    };
    let trigger = reader.take(&format!("{field}.due_on"), "instalment.day", trigger)?;
    Some(Instalment { percent: wire.percent, trigger })
}

pub fn accept_award(wire: pb::AcceptAwardRequest, reader: &mut Reader) -> Option<app::AcceptAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let certifier = reader.id("certifier_id", &wire.certifier_id);
    let role = reader.said("role", &wire.role);
    let scope = Some(wire.scope.trim().to_string()).filter(|scope| !scope.is_empty());
    let word = Word {
        certifier: certifier?,
        role: role?,
        version: wire.version,
        digest: wire.sha256,
        scope,
        recorded_by: String::new(),
    };
    Some(app::AcceptAward { target: target?, word })
}

pub fn offer_award(wire: pb::OfferAwardRequest, reader: &mut Reader) -> Option<app::OfferAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    Some(app::OfferAward { target: target? })
}

pub fn call_reserve(wire: pb::CallReserveRequest, reader: &mut Reader) -> Option<app::CallReserve> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    Some(app::CallReserve { target: target? })
}

pub fn refuse_award(wire: pb::RefuseAwardRequest, reader: &mut Reader) -> Option<app::RefuseAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::RefuseAward { target: target?, reason: reason? })
}

pub fn withdraw_award(wire: pb::WithdrawAwardRequest, reader: &mut Reader) -> Option<app::WithdrawAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::WithdrawAward { target: target?, reason: reason? })
}

pub fn suspend_award(wire: pb::SuspendAwardRequest, reader: &mut Reader) -> Option<StepAward> {
    let step = reader.said("reason", &wire.reason).map(|reason| AwardStep::Suspend { reason });
    manage(reader, &wire.award_id, &wire.etag, step)
}

pub fn resume_award(wire: pb::ResumeAwardRequest, reader: &mut Reader) -> Option<StepAward> {
    manage(reader, &wire.award_id, &wire.etag, Some(AwardStep::Resume))
}

pub fn complete_award(wire: pb::CompleteAwardRequest, reader: &mut Reader) -> Option<StepAward> {
    manage(reader, &wire.award_id, &wire.etag, Some(AwardStep::Complete))
}

pub fn close_award(wire: pb::CloseAwardRequest, reader: &mut Reader) -> Option<StepAward> {
    manage(reader, &wire.award_id, &wire.etag, Some(AwardStep::Close))
}

pub fn reopen_award(wire: pb::ReopenAwardRequest, reader: &mut Reader) -> Option<StepAward> {
    let step = reader.said("reason", &wire.reason).map(|reason| AwardStep::Reopen { reason });
    manage(reader, &wire.award_id, &wire.etag, step)
}

fn manage(reader: &mut Reader, id: &str, etag: &str, step: Option<AwardStep>) -> Option<StepAward> {
    let target = reader.target("award_id", id, etag);
    Some(StepAward { target: target?, step: step? })
}

pub fn confirm_condition(wire: pb::ConfirmConditionRequest, reader: &mut Reader) -> Option<app::ConfirmCondition> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let evidence = reader.said("evidence", &wire.evidence);
    let nth = reader.take("condition", "int32.gte", usize::try_from(wire.condition));
    Some(app::ConfirmCondition { target: target?, nth: nth?, evidence: evidence? })
}

pub fn name_award(wire: pb::NameAwardRequest, reader: &mut Reader) -> Option<app::NameAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let public_title = reader.said("public_title", &wire.public_title);
    Some(app::NameAward { target: target?, public_title: public_title? })
}

pub fn terminate_award(wire: pb::TerminateAwardRequest, reader: &mut Reader) -> Option<app::TerminateAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    let recover = reader.money_or_none("recover", wire.recover);
    let recover = recover?.filter(|sum| sum.minor_units > 0).map(|sum| (RecoveryId::new(), sum));
    Some(app::TerminateAward { target: target?, reason: reason?, recover })
}

pub fn list_awards(wire: pb::ListAwardsRequest, reader: &mut Reader) -> Option<Listed<Filter, (i64, AwardId)>> {
    use pb::list_awards_request::Order as Wire;
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let states = wire.states().filter_map(|state| row_name(state.as_str_name(), "STATE_")).collect();
    let order = match wire.order() {
        Wire::Number => Order::Number,
        Wire::Unspecified | Wire::NewestFirst => Order::NewestFirst,
    };
    Some(Listed { filter: Filter { round: round?, organisation: organisation?, states, order }, page: page? })
}

pub fn list_agreements(wire: pb::ListAgreementsRequest, reader: &mut Reader) -> Option<Listed<AwardId, i32>> {
    reader.listed("award_id", &wire.award_id, wire.page_size, &wire.page_token)
}

pub fn list_award_history(wire: pb::ListAwardHistoryRequest, reader: &mut Reader) -> Option<Listed<AwardId, i64>> {
    reader.listed("award_id", &wire.award_id, wire.page_size, &wire.page_token)
}

pub fn watch_awards(wire: pb::WatchAwardsRequest, reader: &mut Reader) -> Option<(Option<RoundId>, Option<OrgId>)> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    Some((round?, organisation?))
}
