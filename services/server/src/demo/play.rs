//! The 2020 round from the call to the receipts, against a running server with a held clock, through the public API.

use kit::time::{Timestamp, at};
use toadlane_client::{Client, Credentials, upload};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1::{Language, Money};

use super::network::{self, CouncilSystem, Network, Stage, organisation};
use super::record::{Principles, PublishedBid, Record};
use super::{PlayError, call, request_id};

/// What happened, as it happens.
pub enum Line {
    Act(String),
    Step { at: Timestamp, says: String },
    Bid(Box<Played>),
}

/// One bid as it was handed in.
#[derive(Clone)]
pub struct Played {
    pub order: u32,
    pub council: String,
    pub title: String,
    pub client_reference: String,
    pub bid: pb::Bid,
    pub receipt: pb::Receipt,
}

/// The round after its close.
pub struct Round {
    pub network: Network,
    pub round: rounds::Round,
    pub bids: Vec<Played>,
}

/// Plays the round until its close.
pub async fn play(stage: &Stage, tell: &mut (dyn FnMut(Line) + Send)) -> Result<Round, PlayError> {
    let record = Record::published();
    let begins = at(call::BEGINS);
    tell(Line::Act("The network (councils and codes are real; people and their seats are made up)".to_string()));
    let network = network::set_up(stage, &record).await?;
    let says = format!(
        "{} councils, 2 boards, {} systems with keys of their own",
        network.systems.len(),
        network.systems.len()
    );
    tell(Line::Step { at: begins, says });

    tell(Line::Act("The call (offer and theme as published; form, criteria and exact dates are made up)".to_string()));
    let round = schedule(&network).await?;
    let says = format!("round r3-2020 scheduled: opens {}, closes {}", call::OPENS_IN_WORDS, call::CLOSES_IN_WORDS);
    tell(Line::Step { at: begins, says });
    let early = dry_run(&network.systems[0], &round, &record.bids[0]).await?;
    let says = format!("a dry run before the opening lists {early} things that bid 1 still misses");
    tell(Line::Step { at: begins, says });
    stage.move_clocks(&network.token, at(call::OPENS)).await?;
    tell(Line::Step { at: at(call::OPENS), says: "the round is open".to_string() });

    tell(Line::Act(
        "The bids, in the published order (titles as published, summaries paraphrased; days, references and files are \
         made up)"
            .to_string(),
    ));
    let mut bids = Vec::with_capacity(record.bids.len());
    for published in &record.bids {
        let day = 3 * i64::from(published.order) - 1;
        let minute = 37 * i64::from(published.order) % 240;
        let now = at(call::OPENS).plus_seconds(day * 86_400 + minute * 60);
        stage.move_clocks(&network.token, now).await?;
        let system = network.systems.iter().find(|system| system.council.id == published.organisation);
        let system = system.ok_or_else(|| PlayError::NoOrganisation(published.organisation.clone()))?;
        let played = submit(&network, system, &round, published).await?;
        tell(Line::Bid(Box::new(played.clone())));
        bids.push(played);
    }

    tell(Line::Act("The close".to_string()));
    stage.move_clocks(&network.token, at(call::CLOSES)).await?;
    let asked = pb::GetIntakeRequest { round_id: round.id.clone() };
    let intake = network.manager.bids().get_intake(asked).await?.into_inner();
    let (in_words, last) = (call::CLOSES_IN_WORDS, intake.last_number);
    let says = format!("closed as announced, {in_words}: {} bids, numbers 1 to {last} without a gap", bids.len());
    tell(Line::Step { at: at(call::CLOSES), says });
    Ok(Round { network, round, bids })
}

