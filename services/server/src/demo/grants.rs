//! The awards: offered, accepted, paid, and put back by Covid-19 in one act. Amounts and the postponement are published;
//! days, accounts and words are made up.

use kit::time::at;
use toadlane_proto::awards::v1 as pb;

use super::call::deadline;
use super::cast::Cast;
use super::network::Stage;
use super::play::{Line, Round};
use super::{PlayError, request_id};
use crate::export::money;

const OFFERED: &str = "2020-02-03T10:00:00Z";
const ACCEPTED: &str = "2020-02-10T10:00:00Z";
const PAID: &str = "2020-02-14T10:00:00Z";
const EXTENDED: &str = "2020-04-06T10:00:00Z";

/// What the council's certifier signs as.
pub const CERTIFIER_ROLE: &str = "Chief finance officer (made up)";

/// The awards after their extension.
pub struct Granted {
    pub awards: Vec<pb::Award>,
    pub pot: pb::Pot,
    pub extension: pb::Extension,
}

pub async fn grant(
    stage: &Stage,
    round: &Round,
    cast: &Cast,
    tell: &mut (dyn FnMut(Line) + Send),
) -> Result<Granted, PlayError> {
    tell(Line::Act("The awards (amounts as published; days and accounts are made up)".to_string()));
    let token = &round.network.token;
    stage.move_clocks(token, at(OFFERED)).await?;
    let offered = offer(round).await?;
    tell(Line::Step { at: at(OFFERED), says: format!("{} awards offered", offered.len()) });
    stage.move_clocks(token, at(ACCEPTED)).await?;
    for award in offered {
        accept(round, award).await?;
    }
    stage.move_clocks(token, at(PAID)).await?;
    pay(round, cast).await?;
    let pot = pot(round).await?;
    let says =
        format!("every council accepted and is paid: {} in all", pot.paid.as_ref().map(money).unwrap_or_default());
    tell(Line::Step { at: at(PAID), says });

    stage.move_clocks(token, at(EXTENDED)).await?;
    let extend = pb::ExtendAwardsRequest {
        request_id: request_id(),
        round_id: round.round.id.clone(),
        reason: "Covid-19: projects report at the end of the calendar year".to_string(),
        ends_on: "2020-12-31".to_string(),
        interim_report_due: deadline("2021-01-01T00:00:00Z", "11:59pm on 31 December 2020"),
        final_report_due: deadline("2021-04-01T00:00:00+01:00", "11:59pm on 31 March 2021"),
        validate_only: false,
    };
    let extension = round.network.manager.awards().extend_awards(extend).await?.into_inner();
    let says = format!("Covid-19: one act moves the dates of {} awards", extension.n_varied);
    tell(Line::Step { at: at(EXTENDED), says });
    Ok(Granted { awards: awards(round).await?, pot, extension })
}

async fn offer(round: &Round) -> Result<Vec<pb::Award>, PlayError> {
    let manager = &round.network.manager;
    let settings = pb::AwardSettings { starts_on: "2020-02-17".to_string(), offer_days: 21, ..Default::default() };
    let prepare = pb::PrepareAwardsRequest {
        request_id: request_id(),
        round_id: round.round.id.clone(),
        settings: Some(settings),
        ..Default::default()
    };
    manager.awards().prepare_awards(prepare).await?;
    let mut offered = Vec::new();
    for award in awards(round).await? {
        let award = name(round, award).await?;
        let offer = pb::OfferAwardRequest {
            request_id: request_id(),
            award_id: award.id,
            etag: award.etag,
            validate_only: false,
        };
        offered.push(manager.awards().offer_award(offer).await?.into_inner());
    }
    Ok(offered)
}

/// Open data want a title of at most 140 characters, which two of the published ones exceed.
const SHORT_TITLES: [(&str, &str); 2] = [
    ("r3-2020-03", "Connecting Communities: community transport drivers as community connectors"),
    ("r3-2020-13", "City Co-operative Care Summit"),
];

