//! A service in one process, with everything around it that a test needs.

use std::path::PathBuf;
use std::sync::Arc;

use kit::bus::Bus;
use kit::caller::{Area, Role, Scope};
use kit::db::{Db, Storage};
use kit::ids::{OrgId, RoundId};
use kit::time::{Timestamp, at};
use kit::transport::Transport;
pub use testing::answers::{event, fields, new_id, newer, pounds, reason, wire};
use testing::callers::Gate;
pub use testing::callers::{Council, Who};
use testing::stores::{each_opened, move_clock};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::registry::v1::{self as registry, MembershipClass};
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::peers::Peers;
pub use super::requests::*;
use crate::Bids;

pub const BEFORE: &str = "2020-01-06T09:00:00Z";
pub const OPENS: &str = "2020-01-10T12:00:00Z";
pub const CLOSES: &str = "2020-02-01T00:00:00Z";
pub const AFTER: &str = "2020-02-01T00:00:10Z";

pub type Client = BidsServiceClient<Transport>;

pub struct Harness {
    pub db: Db,
    pub bids: Bids,
    pub peers: Arc<Peers>,
    pub network: OrgId,
    pub manager: Who,
    pub files: PathBuf,
    transport: Transport,
    pub gate: Gate,
    stop: CancellationToken,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

/// Runs a test in a harness on each engine; its clock is held, some days before the round opens.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_opened(Harness::open, test).await;
}

impl Harness {
    pub fn open(storage: &Storage) -> Harness {
        Harness::with_clock(storage, Some(at(BEFORE)))
    }

    /// One whose clock runs.
    pub fn in_real_time(storage: &Storage) -> Harness {
        Harness::with_clock(storage, None)
    }

    fn with_clock(storage: &Storage, clock: Option<Timestamp>) -> Harness {
        let db = crate::open(storage, clock).unwrap();
        let gate = Gate::new(&["/toadlane.bids.v1.BidsService/CreateBid", "/toadlane.bids.v1.BidsService/UpdateBid"]);
        let peers = Arc::new(Peers::default());
        let files = std::env::temp_dir().join(format!("toadlane_files_{}", uuid::Uuid::now_v7().simple()));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let (rounds, registry) = (peers.transport(), peers.transport());
        let bids = Bids::new(db.clone(), &files, gate.key(Area::Bids), registry, rounds, stopped).unwrap();
        let transport = gate.guard(bids.routes(), db.clock());
        let network = OrgId::new();
        let manager = Who::person(Role::RoundManager, network);
        Harness { db, bids, peers, network, manager, files, transport, gate, stop }
    }

    /// The generated client with somebody's token.
    pub fn as_who(&self, who: &Who) -> Client {
        BidsServiceClient::new(self.transport_of(who))
    }

    /// The way in, with somebody's token on each call.
    pub fn transport_of(&self, who: &Who) -> Transport {
        self.gate.way_of(who, &self.transport)
    }

    /// A council that is a full member, known to the registry with its certifier. Its system reads and writes, and does
    /// not certify.
    pub fn council(&self, name: &str) -> Council {
        let council = Council::new(&[Scope::BidsRead, Scope::BidsWrite]);
        let id = council.id.to_string();
        let standing = registry::Standing {
            organisation_id: id.clone(),
            name: name.to_string(),
            legal_body: true,
            membership_class: MembershipClass::Full.into(),
            good_standing: true,
            ..Default::default()
        };
        self.peers.standings.lock().unwrap().push(standing);
        self.peers.certifiers.lock().unwrap().push((id, council.certifier.subject.clone()));
        council
    }

    /// A scheduled round of 2020, changed to a test's liking.
    pub fn round(&self, change: impl FnOnce(&mut rounds::Round)) -> rounds::Round {
        let mut round = a_round();
        change(&mut round);
        self.peers.rounds.lock().unwrap().push(round.clone());
        round
    }

    /// What `rounds` publishes after it has changed a round.
    pub async fn publish(&self, round: &mut rounds::Round, change: impl FnOnce(&mut rounds::Round)) {
        let version = round.etag.parse::<i64>().unwrap() + 1;
        round.etag = version.to_string();
        change(round);
        self.peers.rounds.lock().unwrap().push(round.clone());
        self.bids.clone().take_round(event(&round.id, version, round)).await.unwrap();
    }