async fn schedule(network: &Network) -> Result<rounds::Round, PlayError> {
    let principles = Principles::published();
    let framework = rounds::CreateFrameworkRequest {
        request_id: request_id(),
        name: call::text(&principles.framework.name),
        owner_organisation_id: network.network_id.clone(),
        wording: Some(call::wording(&principles)),
        validate_only: false,
    };
    let framework = network.administrator.frameworks().create_framework(framework).await?.into_inner();
    let create = rounds::CreateRoundRequest {
        request_id: request_id(),
        rules: Some(call::rules(&framework, &network.boards)),
        timetable: Some(call::timetable()),
        validate_only: false,
    };
    let draft = network.manager.rounds().create_round(create).await?.into_inner();
    let schedule = rounds::ScheduleRoundRequest {
        request_id: request_id(),
        round_id: draft.id,
        etag: draft.etag,
        validate_only: false,
    };
    Ok(network.manager.rounds().schedule_round(schedule).await?.into_inner())
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

/// A draft that has nothing but a title, tried before the opening: how much it misses. It is withdrawn again.
async fn dry_run(system: &CouncilSystem, round: &rounds::Round, published: &PublishedBid) -> Result<usize, PlayError> {
    let title = published.title.clone();
    let create = pb::CreateBidRequest {
        request_id: request_id(),
        round_id: round.id.clone(),
        applicant_organisation_id: system.organisation_id.clone(),
        client_reference: format!("{}-TRIAL", system.council.id.to_uppercase()),
        content: Some(pb::BidContent { title, ..Default::default() }),
        validate_only: false,
    };
    let draft = system.client.bids().create_bid(create).await?.into_inner();
    let checked = system.client.bids().check_bid(pb::CheckBidRequest { bid_id: draft.id.clone() }).await?.into_inner();
    let withdraw = pb::WithdrawBidRequest {
        request_id: request_id(),
        bid_id: draft.id,
        etag: draft.etag,
        reason: "only a trial".to_string(),
        validate_only: false,
    };
    system.client.bids().withdraw_bid(withdraw).await?;
    Ok(checked.missing.len())
}

/// The partners of a bid that are councils: from them their members on the boards are recused too (rule 10).
async fn partner_councils(network: &Network, published: &PublishedBid) -> Result<Vec<pb::Participant>, PlayError> {
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

/// A council's own system drafts, names the partners, attaches, has it signed off, and submits.
async fn submit(
    network: &Network,
    system: &CouncilSystem,
    round: &rounds::Round,
    published: &PublishedBid,
) -> Result<Played, PlayError> {
    let client = &system.client;
    let client_reference = format!("{}/2020/{:02}", system.council.id.to_uppercase(), published.order);
    let create = pb::CreateBidRequest {
        request_id: request_id(),
        round_id: round.id.clone(),
        applicant_organisation_id: system.organisation_id.clone(),
        client_reference: client_reference.clone(),
        content: Some(content(published)),
        validate_only: false,
    };
    let mut draft = client.bids().create_bid(create).await?.into_inner();
    let participants = partner_councils(network, published).await?;
    if !participants.is_empty() {
        let set = pb::SetParticipantsRequest {
            request_id: request_id(),
            bid_id: draft.id,
            etag: draft.etag,
            participants,
            validate_only: false,
        };
        draft = client.bids().set_participants(set).await?.into_inner();
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
    let with_file = upload(&client.bids(), header, plan.into_bytes()).await?;
    let sign_off = pb::SignOffBidRequest {
        request_id: request_id(),
        bid_id: with_file.id,
        etag: with_file.etag,
        certifier_id: system.certifier_id.clone(),
        role: "Chief finance officer (made up)".to_string(),
        validate_only: false,
    };
    let signed = client.bids().sign_off_bid(sign_off).await?.into_inner();
    let submit = pb::SubmitBidRequest {
        request_id: request_id(),
        bid_id: signed.id,
        etag: signed.etag,
        client_time: None,
        validate_only: false,
    };
    let bid = client.bids().submit_bid(submit).await?.into_inner();
    let receipt = client.bids().get_receipt(pb::GetReceiptRequest { bid_id: bid.id.clone() }).await?.into_inner();
    let (order, council, title) = (published.order, system.council.name_as_published.clone(), published.title.clone());
    Ok(Played { order, council, title, client_reference, bid, receipt })
}

/// What the platform's key set is, asked as anyone may.
pub async fn key_set(stage: &Stage) -> Result<String, PlayError> {
    let anonymous = Client::connect(stage.places.clone(), Credentials::Anonymous)?;
    let asked = toadlane_proto::registry::v1::GetKeySetRequest {};
    Ok(anonymous.sign_in().get_key_set(asked).await?.into_inner().jwks)
}
