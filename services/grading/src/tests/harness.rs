//! A service in one process, with everything around it that a test needs.

use std::sync::Arc;

use kit::caller::Area;
use kit::db::{Db, Storage};
use kit::time::at;
use kit::transport::Transport;
pub use testing::answers::{fields, new_id, newer, pounds, reason, says, wire};
use testing::callers::Gate;
pub use testing::callers::Who;
use testing::stores::{each_opened, move_clock};
use toadlane_proto::grading::v1::assessments_service_client::AssessmentsServiceClient;
use toadlane_proto::grading::v1::decisions_service_client::DecisionsServiceClient;
use toadlane_proto::grading::v1::reviews_service_client::ReviewsServiceClient;
use tokio_util::sync::CancellationToken;

use super::peers::Peers;
use crate::Grading;

pub const OPENED: &str = "2020-01-20T10:00:00Z";
pub const REVIEWS_DUE: &str = "2020-01-27T12:00:00Z";
pub const MEETING: &str = "2020-01-28T14:00:00Z";
pub const ANNOUNCES: &str = "2020-02-04T12:00:00Z";

/// The three generated clients with somebody's token.
pub struct Clients {
    pub assessments: AssessmentsServiceClient<Transport>,
    pub reviews: ReviewsServiceClient<Transport>,
    pub decisions: DecisionsServiceClient<Transport>,
}

pub struct Harness {
    pub db: Db,
    pub grading: Grading,
    pub peers: Arc<Peers>,
    transport: Transport,
    pub gate: Gate,
    stop: CancellationToken,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Runs a test on each engine; its clock is held, on the day on which the assessment is opened.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_opened(|storage| Harness::open(storage, Arc::new(Peers::default())), test).await;
}

impl Harness {
    pub fn open(storage: &Storage, peers: Arc<Peers>) -> Harness {
        let db = crate::open(storage, Some(at(OPENED))).unwrap();
        let gate = Gate::new(&[]);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let transport = || peers.transport();
        let grading = Grading::new(db.clone(), gate.key(Area::Grading), transport(), transport(), transport(), stopped);
        let transport = gate.guard(grading.routes(), db.clock());
        Harness { db, grading, peers, transport, gate, stop }
    }

    /// The generated clients with somebody's token.
    pub fn as_who(&self, who: &Who) -> Clients {
        let transport = self.transport_of(who);
        Clients {
            assessments: AssessmentsServiceClient::new(transport.clone()),
            reviews: ReviewsServiceClient::new(transport.clone()),
            decisions: DecisionsServiceClient::new(transport),
        }
    }

    fn transport_of(&self, who: &Who) -> Transport {
        self.gate.way_of(who, &self.transport)
    }

    /// Moves the clock, and lets what is due happen.
    pub async fn at(&self, instant: &str) {
        self.clock(instant).await;
        self.grading.tick().await.unwrap();
    }

    /// Moves the clock while the ticker has yet to notice.
    pub async fn clock(&self, instant: &str) {
        move_clock(&self.db, instant).await;
    }
}
