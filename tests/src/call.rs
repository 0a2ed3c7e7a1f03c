//! Rounds of today, and bids for them, for the tests that need many of both. Made up through and through.

use demo::call;
use demo::deployment::Deployment;
use demo::network::{self, CouncilSystem, Network};
use demo::record::{Principles, Record};
use kit::time::Timestamp;
use toadlane_client::{Client, Reason, Refusal, retry};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1::{Deadline, Language, Money};

/// A network whose manager calls for bids.
pub struct Host {
    pub network: Network,
    framework: rounds::Framework,
}

const ZONE: &str = "Etc/UTC";
const ANNOUNCES: &str = "2099-01-05T12:00:00Z";

impl Host {
    pub async fn set_up(deployment: &Deployment) -> Host {
        let network = network::set_up(deployment, &Record::published()).await.unwrap();
        let principles = Principles::published();
        let framework = retry(|request_id| {
            let mut frameworks = network.administrator.frameworks();
            let asked = rounds::CreateFrameworkRequest {
                request_id,
                name: call::text(&principles.framework.name),
                owner_organisation_id: network.network_id.clone(),
                wording: Some(call::wording(&principles)),
                validate_only: false,
            };
            async move { frameworks.create_framework(asked).await }
        });
        let framework = framework.await.unwrap();
        Host { network, framework }
    }

    /// A round that has been open for long and closes at an instant.
    pub fn round(&self, reference: &str, closes: Timestamp) -> rounds::CreateRoundRequest {
        let rules = rounds::RoundRules {
            reference: reference.to_string(),
            ..call::rules(&self.framework, &self.network.boards)
        };
        let timetable = rounds::Timetable {
            closes: Some(deadline(closes)),
            announces: Some(deadline(kit::time::at(ANNOUNCES))),
            interim_report_due: None,
            final_report_due: None,
            ..call::timetable()
        };
        rounds::CreateRoundRequest { rules: Some(rules), timetable: Some(timetable), ..Default::default() }
    }

    /// Creates such a round and schedules it.
    pub async fn schedule(&self, reference: &str, closes: Timestamp) -> rounds::Round {
        let manager = &self.network.manager;
        let draft = retry(|request_id| {
            let (mut rounds, asked) = (manager.rounds(), self.round(reference, closes));
            async move { rounds.create_round(rounds::CreateRoundRequest { request_id, ..asked }).await }
        });
        let draft = draft.await.unwrap();
        let scheduled = retry(|request_id| {
            let (mut rounds, (round_id, etag)) = (manager.rounds(), (draft.id.clone(), draft.etag.clone()));
            let asked = rounds::ScheduleRoundRequest { request_id, round_id, etag, validate_only: false };
            async move { rounds.schedule_round(asked).await }
        });
        scheduled.await.unwrap()
    }
}

/// Moves the close of a round, as a manager does who reads it first, and again when it has changed meanwhile.
pub async fn extend(manager: &Client, round_id: &str, closes: Timestamp) -> Result<rounds::Round, Refusal> {
    loop {
        let round = retry(|_| {
            let (mut service, round_id) = (manager.rounds(), round_id.to_string());
            async move { service.get_round(rounds::GetRoundRequest { round_id }).await }
        });
        let etag = round.await?.etag;
        let extended = retry(|request_id| {
            let mut service = manager.rounds();
            let dates = rounds::LaterDates { closes: Some(deadline(closes)), ..Default::default() };
            let (round_id, etag, reason) =
                (round_id.to_string(), etag.clone(), "a test asks for more time".to_string());
            let dates = Some(dates);
            let asked = rounds::ExtendRoundRequest { request_id, round_id, etag, dates, reason, validate_only: false };
            async move { service.extend_round(asked).await }
        });
        match extended.await {
            Err(refusal) if refusal.reason == Reason::StaleEtag => {}
            settled => return settled,
        }
    }
}

fn deadline(instant: Timestamp) -> Deadline {
    let words = instant.in_words(ZONE);
    // "12:00am" is ambiguous: the minute before is announced.
    let announced = if words.starts_with("12:00am") { instant.plus_seconds(-60).in_words(ZONE) } else { words };
    Deadline { instant: Some(instant.into()), zone: ZONE.to_string(), announced }
}

/// A complete bid. Its words are its own, so that it is no duplicate of another one.
pub fn new_bid(system: &CouncilSystem, round_id: &str, reference: &str) -> pb::CreateBidRequest {
    let words = |what: &str| (1..6).map(|n| format!("{what}{n}of{reference}")).collect::<Vec<_>>().join(" ");
    let answer = |question: &str| pb::Answer { question_id: question.to_string(), text: words(question) };
    let content = pb::BidContent {
        title: words("title"),
        summary: words("summary"),
        language: Language::En.into(),
        instrument: "policy_prototype".to_string(),
        requested: Some(Money { minor_units: 150_000, currency: "GBP".to_string() }),
        months: 9,
        answers: ["activities", "beneficiaries", "measures"].map(answer).to_vec(),
        ..Default::default()
    };
    pb::CreateBidRequest {
        round_id: round_id.to_string(),
        applicant_organisation_id: system.organisation_id.clone(),
        client_reference: reference.to_string(),
        content: Some(content),
        ..Default::default()
    }
}

pub fn sign_off(system: &CouncilSystem, bid: &pb::Bid) -> pb::SignOffBidRequest {
    pb::SignOffBidRequest {
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        certifier_id: system.certifier_id.clone(),
        role: "Chief finance officer (made up)".to_string(),
        ..Default::default()
    }
}

pub fn submit(bid: &pb::Bid) -> pb::SubmitBidRequest {
    pb::SubmitBidRequest { bid_id: bid.id.clone(), etag: bid.etag.clone(), ..Default::default() }
}

/// Drafts a bid and has it signed off.
pub async fn signed_off(
    client: &Client,
    system: &CouncilSystem,
    round_id: &str,
    reference: &str,
) -> Result<pb::Bid, Refusal> {
    let draft = retry(|request_id| {
        let (mut bids, asked) = (client.bids(), new_bid(system, round_id, reference));
        async move { bids.create_bid(pb::CreateBidRequest { request_id, ..asked }).await }
    });
    let draft = draft.await?;
    retry(|request_id| {
        let (mut bids, asked) = (client.bids(), sign_off(system, &draft));
        async move { bids.sign_off_bid(pb::SignOffBidRequest { request_id, ..asked }).await }
    })
    .await
}
