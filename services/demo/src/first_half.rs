//! The 2020 round from the call to the close: every council's own system submits its bids and gets its receipts.

use kit::time::at;
use toadlane_client::upload;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1::{Language, Money};

use crate::call;
use crate::deployment::Deployment;
use crate::error::Error;
use crate::network::{self, CERTIFIER_ROLE, CouncilSystem, Network, organisation};
use crate::record::{PublishedBid, Record};
use crate::requests::request_id;
use crate::round::{Round, SubmittedBid};
use crate::timeline::{Line, Tell};

/// Plays the round until its close.
pub async fn play(deployment: &Deployment, tell: Tell<'_>) -> Result<Round, Error> {
    let record = Record::published();
    tell(Line::heading("The network (councils and codes are real; people and their seats are made up)"));
    let network = network::set_up(deployment, &record).await?;
    let n = network.systems.len();
    tell(Line::step(call::BEGINS, format!("{n} councils, 2 boards, {n} systems with keys of their own")));
    tell(Line::step(call::BEGINS, "2 administrators: a duty for the network takes both"));

    tell(Line::heading("The call (offer and theme as published; form, criteria and exact dates are made up)"));
    let framework = call::create_framework(&network.administrator, network.network_id.clone()).await?;
    let rules = call::rules(&framework, &network.boards);
    let round = call::schedule(&network.manager, rules, call::timetable()).await?;
    let (opens, closes) = (call::OPENS_IN_WORDS, call::CLOSES_IN_WORDS);
    tell(Line::step(call::BEGINS, format!("round r3-2020 scheduled: opens {opens}, closes {closes}")));
    let early = dry_run(&network.systems[0], &round, &record.bids[0]).await?;
    let says = format!("a dry run before the opening lists {early} things that bid 1 still misses");
    tell(Line::step(call::BEGINS, says));
    deployment.move_clocks(&network.token, at(call::OPENS)).await?;
    tell(Line::step(call::OPENS, "the round is open"));

    tell(Line::heading(
        "The bids, in the published order (titles as published, summaries paraphrased; days, references and files are \
         made up)",
    ));
    let mut bids = Vec::with_capacity(record.bids.len());
    for published in &record.bids {
        let day = 3 * i64::from(published.order) - 1;
        let minute = 37 * i64::from(published.order) % 240;
        let now = at(call::OPENS).plus_seconds(day * 86_400 + minute * 60);
        deployment.move_clocks(&network.token, now).await?;
        let system = network.systems.iter().find(|system| system.council.id == published.organisation);
        let system = system.ok_or_else(|| Error::NoOrganisation(published.organisation.clone()))?;
        let submitted = submit(&network, system, &round, published).await?;
        tell(Line::Bid(Box::new(submitted.clone())));
        bids.push(submitted);
    }

    tell(Line::heading("The close"));
    deployment.move_clocks(&network.token, at(call::CLOSES)).await?;
    let asked = pb::GetIntakeRequest { round_id: round.id.clone() };
    let last = network.manager.bids().get_intake(asked).await?.into_inner().last_number;
    let says = format!("closed as announced, {closes}: {} bids, numbers 1 to {last} without a gap", bids.len());
    tell(Line::step(call::CLOSES, says));
    Ok(Round { network, round, bids })
}

fn content(published: &PublishedBid) -> pb::BidContent {
    let answer = |question_id: &str, text: String| pb::Answer { question_id: question_id.to_string(), text };
    pb::BidContent {
        title: published.title.clone(),
        summary: published.summary.clone(),
        language: Language::En.into(),
        instrument: "policy_prototype".to_string(),
        requested: Some(Money { minor_units: 150_000, currency: "GBP".to_string() }),
        months: 9,
        partners: published.partners.clone(),
        answers: vec![
            answer("activities", published.activity_types.join(", ")),
            answer("beneficiaries", published.beneficiary_groups.join(", ")),
            answer("measures", published.success_measures.join("; ")),
        ],
        ..Default::default()
    }
}

/// A council's own system drafts.
async fn create(
    system: &CouncilSystem,
    round: &rounds::Round,
    client_reference: String,
    content: pb::BidContent,
) -> Result<pb::Bid, Error> {
    let create = pb::CreateBidRequest {
        request_id: request_id(),
        round_id: round.id.clone(),
        applicant_organisation_id: system.organisation_id.clone(),
        client_reference,
        content: Some(content),
        validate_only: false,
    };
    Ok(system.client.bids().create_bid(create).await?.into_inner())
}

