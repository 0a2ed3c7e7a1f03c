//! Domain to wire, and other services' messages to what awards keeps of them. Here the award and its agreement; its
//! variations and its money have a file each.

mod payments;
mod peers;
mod refusal;
mod variations;

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::paging::Counted;
use kit::wire::{etag, wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1 as grading;

use crate::app::reading::AwardsFound;
use crate::award::{AgreementNow, Award, AwardNow};
use crate::prepare::PrepareDone;
use crate::state::Acceptance;

pub use payments::payment_without_names;
pub use peers::{abolished, about_report, decided, legal_payee, outcome, round, successors};

impl From<PrepareDone> for pb::PrepareAwardsResponse {
    fn from(done: PrepareDone) -> pb::PrepareAwardsResponse {
        pb::PrepareAwardsResponse {
            n_prepared: done.n_prepared,
            n_reserved: done.n_reserved,
            pots: done.pots.into_iter().map(pb::Pot::from).collect(),
            as_of: wire_time(done.as_of),
        }
    }
}

impl From<AwardsFound> for pb::ListAwardsResponse {
    fn from(AwardsFound { awards: Counted { found, n_all, as_of }, sums }: AwardsFound) -> pb::ListAwardsResponse {
        let (awards, next_page_token) = found.wire(pb::Award::from);
        pb::ListAwardsResponse {
            awards,
            next_page_token,
            total_size: n_all,
            total_awarded: Some(sums.awarded.into()),
            total_paid: Some(sums.paid.into()),
            total_returned: Some(sums.returned.into()),
            as_of: wire_time(as_of),
        }
    }
}

impl From<Award> for pb::Award {
    fn from(award: Award) -> pb::Award {
        let version =
            |agreement| pb::Agreement::from(AgreementNow { agreement, met: award.met.clone(), acceptance: None });
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
            state: wire_enum::<pb::award::State>(&award.state).into(),
            agreement: Some(version(award.agreement)),
            original: Some(version(award.original)),
            reserve_place: award.state.reserve_place(),
            offer_expires_at: award.state.offer().and_then(|offer| wire_time(offer.expires_at)),
            acceptance: award.state.acceptance().cloned().map(pb::Acceptance::from),
            paid: Some(award.paid.into()),
            returned: Some(award.returned.into()),
            decided_on: wire_date(award.bid.decided_on),
            reason: award.reason,
            final_report_accepted_at: award.final_report_accepted_at.and_then(wire_time),
            created_at: wire_time(award.created_at),
            updated_at: wire_time(award.updated_at),
            as_of: None,
            summary: award.bid.summary,
            principles_met: award.bid.principles_met,
            novated_from_organisation_id: award.novated_from.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

impl Shown for Award {
    type Wire = pb::Award;
}

impl From<AwardNow> for pb::Award {
    fn from(AwardNow { award, as_of }: AwardNow) -> pb::Award {
        pb::Award { as_of: wire_time(as_of), ..award.into() }
    }
}

impl From<Acceptance> for pb::Acceptance {
    fn from(acceptance: Acceptance) -> pb::Acceptance {
        pb::Acceptance {
            certifier_id: acceptance.certifier.to_string(),
            role: acceptance.role,
            version: acceptance.version,
            sha256: acceptance.digest,
            accepted_at: wire_time(acceptance.at),
            recorded_by: acceptance.recorded_by,
        }
    }
}

/// For events: agreed and when, but not by whom; met, but not how.
pub fn award_without_names(mut award: pb::Award) -> pb::Award {
    if let Some(acceptance) = &mut award.acceptance {
        acceptance.certifier_id.clear();
        acceptance.role.clear();
        acceptance.recorded_by.clear();
    }
    for version in [&mut award.agreement, &mut award.original].into_iter().flatten() {
        for condition in &mut version.conditions {
            condition.evidence.clear();
        }
    }
    award
}

impl From<AgreementNow> for pb::Agreement {
    fn from(AgreementNow { agreement, met, acceptance }: AgreementNow) -> pb::Agreement {
        let terms = agreement.terms;
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
            variation_id: agreement.variation.map(|id| id.to_string()).unwrap_or_default(),
            written_at: wire_time(agreement.written_at),
            sha256: agreement.digest,
            canonical_json: agreement.canonical_json,
            acceptance: acceptance.map(pb::Acceptance::from),
        }
    }
}

#[cfg(test)]
mod tests;
