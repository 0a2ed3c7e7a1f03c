//! Councils, rounds that are open, and drafts that are signed off.

use std::path::PathBuf;

use demo::call;
use demo::deployment::Deployment;
use demo::error::Error;
use demo::network::{self, ADMINISTRATOR, NETWORK};
use demo::requests::request_id;
use futures_util::{StreamExt, TryStreamExt, stream};
use toadlane_client::{Client, Place};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1::{Language, Money};

use crate::caller::{AT_ONCE, Caller};
use crate::plan::{Council, Draft, Network, Plan, Where};

#[derive(clap::Args)]
pub struct Prepare {
    #[command(flatten)]
    at: Where,
    /// Folder to which the server writes its mail: one-time codes are read from there
    #[arg(long, default_value = "toadlane-data/mail")]
    mail: PathBuf,
    /// How many councils; those of a plan that is there already are kept
    #[arg(long, default_value_t = 512)]
    councils: usize,
    /// Over how many rounds the bids are scattered
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// How many bids
    #[arg(long, default_value_t = 2048)]
    bids: usize,
}

const MANAGER: &str = "bench.manager@network.example";

/// Rounds are made in stock, since a manager may sign in only so often.
const ROUNDS_AT_ONCE: usize = 128;

impl Prepare {
    pub async fn run(&self) -> Result<(), String> {
        let deployment = Deployment::at(Place::new(self.at.server.clone()), self.mail.clone());
        let says = |error: Error| error.to_string();
        let mut network = match self.at.plan.exists() {
            true => Plan::read(&self.at.plan)?.network,
            false => set_up(&deployment, self.councils).await.map_err(says)?,
        };
        if network.round_ids.len() < self.rounds {
            open_rounds(&deployment, &mut network, ROUNDS_AT_ONCE.max(self.rounds)).await.map_err(says)?;
        }
        let round_ids = network.round_ids.split_off(network.round_ids.len() - self.rounds);
        // The network is kept even where the drafts then fail: it cannot be made a second time.
        Plan { network: network.clone(), drafts: Vec::new() }.write(&self.at.plan)?;
        let drafts = self.drafts(&network, &round_ids).await.map_err(says)?;
        println!("{} drafts of {} councils in {} open rounds", drafts.len(), network.councils.len(), self.rounds);
        Plan { network, drafts }.write(&self.at.plan)
    }

    async fn drafts(&self, network: &Network, round_ids: &[String]) -> Result<Vec<Draft>, Error> {
        let caller = Caller::connect(&self.at.server)?;
        let tokens = caller.tokens(&network.councils).await?;
        let (caller, tokens) = (&caller, &tokens);
        let drafts = stream::iter(0..self.bids).map(|n| async move {
            let council = n % network.councils.len();
            let round_id = &round_ids[scattered(n, round_ids.len())];
            let bid = draft(caller, &tokens[council], &network.councils[council], round_id, n).await?;
            Ok(Draft { council, round_id: bid.round_id, bid_id: bid.id, etag: bid.etag })
        });
        drafts.buffered(AT_ONCE).try_collect().await
    }
}

/// Spreads neighbours over all places, evenly and the same way each time. `infra/bench` says it too.
fn scattered(n: usize, n_places: usize) -> usize {
    (n * 2_654_435_761 % (1 << 32) / 65_536) % n_places
}

async fn set_up(deployment: &Deployment, n_councils: usize) -> Result<Network, Error> {
    let administrator = deployment.sign_in(ADMINISTRATOR).await?;
    let network_id = network::organisation(&administrator, NETWORK).await?;
    let manager = network::person(&administrator, &network_id, "Round manager (bench)", MANAGER).await?;
    network::grant(&administrator, manager, registry::Role::RoundManager, &network_id).await?;
    let framework_id = call::create_framework(&administrator, network_id).await?.id;
    let board_id = network::create_board(&administrator, "Board (bench)", "Bench").await?;
    let administrator = &administrator;
    let councils = stream::iter(0..n_councils).map(|n| council(deployment, administrator, n));
    let councils = councils.buffered(AT_ONCE).try_collect().await?;
    Ok(Network { framework_id, board_id, councils, round_ids: Vec::new() })
}