    /// Moves the clock, and lets what is due happen.
    pub async fn at(&self, instant: &str) {
        self.clock(instant).await;
        self.bids.tick().await.unwrap();
    }

    /// Moves the clock while the ticker has yet to notice.
    pub async fn clock(&self, instant: &str) {
        move_clock(&self.db, instant).await;
    }

    /// Publishes events from now on.
    pub fn relay(&self) {
        tokio::spawn(kit::relay::run(self.db.clone(), Bus::local(), Area::Bids, self.bids.stop.clone()));
    }

    pub async fn draft(&self, council: &Council, round: &rounds::Round) -> pb::Bid {
        self.draft_of(council, round, a_content("Diabeaters")).await
    }

    pub async fn draft_of(&self, council: &Council, round: &rounds::Round, content: pb::BidContent) -> pb::Bid {
        self.as_who(&council.officer).create_bid(create(council, round, content)).await.unwrap().into_inner()
    }

    /// Has the certifier sign off.
    pub async fn signed(&self, council: &Council, bid: &pb::Bid) -> pb::Bid {
        self.as_who(&council.certifier).sign_off_bid(sign_off(council, bid)).await.unwrap().into_inner()
    }

    /// A draft that lacks nothing.
    pub async fn ready(&self, council: &Council, round: &rounds::Round) -> pb::Bid {
        let draft = self.draft(council, round).await;
        self.signed(council, &draft).await
    }

    pub async fn submit(&self, council: &Council, bid: &pb::Bid) -> Result<pb::Bid, Status> {
        Ok(self.as_who(&council.officer).submit_bid(submit(bid)).await?.into_inner())
    }

    /// A draft that lacks nothing, handed in.
    pub async fn submitted(&self, council: &Council, round: &rounds::Round) -> pb::Bid {
        let ready = self.ready(council, round).await;
        self.submit(council, &ready).await.unwrap()
    }

    pub async fn reopened(&self, council: &Council, bid: &pb::Bid) -> pb::Bid {
        self.as_who(&council.officer).reopen_bid(reopen(bid)).await.unwrap().into_inner()
    }

    pub async fn get(&self, who: &Who, bid: &pb::Bid) -> Result<pb::Bid, Status> {
        let request = pb::GetBidRequest { bid_id: bid.id.clone() };
        Ok(self.as_who(who).get_bid(request).await?.into_inner())
    }

    pub async fn receipt(&self, who: &Who, bid: &pb::Bid) -> pb::Receipt {
        let request = pb::GetReceiptRequest { bid_id: bid.id.clone() };
        self.as_who(who).get_receipt(request).await.unwrap().into_inner()
    }
}

pub fn a_content(title: &str) -> pb::BidContent {
    pb::BidContent {
        title: title.to_string(),
        summary: format!("{title}: food growing, delivery and cooking for people with type 2 diabetes"),
        language: types::Language::En.into(),
        instrument: "policy_prototype".to_string(),
        requested: pounds(1500),
        months: 9,
        ..Default::default()
    }
}

fn a_round() -> rounds::Round {
    let instrument = rounds::Instrument {
        code: "policy_prototype".to_string(),
        floor: pounds(1500),
        ceiling: pounds(1500),
        months_min: 6,
        months_max: 9,
        admitted_classes: vec![MembershipClass::Full.into(), MembershipClass::Associate.into()],
        ..Default::default()
    };
    let rules = rounds::RoundRules {
        reference: "2020-round-3".to_string(),
        instruments: vec![instrument],
        form: Some(rounds::Form { version: 1, title_max_chars: 140, summary_max_words: 150, questions: Vec::new() }),
        attachments: Some(rounds::AttachmentRules {
            media_types: vec!["application/pdf".to_string(), "text/plain".to_string()],
            max_count: 3,
            max_bytes_each: 1 << 20,
        }),
        ..Default::default()
    };
    let closes = types::Deadline {
        instant: wire(CLOSES),
        zone: "Europe/London".to_string(),
        announced: "midnight at the end of 31 January 2020".to_string(),
    };
    rounds::Round {
        id: RoundId::new().to_string(),
        etag: "3".to_string(),
        state: rounds::round::State::Scheduled.into(),
        rules: Some(rules),
        timetable: Some(rounds::Timetable { closes: Some(closes), ..Default::default() }),
        opens_at: wire(OPENS),
        closes_at: wire(CLOSES),
        ..Default::default()
    }
}