/// A draft that has nothing but a title, tried before the opening: how much it misses. It is withdrawn again.
async fn dry_run(system: &CouncilSystem, round: &rounds::Round, published: &PublishedBid) -> Result<usize, Error> {
    let content = pb::BidContent { title: published.title.clone(), ..Default::default() };
    let reference = format!("{}-TRIAL", system.council.id.to_uppercase());
    let pb::Bid { id: bid_id, etag, .. } = create(system, round, reference, content).await?;
    let check = pb::CheckBidRequest { bid_id: bid_id.clone() };
    let checked = system.client.bids().check_bid(check).await?.into_inner();
    let (request_id, reason) = (request_id(), "only a trial".to_string());
    let withdraw = pb::WithdrawBidRequest { request_id, bid_id, etag, reason, validate_only: false };
    system.client.bids().withdraw_bid(withdraw).await?;
    Ok(checked.missing.len())
}

/// The partners of a bid that are councils: from them their members on the boards are recused too (rule 10).
async fn partner_councils(network: &Network, published: &PublishedBid) -> Result<Vec<pb::Participant>, Error> {
    let mut councils = Vec::new();
    for name in published.partners.iter().filter(|name| name.ends_with(" Council")) {
        let bidder = network.systems.iter().find(|system| system.council.name_as_published == *name);
        let organisation_id = match bidder {
            Some(system) => system.organisation_id.clone(),
            None => organisation(&network.administrator, name).await?,
        };
        councils.push(pb::Participant { organisation_id, may_edit: false });
    }
    Ok(councils)
}

/// The partners that have a system of their own here confirm with it. The others stay asked, and count for nothing.
async fn confirmed(network: &Network, mut draft: pb::Bid) -> Result<pb::Bid, Error> {
    for asked in draft.participations.clone() {
        let Ok(partner) = network.system_of(&asked.organisation_id) else { continue };
        let confirm = pb::ConfirmParticipationRequest {
            request_id: request_id(),
            bid_id: draft.id,
            etag: draft.etag,
            organisation_id: asked.organisation_id,
            ..Default::default()
        };
        draft = partner.client.bids().confirm_participation(confirm).await?.into_inner();
    }
    Ok(draft)
}

/// A council's own system drafts, names the partners, attaches, has it signed off, and submits.
async fn submit(
    network: &Network,
    system: &CouncilSystem,
    round: &rounds::Round,
    published: &PublishedBid,
) -> Result<SubmittedBid, Error> {
    let bids = || system.client.bids();
    let client_reference = format!("{}/2020/{:02}", system.council.id.to_uppercase(), published.order);
    let mut draft = create(system, round, client_reference.clone(), content(published)).await?;
    let participants = partner_councils(network, published).await?;
    if !participants.is_empty() {
        let (request_id, bid_id, etag) = (request_id(), draft.id, draft.etag);
        let set = pb::SetParticipantsRequest { request_id, bid_id, etag, participants, validate_only: false };
        draft = confirmed(network, bids().set_participants(set).await?.into_inner()).await?;
    }
    let plan = format!(
        "{}\n\nThis file is made up for the demo: the published record holds no bid texts beyond summaries.\n",
        published.project_short_name
    );
    let header = pb::AttachmentHeader {
        bid_id: draft.id,
        etag: draft.etag,
        file_name: "plan.txt".to_string(),
        media_type: "text/plain".to_string(),
        ..Default::default()
    };
    let pb::Bid { id: bid_id, etag, .. } = upload(&bids(), header, plan.into_bytes()).await?;
    let sign_off = pb::SignOffBidRequest {
        request_id: request_id(),
        bid_id,
        etag,
        certifier_id: system.certifier_id.clone(),
        role: CERTIFIER_ROLE.to_string(),
        validate_only: false,
    };
    let pb::Bid { id: bid_id, etag, .. } = bids().sign_off_bid(sign_off).await?.into_inner();
    let (request_id, client_time) = (request_id(), None);
    let submit = pb::SubmitBidRequest { request_id, bid_id, etag, client_time, validate_only: false };
    let bid = bids().submit_bid(submit).await?.into_inner();
    let receipt = bids().get_receipt(pb::GetReceiptRequest { bid_id: bid.id.clone() }).await?.into_inner();
    let (order, council, title) = (published.order, system.council.name_as_published.clone(), published.title.clone());
    Ok(SubmittedBid { order, council, title, client_reference, bid, receipt })
}