/// A council whose one person is its administrator and its certifier, and that person's system.
async fn council(deployment: &Deployment, administrator: &Client, n: usize) -> Result<Council, Error> {
    let name = format!("Bench council {n}");
    let details = registry::OrganisationDetails {
        kind: registry::organisation::Kind::LocalCouncil.into(),
        name: name.clone(),
        ..Default::default()
    };
    let organisation_id = network::enter_organisation(administrator, details).await?;
    let email = format!("clerk@bench-{n}.example");
    let clerk = network::person(administrator, &organisation_id, &format!("Clerk of {name}"), &email).await?;
    let clerk = network::grant(administrator, clerk, registry::Role::Certifier, &organisation_id).await?;
    let clerk = network::grant(administrator, clerk, registry::Role::CouncilAdministrator, &organisation_id).await?;
    let asked = registry::CreateClientRequest {
        request_id: request_id(),
        organisation_id: organisation_id.clone(),
        name,
        kind: registry::client::Kind::Secret.into(),
        scopes: ["bids.read", "bids.write", "bids.certify"].map(str::to_string).to_vec(),
        ..Default::default()
    };
    let created = deployment.sign_in(&email).await?.clients().create_client(asked).await?.into_inner();
    let client_id = created.client.unwrap_or_default().id;
    Ok(Council { organisation_id, certifier_id: clerk.id, client_id, client_secret: created.secret })
}

async fn open_rounds(deployment: &Deployment, network: &mut Network, n_rounds: usize) -> Result<(), Error> {
    let manager = deployment.sign_in(MANAGER).await?;
    for _ in 0..n_rounds {
        let round_id = open_round(&manager, network).await?;
        network.round_ids.push(round_id);
    }
    Ok(())
}

/// A round that is open: the demo's rules, from some years ago until far ahead.
async fn open_round(manager: &Client, network: &Network) -> Result<String, Error> {
    let framework = rounds::Framework { id: network.framework_id.clone(), ..Default::default() };
    let rules = rounds::RoundRules {
        reference: format!("bench-{}", uuid::Uuid::now_v7().simple()),
        ..call::rules(&framework, std::slice::from_ref(&network.board_id))
    };
    let timetable = rounds::Timetable {
        opens: call::deadline("2020-01-06T09:00:00Z", "9:00am on 6 January 2020"),
        closes: call::deadline("2099-12-31T00:00:00Z", "11:59pm on 30 December 2099"),
        announces: call::deadline("2100-02-01T09:00:00Z", "9:00am on 1 February 2100"),
        ..Default::default()
    };
    Ok(call::schedule(manager, rules, timetable).await?.id)
}

async fn draft(caller: &Caller, token: &str, council: &Council, round_id: &str, n: usize) -> Result<bids::Bid, Error> {
    let create = bids::CreateBidRequest {
        request_id: request_id(),
        round_id: round_id.to_string(),
        applicant_organisation_id: council.organisation_id.clone(),
        client_reference: format!("BENCH/{}", request_id()),
        content: Some(content(n)),
        validate_only: false,
    };
    let draft = caller.bids().create_bid(Caller::signed(create, token)).await?.into_inner();
    let sign_off = bids::SignOffBidRequest {
        request_id: request_id(),
        bid_id: draft.id,
        etag: draft.etag,
        certifier_id: council.certifier_id.clone(),
        role: "Clerk".to_string(),
        validate_only: false,
    };
    Ok(caller.bids().sign_off_bid(Caller::signed(sign_off, token)).await?.into_inner())
}

/// Some 2 KiB of a bid, no two alike.
fn content(n: usize) -> bids::BidContent {
    let answer =
        |question: &str, seed: usize| bids::Answer { question_id: question.to_string(), text: words(seed, 75) };
    bids::BidContent {
        title: format!("Bid {n}: {}", words(n * 5, 6)),
        summary: words(n * 5 + 1, 60),
        language: Language::En.into(),
        instrument: "policy_prototype".to_string(),
        requested: Some(Money { minor_units: 150_000, currency: "GBP".to_string() }),
        months: 9,
        answers: vec![
            answer("activities", n * 5 + 2),
            answer("beneficiaries", n * 5 + 3),
            answer("measures", n * 5 + 4),
        ],
        ..Default::default()
    }
}

/// Words without a sense, the same for the same seed.
fn words(seed: usize, n_words: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ce", "di", "fo", "gu", "ha", "ki", "lo", "mu", "ne", "pa", "ri", "so", "tu", "we", "zo"];
    // A multiplicative generator: no more is asked of it than that texts differ.
    let mut state = (seed as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut words = Vec::with_capacity(n_words);
    for _ in 0..n_words {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let syllable = |shift: u32| SYLLABLES[(state >> shift) as usize % SYLLABLES.len()];
        words.push([syllable(40), syllable(48), syllable(56)].concat());
    }
    words.join(" ")
}
