//! Requests about awards as commands.

mod payments;

pub use payments::{
    ApprovePayment, CancelPayment, ConfirmPayment, FailPayment, HoldPayment, InstructPayment, ReconcilePayment,
    ReconcileRecovery, RecordReturn, ReleasePayment, RequestReturn, WriteOffRecovery,
};

use kit::cx::Parse;
use kit::deadline::{Deadline, Edge};
use kit::fault::Violation;
use kit::ids::{ExtensionId, RecoveryId, VariationId};
use kit::money::Money;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::app::{self, AwardStep, StepAward};
use crate::award::Word;
use crate::plan::{Instalment, Trigger};
use crate::round::Settings;
use crate::variation::Change;

/// Largest balance that is given up where a round does not say (rule 26).
const SMALL_BALANCE: Money = Money::pence(2_500);

/// A sum of more than nothing.
fn positive(reader: &mut Reader, field: &str, wire: Option<types::Money>) -> Option<Money> {
    let wire = reader.needed(field, wire)?;
    let money = reader.money_or_none(field, Some(wire))??;
    let some = if money.minor_units > 0 { Ok(money) } else { Err("give more than nothing") };
    reader.take(&format!("{field}.minor_units"), "int64.gt", some)
}

fn deadline(reader: &mut Reader, field: &str, wire: Option<types::Deadline>) -> Option<Option<Deadline>> {
    match wire {
        None => Some(None),
        Some(wire) => reader.deadline_in_words(field, wire, Edge::Due).map(Some),
    }
}

impl Parse for app::PrepareAwards {
    type Wire = pb::PrepareAwardsRequest;

    fn parse(wire: Self::Wire) -> Result<app::PrepareAwards, Vec<Violation>> {
        let mut reader = Reader::new();
        let round = reader.id("round_id", &wire.round_id);
        let settings = reader.needed("settings", wire.settings).and_then(|wire| settings(&mut reader, wire));
        let over_commitment_reason = wire.over_commitment_reason.trim().to_string();
        let command = (|| Some(app::PrepareAwards { round: round?, settings: settings?, over_commitment_reason }))();
        reader.finish(command)
    }
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

impl Parse for app::AcceptAward {
    type Wire = pb::AcceptAwardRequest;

    fn parse(wire: Self::Wire) -> Result<app::AcceptAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        let certifier = reader.id("certifier_id", &wire.certifier_id);
        let role = reader.said("role", &wire.role);
        let scope = Some(wire.scope.trim().to_string()).filter(|scope| !scope.is_empty());
        let command = (|| {
            let word = Word {
                certifier: certifier?,
                role: role?,
                version: wire.version,
                digest: wire.sha256,
                scope,
                recorded_by: String::new(),
            };
            Some(app::AcceptAward { target: target?, word })
        })();
        reader.finish(command)
    }
}

impl Parse for app::OfferAward {
    type Wire = pb::OfferAwardRequest;

    fn parse(wire: Self::Wire) -> Result<app::OfferAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        reader.finish(target.map(|target| app::OfferAward { target }))
    }
}

impl Parse for app::CallReserve {
    type Wire = pb::CallReserveRequest;

    fn parse(wire: Self::Wire) -> Result<app::CallReserve, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        reader.finish(target.map(|target| app::CallReserve { target }))
    }
}

impl Parse for app::RefuseAward {
    type Wire = pb::RefuseAwardRequest;

    fn parse(wire: Self::Wire) -> Result<app::RefuseAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let command = (|| Some(app::RefuseAward { target: target?, reason: reason? }))();
        reader.finish(command)
    }
}

impl Parse for app::WithdrawAward {
    type Wire = pb::WithdrawAwardRequest;

    fn parse(wire: Self::Wire) -> Result<app::WithdrawAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let command = (|| Some(app::WithdrawAward { target: target?, reason: reason? }))();
        reader.finish(command)
    }
}

// Several RPCs lead to one command; each has a name here.
pub struct SuspendAward(pub StepAward);
pub struct ResumeAward(pub StepAward);
pub struct CompleteAward(pub StepAward);
pub struct CloseAward(pub StepAward);
pub struct ReopenAward(pub StepAward);

impl Parse for SuspendAward {
    type Wire = pb::SuspendAwardRequest;

    fn parse(wire: Self::Wire) -> Result<SuspendAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.said("reason", &wire.reason).map(|reason| AwardStep::Suspend { reason });
        let command = manage(&mut reader, &wire.award_id, &wire.etag, step);
        reader.finish(command.map(SuspendAward))
    }
}

impl Parse for ResumeAward {
    type Wire = pb::ResumeAwardRequest;

    fn parse(wire: Self::Wire) -> Result<ResumeAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = manage(&mut reader, &wire.award_id, &wire.etag, Some(AwardStep::Resume));
        reader.finish(command.map(ResumeAward))
    }
}

impl Parse for CompleteAward {
    type Wire = pb::CompleteAwardRequest;

    fn parse(wire: Self::Wire) -> Result<CompleteAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = manage(&mut reader, &wire.award_id, &wire.etag, Some(AwardStep::Complete));
        reader.finish(command.map(CompleteAward))
    }
}

impl Parse for CloseAward {
    type Wire = pb::CloseAwardRequest;

    fn parse(wire: Self::Wire) -> Result<CloseAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let command = manage(&mut reader, &wire.award_id, &wire.etag, Some(AwardStep::Close));
        reader.finish(command.map(CloseAward))
    }
}

