//! A service in one process, with everything around it that a test needs.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use kit::caller::Role;
use kit::db::{Db, Storage};
use kit::ids::{BoardId, OrgId};
use kit::time::at;
use kit::transport::Transport;
pub use testing::answers::{new_id, newer, reason, refusal, violations};
use testing::callers::{Gate, Who};
use testing::stores::{each_opened, move_clock};
pub use testing::stores::{events, published};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::frameworks_service_client::FrameworksServiceClient;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::peers::Peers;
use super::requests;
use crate::Rounds;

/// When every story begins.
pub const BEGIN: &str = "2019-10-01T10:00:00Z";

/// The two generated clients with somebody's token.
pub struct Clients {
    pub rounds: RoundsServiceClient<Transport>,
    pub frameworks: FrameworksServiceClient<Transport>,
}

pub struct Harness {
    pub db: Db,
    pub rounds: Rounds,
    pub peers: Arc<Peers>,
    pub network: OrgId,
    pub boards: [BoardId; 2],
    pub manager: Who,
    pub officer: Who,
    transport: Transport,
    gate: Gate,
    stop: CancellationToken,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Runs a test on each engine; its clock is held.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_opened(Harness::open, test).await;
}

impl Harness {
    pub fn open(storage: &Storage) -> Harness {
        let db = crate::open(storage, Some(at(BEGIN))).unwrap();
        let gate = Gate::new(&[]);
        let (network, boards) = (OrgId::new(), [BoardId::new(), BoardId::new()]);
        let peers = Arc::new(Peers { network, boards, down: AtomicBool::new(false) });
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let rounds = Rounds::new(db.clone(), peers.transport(), stopped);
        let transport = gate.guard(rounds.routes(), db.clock());
        let manager = Who::person(Role::RoundManager, network);
        let officer = Who::person(Role::ApplicantOfficer, network);
        Harness { db, rounds, peers, network, boards, manager, officer, transport, gate, stop }
    }

    /// Somebody with a duty for the network.
    pub fn who(&self, role: Role) -> Who {
        Who::person(role, self.network)
    }

    /// The generated clients with somebody's token.
    pub fn as_who(&self, who: &Who) -> Clients {
        let transport = self.gate.way_of(who, &self.transport);
        Clients {
            rounds: RoundsServiceClient::new(transport.clone()),
            frameworks: FrameworksServiceClient::new(transport),
        }
    }

    /// Moves the clock and lets all that is due by then happen.
    pub async fn at(&self, instant: &str) {
        move_clock(&self.db, instant).await;
        self.rounds.tick().await.unwrap();
    }

    /// A framework with three principles, as an editor writes it.
    pub async fn framework(&self) -> pb::Framework {
        let request = requests::create_framework(self.network);
        self.as_who(&self.who(Role::Editor)).frameworks.create_framework(request).await.unwrap().into_inner()
    }

    /// A complete draft of the 2020 round.
    pub async fn draft(&self, manager: &mut Clients) -> pb::Round {
        let framework = self.framework().await;
        let request = requests::create_round(&framework, self.boards);
        manager.rounds.create_round(request).await.unwrap().into_inner()
    }

    /// The 2020 round, scheduled.
    pub async fn scheduled(&self, manager: &mut Clients) -> pb::Round {
        let draft = self.draft(manager).await;
        manager.rounds.schedule_round(requests::schedule(&draft)).await.unwrap().into_inner()
    }
}

impl Clients {
    pub async fn round(&mut self, id: &str) -> Result<pb::Round, Status> {
        let request = pb::GetRoundRequest { round_id: id.to_string() };
        Ok(self.rounds.get_round(request).await?.into_inner())
    }

    pub async fn history(&mut self, id: &str) -> Vec<pb::HistoryEntry> {
        let request = pb::ListRoundHistoryRequest { round_id: id.to_string(), ..Default::default() };
        self.rounds.list_round_history(request).await.unwrap().into_inner().entries
    }
}
