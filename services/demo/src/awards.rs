//! The awards: offered, accepted, paid, and postponed for Covid-19 in one act. Amounts and the postponement are
//! published; days, accounts and words are made up.

use export::money::money;
use kit::time::at;
use toadlane_proto::awards::v1 as pb;

use crate::call::deadline;
use crate::deployment::Deployment;
use crate::error::Error;
use crate::network::CERTIFIER_ROLE;
use crate::people::People;
use crate::requests::request_id;
use crate::round::Round;
use crate::timeline::{Line, Tell};

const OFFERED: &str = "2020-02-03T10:00:00Z";
const ACCEPTED: &str = "2020-02-10T10:00:00Z";
const PAID: &str = "2020-02-14T10:00:00Z";
const EXTENDED: &str = "2020-04-06T10:00:00Z";

pub async fn grant(deployment: &Deployment, round: &Round, people: &People, tell: Tell<'_>) -> Result<(), Error> {
    tell(Line::heading("The awards (amounts as published; days and accounts are made up)"));
    let token = &round.network.token;
    deployment.move_clocks(token, at(OFFERED)).await?;
    let offered = offer(round).await?;
    tell(Line::step(OFFERED, format!("{} awards offered", offered.len())));
    deployment.move_clocks(token, at(ACCEPTED)).await?;
    for award in offered {
        accept(round, award).await?;
    }
    deployment.move_clocks(token, at(PAID)).await?;
    pay(round, people).await?;
    let paid = pot(round).await?.paid.as_ref().map(money).unwrap_or_default();
    tell(Line::step(PAID, format!("every council accepted and is paid: {paid} in all")));

    deployment.move_clocks(token, at(EXTENDED)).await?;
    let extend = pb::ExtendAwardsRequest {
        request_id: request_id(),
        round_id: round.round.id.clone(),
        reason: "Covid-19: projects report at the end of the calendar year".to_string(),
        ends_on: "2020-12-31".to_string(),
        interim_report_due: deadline("2021-01-01T00:00:00Z", "11:59pm on 31 December 2020"),
        final_report_due: deadline("2021-04-01T00:00:00+01:00", "11:59pm on 31 March 2021"),
        validate_only: false,
    };
    let n_varied = round.network.manager.awards().extend_awards(extend).await?.into_inner().n_varied;
    tell(Line::step(EXTENDED, format!("Covid-19: one act moves the dates of {n_varied} awards")));
    Ok(())
}

async fn offer(round: &Round) -> Result<Vec<pb::Award>, Error> {
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
        let pb::Award { id: award_id, etag, .. } = name(round, award).await?;
        let offer = pb::OfferAwardRequest { request_id: request_id(), award_id, etag, validate_only: false };
        offered.push(manager.awards().offer_award(offer).await?.into_inner());
    }
    Ok(offered)
}

/// Open data want a title of at most 140 characters, which two of the published ones exceed.
const SHORT_TITLES: [(&str, &str); 2] = [
    ("r3-2020-03", "Connecting Communities: community transport drivers as community connectors"),
    ("r3-2020-13", "City Co-operative Care Summit"),
];

async fn name(round: &Round, award: pb::Award) -> Result<pb::Award, Error> {
    let Some((_, title)) = SHORT_TITLES.iter().find(|(reference, _)| *reference == award.reference) else {
        return Ok(award);
    };
    let (award_id, etag, public_title) = (award.id, award.etag, (*title).to_string());
    let name = pb::NameAwardRequest { request_id: request_id(), award_id, etag, public_title, validate_only: false };
    Ok(round.network.manager.awards().name_award(name).await?.into_inner())
}

/// The awards of the round, by their references.
pub async fn awards(round: &Round) -> Result<Vec<pb::Award>, Error> {
    let list = pb::ListAwardsRequest { round_id: round.round.id.clone(), page_size: 500, ..Default::default() };
    let mut awards = round.network.manager.awards().list_awards(list).await?.into_inner().awards;
    awards.sort_by(|one, other| one.reference.cmp(&other.reference));
    Ok(awards)
}

async fn accept(round: &Round, award: pb::Award) -> Result<(), Error> {
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

/// Three people pay: the cashier of the accountable body checks the accounts, the manager approves, the finance officer
/// instructs; the cashier then says what the bank did (rule 21).
async fn pay(round: &Round, people: &People) -> Result<(), Error> {
    let (manager, finance) = (|| round.network.manager.payments(), || people.finance.payments());
    let cashier = || people.cashier.payments();
    for system in &round.network.systems {
        let check = pb::RecordPayeeCheckRequest {
            request_id: request_id(),
            organisation_id: system.organisation_id.clone(),
            account_reference: format!("SUPPLIER-{}", system.council.id.to_uppercase()),
            evidence: "called back on the council's published number (made up)".to_string(),
            validate_only: false,
        };
        cashier().record_payee_check(check).await?;
    }
    let list = pb::ListPaymentsRequest { round_id: round.round.id.clone(), page_size: 500, ..Default::default() };
    for pb::Payment { id: payment_id, etag, .. } in manager().list_payments(list).await?.into_inner().payments {
        let approve = pb::ApprovePaymentRequest { request_id: request_id(), payment_id, etag, validate_only: false };
        let pb::Payment { id: payment_id, etag, .. } = manager().approve_payment(approve).await?.into_inner();
        let instruct = pb::InstructPaymentRequest {
            request_id: request_id(),
            payment_id,
            etag,
            bank_reference: "BACS-2020-02-14".to_string(),
            validate_only: false,
        };
        let pb::Payment { id: payment_id, etag, .. } = finance().instruct_payment(instruct).await?.into_inner();
        let confirm = pb::ConfirmPaymentRequest {
            request_id: request_id(),
            payment_id,
            etag,
            paid_on: "2020-02-14".to_string(),
            validate_only: false,
        };
        let pb::Payment { id: payment_id, etag, .. } = cashier().confirm_payment(confirm).await?.into_inner();
        let reconcile =
            pb::ReconcilePaymentRequest { request_id: request_id(), payment_id, etag, validate_only: false };
        cashier().reconcile_payment(reconcile).await?;
    }
    Ok(())
}

async fn pot(round: &Round) -> Result<pb::Pot, Error> {
    let get = pb::GetPotRequest { round_id: round.round.id.clone(), instrument: "policy_prototype".to_string() };
    Ok(round.network.manager.payments().get_pot(get).await?.into_inner())
}