impl Parse for ReopenAward {
    type Wire = pb::ReopenAwardRequest;

    fn parse(wire: Self::Wire) -> Result<ReopenAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let step = reader.said("reason", &wire.reason).map(|reason| AwardStep::Reopen { reason });
        let command = manage(&mut reader, &wire.award_id, &wire.etag, step);
        reader.finish(command.map(ReopenAward))
    }
}

fn manage(reader: &mut Reader, id: &str, etag: &str, step: Option<AwardStep>) -> Option<StepAward> {
    let target = reader.target("award_id", id, etag);
    Some(StepAward { target: target?, step: step? })
}

impl Parse for app::ConfirmCondition {
    type Wire = pb::ConfirmConditionRequest;

    fn parse(wire: Self::Wire) -> Result<app::ConfirmCondition, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        let evidence = reader.said("evidence", &wire.evidence);
        let nth = reader.take("condition", "int32.gte", usize::try_from(wire.condition));
        let command = (|| Some(app::ConfirmCondition { target: target?, nth: nth?, evidence: evidence? }))();
        reader.finish(command)
    }
}

impl Parse for app::NameAward {
    type Wire = pb::NameAwardRequest;

    fn parse(wire: Self::Wire) -> Result<app::NameAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        let public_title = reader.said("public_title", &wire.public_title);
        let command = (|| Some(app::NameAward { target: target?, public_title: public_title? }))();
        reader.finish(command)
    }
}

impl Parse for app::TerminateAward {
    type Wire = pb::TerminateAwardRequest;

    fn parse(wire: Self::Wire) -> Result<app::TerminateAward, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("award_id", &wire.award_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        let recover = reader.money_or_none("recover", wire.recover);
        let command = (|| {
            let recover = recover?.filter(|sum| sum.minor_units > 0).map(|sum| (RecoveryId::new(), sum));
            Some(app::TerminateAward { target: target?, reason: reason?, recover })
        })();
        reader.finish(command)
    }
}

impl Parse for app::RequestVariation {
    type Wire = pb::RequestVariationRequest;

    fn parse(wire: Self::Wire) -> Result<app::RequestVariation, Vec<Violation>> {
        let mut reader = Reader::new();
        let award = reader.id("award_id", &wire.award_id);
        let reason = reader.said("reason", &wire.reason);
        let change = reader.needed("change", wire.change).and_then(|wire| change(&mut reader, wire));
        let id = VariationId::new();
        let command = (|| Some(app::RequestVariation { id, award: award?, change: change?, reason: reason? }))();
        reader.finish(command)
    }
}

fn change(reader: &mut Reader, wire: pb::Change) -> Option<Change> {
    let amount = match wire.amount {
        None => Some(None),
        Some(sum) => positive(reader, "change.amount", Some(sum)).map(Some),
    };
    let starts_on = reader.date_or_none("change.starts_on", &wire.starts_on);
    let ends_on = reader.date_or_none("change.ends_on", &wire.ends_on);
    let interim_report_due = deadline(reader, "change.interim_report_due", wire.interim_report_due);
    let final_report_due = deadline(reader, "change.final_report_due", wire.final_report_due);
    let payee = reader.id_or_none("change.payee_organisation_id", &wire.payee_organisation_id);
    let successor = reader.id_or_none("change.successor_organisation_id", &wire.successor_organisation_id);
    Some(Change {
        amount: amount?,
        scope: Some(wire.scope.trim().to_string()).filter(|scope| !scope.is_empty()),
        starts_on: starts_on?,
        ends_on: ends_on?,
        interim_report_due: interim_report_due?,
        final_report_due: final_report_due?,
        payee: payee?,
        successor: successor?,
    })
}

impl Parse for app::DecideVariation {
    type Wire = pb::DecideVariationRequest;

    fn parse(wire: Self::Wire) -> Result<app::DecideVariation, Vec<Violation>> {
        let mut reader = Reader::new();
        let id = reader.id("variation_id", &wire.variation_id);
        let version = reader.version(&wire.etag);
        let reason = match wire.approve {
            true => Some(wire.reason.trim().to_string()),
            // A council is told why.
            false => reader.said("reason", &wire.reason),
        };
        let approve = wire.approve;
        let command = (|| Some(app::DecideVariation { id: id?, version: version?, approve, reason: reason? }))();
        reader.finish(command)
    }
}

impl Parse for app::ExtendAwards {
    type Wire = pb::ExtendAwardsRequest;

    fn parse(wire: Self::Wire) -> Result<app::ExtendAwards, Vec<Violation>> {
        let mut reader = Reader::new();
        let round = reader.id("round_id", &wire.round_id);
        let reason = reader.said("reason", &wire.reason);
        let ends_on = reader.date_or_none("ends_on", &wire.ends_on);
        let interim_report_due = deadline(&mut reader, "interim_report_due", wire.interim_report_due);
        let final_report_due = deadline(&mut reader, "final_report_due", wire.final_report_due);
        if let (Some(None), Some(None), Some(None)) = (&ends_on, &interim_report_due, &final_report_due) {
            reader.add(Violation::new("ends_on", "required", "give at least one date"));
        }
        let id = ExtensionId::new();
        let command = (|| {
            Some(app::ExtendAwards {
                id,
                round: round?,
                reason: reason?,
                ends_on: ends_on?,
                interim_report_due: interim_report_due?,
                final_report_due: final_report_due?,
            })
        })();
        reader.finish(command)
    }
}
