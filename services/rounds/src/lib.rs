//! `rounds` sets rounds up and keeps their dates: frameworks of principles, instruments and pots, limits,
//! form, criteria and timetable.
//!
//! Bidders rely on this: the rules of a scheduled round never change, nor does the wording of the principles it names.
//! Dates move to later ones only, for everyone, with a reason, and the first ones stay on record. A deadline's words
//! are checked against its instant (rule 5, [`kit::deadline`]).
//!
//! The intake of bids is not here: `bids` keeps its own row and closes it by its own clock, so a bid can be submitted
//! while this service is down.

pub mod app;
pub mod check;
pub mod error;
pub mod framework;
pub mod policy;
pub mod round;
pub mod rules;
pub mod state;
pub mod store;

mod api;
mod convert;
mod events;
mod peers;
#[cfg(test)]
mod samples;
mod schema;
#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::caller::Area;
use kit::db::{Db, OpenError, Storage};
use kit::ids::RoundId;
use kit::ticker;
use kit::time::Timestamp;
use kit::transport::Transport;
use toadlane_proto::rounds::v1::frameworks_service_server::FrameworksServiceServer;
use toadlane_proto::rounds::v1::rounds_service_server::RoundsServiceServer;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use error::Error;
use peers::Peers;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the clock is looked at. Lateness does not rest on it: `bids` compares its own instants.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;

/// Opens the store of `rounds`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Area::Rounds.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs and its ticker see it.
#[derive(Clone)]
pub struct Rounds {
    db: Db,
    peers: Peers,
    stop: CancellationToken,
}

impl Rounds {
    pub fn new(db: Db, registry: Transport, stop: CancellationToken) -> Rounds {
        Rounds { db, peers: Peers::new(registry), stop }
    }

    pub fn routes(&self) -> Routes {
        Routes::new(RoundsServiceServer::new(self.clone())).add_service(FrameworksServiceServer::new(self.clone()))
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the rounds", || self.tick()).await;
    }

    /// Does everything that is due: rounds open and close.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        let due = || self.db.read(move |conn| store::due(conn, now, MOST_PER_LOOK));
        let go_on = |id: RoundId| self.db.work(Some(id.to_string()), move |tx| app::tick(tx, id, now));
        while ticker::each("the round", due().await?, go_on).await > 0 {}
        Ok(())
    }
}
