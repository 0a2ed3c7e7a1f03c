//! Wire to command, and domain to wire. Every bad field is reported at once; what the field rules of the contract
//! already hold is not said again here.

mod lists;
mod money;
mod peers;
mod requests;

use kit::history::Line;
use kit::wire::{any, etag, wire_date, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::types::v1 as types;

use crate::agreement::Agreement;
use crate::award::{AwardNow, Met};
use crate::error::Newer;
use crate::state::State;
use crate::variation::{Change, Extension, Variation};

pub use lists::{list_awards, list_payments, list_recoveries, visible};
pub use money::{entry, payee_check, payment, pot, recovery, total, without_hands};
pub use peers::{abolished, about_report, decided, legal_payee, outcome, round, successors};
pub use requests::{
    ApprovePayment, CancelPayment, CloseAward, CompleteAward, ConfirmPayment, FailPayment, HoldPayment,
    InstructPayment, ReconcilePayment, ReconcileRecovery, RecordReturn, ReleasePayment, ReopenAward, RequestReturn,
    ResumeAward, SuspendAward, WriteOffRecovery,
};

pub const AWARD: &str = "toadlane.awards.v1.Award";
pub const PAYMENT: &str = "toadlane.awards.v1.Payment";
pub const RECOVERY: &str = "toadlane.awards.v1.Recovery";
pub const VARIATION: &str = "toadlane.awards.v1.Variation";
pub const EXTENSION: &str = "toadlane.awards.v1.Extension";
pub const PAYEE_CHECK: &str = "toadlane.awards.v1.PayeeCheck";

/// The present version for the details of a refusal. Of an award without the instant, which is not at hand.
pub fn newer_as_any(newer: Newer) -> Any {
    match newer {
        Newer::Award(award) => {
            let as_of = award.updated_at;
            let wire = pb::Award { as_of: None, ..self::award(AwardNow { award, as_of }) };
            any(AWARD, wire.encode_to_vec())
        }
        Newer::Payment(newer) => any(PAYMENT, payment(newer).encode_to_vec()),
        Newer::Recovery(newer) => any(RECOVERY, recovery(newer).encode_to_vec()),
        Newer::Variation(newer) => any(VARIATION, variation(newer).encode_to_vec()),
    }
}

impl From<AwardNow> for pb::Award {
    fn from(now: AwardNow) -> pb::Award {
        award(now)
    }
}

impl From<Variation> for pb::Variation {
    fn from(one: Variation) -> pb::Variation {
        variation(one)
    }
}

impl From<Extension> for pb::Extension {
    fn from(one: Extension) -> pb::Extension {
        extension(one)
    }
}

pub fn award(now: AwardNow) -> pb::Award {
    let AwardNow { award, as_of } = now;
    let acceptance = award.state.acceptance().map(|word| pb::Acceptance {
        certifier_id: word.certifier.to_string(),
        role: word.role.clone(),
        version: word.version,
        sha256: word.digest.clone(),
        accepted_at: wire_time(word.at),
        recorded_by: word.recorded_by.clone(),
    });
    pb::Award {
        id: award.id.to_string(),
        etag: etag(award.version),
        reference: award.reference,
        round_id: award.round.to_string(),
        bid_id: award.bid_id.to_string(),
        bid_revision: award.bid.revision,
        bid_sha256: award.bid.sha256,
        title: award.bid.title,
        public_title: award.public_title,
        applicant_organisation_id: award.applicant.to_string(),
        lead_organisation_id: award.lead.to_string(),
        instrument: award.instrument,
        requested: Some(award.requested.into()),
        state: state(&award.state).into(),
        agreement: Some(agreement(award.agreement, &award.met)),
        original: Some(agreement(award.original, &award.met)),
        reserve_place: award.state.reserve_place(),
        offer_expires_at: award.state.offer().and_then(|offer| wire_time(offer.expires_at)),
        acceptance,
        paid: Some(award.paid.into()),
        returned: Some(award.returned.into()),
        decided_on: wire_date(award.bid.decided_on),
        reason: award.reason,
        final_report_accepted_at: award.final_report_accepted_at.and_then(wire_time),
        created_at: wire_time(award.created_at),
        updated_at: wire_time(award.updated_at),
        as_of: wire_time(as_of),
        summary: award.bid.summary,
        principles_met: award.bid.principles_met,
        novated_from_organisation_id: award.novated_from.map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// For events: agreed and when, but not by whom; met, but not how.
pub fn without_names(mut award: pb::Award) -> pb::Award {
    if let Some(word) = &mut award.acceptance {
        word.certifier_id.clear();
        word.role.clear();
        word.recorded_by.clear();
    }
    for version in [&mut award.agreement, &mut award.original].into_iter().flatten() {
        for condition in &mut version.conditions {
            condition.evidence.clear();
        }
    }
    award
}

/// A version of the agreement, with how its conditions are met.
pub fn agreement(version: Agreement, met: &[Option<Met>]) -> pb::Agreement {
    let terms = version.terms;
    let conditions = terms.conditions.into_iter().enumerate().map(|(nth, condition)| {
        let met = met.get(nth).and_then(Option::as_ref);
        pb::AgreedCondition {
            condition: Some(grading::GrantCondition { text: condition.text, precedent: condition.precedent }),
            met_at: met.and_then(|met| wire_time(met.at)),
            evidence: met.map(|met| met.evidence.clone()).unwrap_or_default(),
        }
    });
    pb::Agreement {
        version: terms.version,
        amount: Some(terms.amount.into()),
        payee_organisation_id: terms.payee.to_string(),
        scope: terms.scope,
        conditions: conditions.collect(),
        starts_on: terms.starts_on.to_string(),
        ends_on: terms.ends_on.to_string(),
        interim_report_due: terms.interim_report_due.map(Into::into),
        final_report_due: Some(terms.final_report_due.into()),
        variation_id: version.variation.map(|id| id.to_string()).unwrap_or_default(),
        written_at: wire_time(version.written_at),
        sha256: version.digest,
        canonical_json: version.canonical_json,
    }
}

fn state(state: &State) -> pb::award::State {
    match state {
        State::Prepared => pb::award::State::Prepared,
        State::Reserved { .. } => pb::award::State::Reserved,
        State::Offered(_) => pb::award::State::Offered,
        State::Accepted(_) => pb::award::State::Accepted,
        State::Active(_) => pb::award::State::Active,
        State::Suspended(_) => pb::award::State::Suspended,
        State::Completed(_) => pb::award::State::Completed,
        State::Closed(_) => pb::award::State::Closed,
        State::Terminated(_) => pb::award::State::Terminated,
        State::Refused(_) => pb::award::State::Refused,
        State::Lapsed(_) => pb::award::State::Lapsed,
        State::Withdrawn(_) => pb::award::State::Withdrawn,
    }
}

/// The state of a stored line of history, which keeps the name alone.
fn state_named(name: &str) -> pb::award::State {
    pb::award::State::from_str_name(&format!("STATE_{}", name.to_uppercase())).unwrap_or(pb::award::State::Unspecified)
}

pub fn variation(one: Variation) -> pb::Variation {
    use crate::variation::State as Domain;
    let (state, version) = match one.state {
        Domain::Requested => (pb::variation::State::Requested, 0),
        Domain::Approved { version, .. } => (pb::variation::State::Approved, version),
        Domain::Refused(_) => (pb::variation::State::Refused, 0),
    };
    let decision = one.state.decision().cloned();
    pb::Variation {
        id: one.id.to_string(),
        etag: etag(one.version),
        award_id: one.award.to_string(),
        state: state.into(),
        change: Some(change(one.change)),
        reason: one.reason,
        decision_reason: decision.as_ref().map(|decision| decision.reason.clone()).unwrap_or_default(),
        extension_id: one.extension.map(|id| id.to_string()).unwrap_or_default(),
        version,
        requested_by: Some(one.requested_by.into()),
        requested_at: wire_time(one.requested_at),
        decided_at: decision.as_ref().and_then(|decision| wire_time(decision.at)),
        decided_by: decision.map(|decision| decision.by.into()),
    }
}

fn change(change: Change) -> pb::Change {
    pb::Change {
        amount: change.amount.map(types::Money::from),
        scope: change.scope.unwrap_or_default(),
        starts_on: wire_date(change.starts_on),
        ends_on: wire_date(change.ends_on),
        interim_report_due: change.interim_report_due.map(Into::into),
        final_report_due: change.final_report_due.map(Into::into),
        payee_organisation_id: change.payee.map(|id| id.to_string()).unwrap_or_default(),
        successor_organisation_id: change.successor.map(|id| id.to_string()).unwrap_or_default(),
    }
}

pub fn extension(one: Extension) -> pb::Extension {
    pb::Extension {
        id: one.id.to_string(),
        round_id: one.round.to_string(),
        reason: one.reason,
        ends_on: wire_date(one.ends_on),
        interim_report_due: one.interim_report_due.map(Into::into),
        final_report_due: one.final_report_due.map(Into::into),
        n_varied: one.n_varied,
        made_at: wire_time(one.made_at),
        made_by: Some(one.made_by.into()),
    }
}

pub fn history_entry(line: Line) -> pb::HistoryEntry {
    let from = line.from.map_or(pb::award::State::Unspecified, |name| state_named(&name));
    pb::HistoryEntry {
        sequence: line.sequence,
        at: wire_time(line.at),
        actor: Some(line.by.into()),
        step: line.step,
        from_state: from.into(),
        to_state: state_named(&line.to).into(),
        reason: line.reason,
    }
}
