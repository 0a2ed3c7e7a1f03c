//! Requests about awards, their variations and extensions.

use kit::fault::Violation;
use kit::ids::{AwardId, ExtensionId, RecoveryId, VariationId};
use kit::money::Money;
use kit::names::{named, row_names};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use super::{deadline, positive, text_or_none};
use crate::agreement::Change;
use crate::app::{self, reading::Watched};
use crate::extension::Dates;
use crate::payment::Trigger;
use crate::plan::Instalment;
use crate::round::Settings;
use crate::store::Filter;

/// The most of an award that is given up where a round does not say (rule 26).
const SMALL_BALANCE: Money = Money::pence(2_500);

pub fn prepare_awards(wire: pb::PrepareAwardsRequest, reader: &mut Reader) -> Option<app::PrepareAwards> {
    let round = reader.id("round_id", &wire.round_id);
    let settings = reader.required("settings", wire.settings).and_then(|wire| settings(reader, wire));
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
    let variation_limit = reader.money_or_none("settings.variation_limit", wire.variation_limit);
    Some(Settings {
        starts_on: starts_on?,
        ends_on: ends_on?,
        offer_days: wire.offer_days,
        instalments,
        interim_report_due,
        final_report_due,
        small_balance: small_balance?.unwrap_or(SMALL_BALANCE),
        variation_limit: variation_limit?.unwrap_or(Settings::usual_variation_limit()),
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
    let role = reader.text("role", &wire.role);
    Some(app::AcceptAward {
        target: target?,
        certifier: certifier?,
        role: role?,
        version: wire.version,
        digest: wire.sha256,
        scope: text_or_none(&wire.scope),
    })
}

pub fn confirm_condition(wire: pb::ConfirmConditionRequest, reader: &mut Reader) -> Option<app::ConfirmCondition> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let evidence = reader.text("evidence", &wire.evidence);
    let nth = reader.take("condition", "int32.gte", usize::try_from(wire.condition));
    Some(app::ConfirmCondition { target: target?, nth: nth?, evidence: evidence? })
}

pub fn name_award(wire: pb::NameAwardRequest, reader: &mut Reader) -> Option<app::NameAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let public_title = reader.text("public_title", &wire.public_title);
    Some(app::NameAward { target: target?, public_title: public_title? })
}

pub fn terminate_award(wire: pb::TerminateAwardRequest, reader: &mut Reader) -> Option<app::TerminateAward> {
    let target = reader.target("award_id", &wire.award_id, &wire.etag);
    let reason = reader.text("reason", &wire.reason);
    let recover = reader.money_or_none("recover", wire.recover);
    let recover = recover?.filter(|sum| sum.minor_units > 0).map(|sum| (RecoveryId::new(), sum));
    Some(app::TerminateAward { target: target?, reason: reason?, recover })
}

pub fn list_awards(wire: pb::ListAwardsRequest, reader: &mut Reader) -> Option<Listed<Filter, (i64, AwardId)>> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let states = row_names(wire.states());
    let order = named(wire.order()).unwrap_or_default();
    Some(Listed { filter: Filter { round: round?, organisation: organisation?, states, order }, page: page? })
}

pub fn watch_awards(wire: pb::WatchAwardsRequest, reader: &mut Reader) -> Option<Watched> {
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    Some(Watched { round: round?, organisation: organisation? })
}

pub fn request_variation(wire: pb::RequestVariationRequest, reader: &mut Reader) -> Option<app::RequestVariation> {
    let award = reader.id("award_id", &wire.award_id);
    let reason = reader.text("reason", &wire.reason);
    let change = reader.required("change", wire.change).and_then(|wire| change(reader, wire));
    let word = match wire.certifier_id.is_empty() {
        true => Some(None),
        false => word(reader, &wire.certifier_id, &wire.role, wire.version, &wire.sha256).map(Some),
    };
    let id = VariationId::new();
    Some(app::RequestVariation { id, award: award?, change: change?, reason: reason?, word: word? })
}

fn word(reader: &mut Reader, certifier: &str, role: &str, version: i32, digest: &str) -> Option<app::Word> {
    let certifier = reader.id("certifier_id", certifier);
    let role = reader.text("role", role);
    let digest = reader.text("sha256", digest);
    Some(app::Word { certifier: certifier?, role: role?, version, digest: digest? })
}

pub fn accept_variation(wire: pb::AcceptVariationRequest, reader: &mut Reader) -> Option<app::AcceptVariation> {
    let target = reader.target("variation_id", &wire.variation_id, &wire.etag);
    let word = word(reader, &wire.certifier_id, &wire.role, wire.version, &wire.sha256);
    Some(app::AcceptVariation { target: target?, word: word? })
}

fn change(reader: &mut Reader, wire: pb::Change) -> Option<Change> {
    let amount = wire.amount.and_then(|sum| positive(reader, "change.amount", Some(sum)));
    let starts_on = reader.date_or_none("change.starts_on", &wire.starts_on);
    let ends_on = reader.date_or_none("change.ends_on", &wire.ends_on);
    let interim_report_due = deadline(reader, "change.interim_report_due", wire.interim_report_due);
    let final_report_due = deadline(reader, "change.final_report_due", wire.final_report_due);
    let payee = reader.id_or_none("change.payee_organisation_id", &wire.payee_organisation_id);
    let successor = reader.id_or_none("change.successor_organisation_id", &wire.successor_organisation_id);
    Some(Change {
        amount,
        scope: text_or_none(&wire.scope),
        starts_on: starts_on?,
        ends_on: ends_on?,
        interim_report_due,
        final_report_due,
        payee: payee?,
        successor: successor?,
    })
}

pub fn decide_variation(wire: pb::DecideVariationRequest, reader: &mut Reader) -> Option<app::DecideVariation> {
    let target = reader.target("variation_id", &wire.variation_id, &wire.etag);
    let reason = match wire.approve {
        true => Some(wire.reason.trim().to_string()),
        // The council reads why.
        false => reader.text("reason", &wire.reason),
    };
    let reference = wire.decision_reference.trim().to_string();
    Some(app::DecideVariation { target: target?, approve: wire.approve, reason: reason?, reference })
}

pub fn extend_awards(wire: pb::ExtendAwardsRequest, reader: &mut Reader) -> Option<app::ExtendAwards> {
    let round = reader.id("round_id", &wire.round_id);
    let reason = reader.text("reason", &wire.reason);
    let has_date = !wire.ends_on.is_empty() || wire.interim_report_due.is_some() || wire.final_report_due.is_some();
    let ends_on = reader.date_or_none("ends_on", &wire.ends_on);
    let interim_report_due = deadline(reader, "interim_report_due", wire.interim_report_due);
    let final_report_due = deadline(reader, "final_report_due", wire.final_report_due);
    if !has_date {
        reader.add(Violation::new("ends_on", "required", "give at least one date"));
    }
    let dates = Dates { ends_on: ends_on?, interim_report_due, final_report_due };
    Some(app::ExtendAwards { id: ExtensionId::new(), round: round?, reason: reason?, dates })
}
