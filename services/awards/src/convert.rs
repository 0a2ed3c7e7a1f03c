//! Domain to wire, and other services' messages to what awards keeps of them. Here the award and its agreement; each
//! other thing has a file.

mod extensions;
pub mod pages;
mod payees;
mod payments;
mod peers;
mod pots;
mod recoveries;
mod refusal;
mod variations;

use kit::history::Line;
use kit::wire::{etag, wire_date, wire_name, wire_time};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1 as grading;

use crate::agreement::Agreement;
use crate::award::{AwardNow, Met};
use crate::prepare::PrepareDone;
use crate::state::State;

pub use payments::without_hands;
pub use peers::{abolished, about_report, decided, legal_payee, outcome, round, successors};
pub use pots::pot;

pub const AWARD: &str = "toadlane.awards.v1.Award";
pub const PAYMENT: &str = "toadlane.awards.v1.Payment";
pub const RECOVERY: &str = "toadlane.awards.v1.Recovery";
pub const VARIATION: &str = "toadlane.awards.v1.Variation";
pub const EXTENSION: &str = "toadlane.awards.v1.Extension";
pub const PAYEE_CHECK: &str = "toadlane.awards.v1.PayeeCheck";

impl From<PrepareDone> for pb::PrepareAwardsResponse {
    fn from(done: PrepareDone) -> pb::PrepareAwardsResponse {
        pb::PrepareAwardsResponse {
            n_prepared: done.n_prepared,
            n_reserved: done.n_reserved,
            pots: done.pots.into_iter().map(|found| pot((found, done.as_of))).collect(),
            as_of: wire_time(done.as_of),
        }
    }
}

impl From<AwardNow> for pb::Award {
    fn from(now: AwardNow) -> pb::Award {
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
fn agreement(version: Agreement, met: &[Option<Met>]) -> pb::Agreement {
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
    pb::award::State::from_str_name(&wire_name(name, "STATE_")).unwrap_or(pb::award::State::Unspecified)
}

fn history_entry(line: Line) -> pb::HistoryEntry {
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