async fn name(round: &Round, award: pb::Award) -> Result<pb::Award, PlayError> {
    let Some((_, title)) = SHORT_TITLES.iter().find(|(reference, _)| *reference == award.reference) else {
        return Ok(award);
    };
    let name = pb::NameAwardRequest {
        request_id: request_id(),
        award_id: award.id,
        etag: award.etag,
        public_title: (*title).to_string(),
        validate_only: false,
    };
    Ok(round.network.manager.awards().name_award(name).await?.into_inner())
}

/// The awards of the round, by their references.
pub async fn awards(round: &Round) -> Result<Vec<pb::Award>, PlayError> {
    let list = pb::ListAwardsRequest { round_id: round.round.id.clone(), page_size: 500, ..Default::default() };
    let mut awards = round.network.manager.awards().list_awards(list).await?.into_inner().awards;
    awards.sort_by(|one, other| one.reference.cmp(&other.reference));
    Ok(awards)
}

async fn accept(round: &Round, award: pb::Award) -> Result<(), PlayError> {
    let system = round.network.system_of(&award.applicant_organisation_id)?;
    let agreement = award.agreement.unwrap_or_default();
    let accept = pb::AcceptAwardRequest {
        request_id: request_id(),
        award_id: award.id,
        etag: award.etag,
        version: agreement.version,
        sha256: agreement.sha256,
        certifier_id: system.certifier_id.clone(),
        role: CERTIFIER_ROLE.to_string(),
        ..Default::default()
    };
    system.client.awards().accept_award(accept).await?;
    Ok(())
}

/// The manager approves, the finance officer of the accountable body instructs (rule 21).
async fn pay(round: &Round, cast: &Cast) -> Result<(), PlayError> {
    for system in &round.network.systems {
        let check = pb::RecordPayeeCheckRequest {
            request_id: request_id(),
            organisation_id: system.organisation_id.clone(),
            account_reference: format!("SUPPLIER-{}", system.council.id.to_uppercase()),
            evidence: "called back on the council's published number (made up)".to_string(),
            validate_only: false,
        };
        cast.finance.payments().record_payee_check(check).await?;
    }
    let list = pb::ListPaymentsRequest { round_id: round.round.id.clone(), page_size: 500, ..Default::default() };
    let payments = round.network.manager.payments().list_payments(list).await?.into_inner().payments;
    for payment in payments {
        let (request_id, payment_id, etag) = (request_id(), payment.id, payment.etag);
        let approve = pb::ApprovePaymentRequest { request_id, payment_id, etag, validate_only: false };
        let approved = round.network.manager.payments().approve_payment(approve).await?.into_inner();
        let instruct = pb::InstructPaymentRequest {
            request_id: super::request_id(),
            payment_id: approved.id,
            etag: approved.etag,
            bank_reference: "BACS-2020-02-14".to_string(),
            validate_only: false,
        };
        let instructed = cast.finance.payments().instruct_payment(instruct).await?.into_inner();
        let confirm = pb::ConfirmPaymentRequest {
            request_id: super::request_id(),
            payment_id: instructed.id,
            etag: instructed.etag,
            paid_on: "2020-02-14".to_string(),
            validate_only: false,
        };
        let paid = cast.finance.payments().confirm_payment(confirm).await?.into_inner();
        let reconcile = pb::ReconcilePaymentRequest {
            request_id: super::request_id(),
            payment_id: paid.id,
            etag: paid.etag,
            validate_only: false,
        };
        cast.finance.payments().reconcile_payment(reconcile).await?;
    }
    Ok(())
}

async fn pot(round: &Round) -> Result<pb::Pot, PlayError> {
    let get = pb::GetPotRequest { round_id: round.round.id.clone(), instrument: "policy_prototype".to_string() };
    Ok(round.network.manager.payments().get_pot(get).await?.into_inner())
}
