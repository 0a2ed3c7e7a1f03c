//! `bids` takes bids from councils: drafts and revisions, partners who are asked and may edit, a certifier's sign-off,
//! submission with a gapless number and a signed receipt, eligibility, clarifications and withdrawal.
//!
//! Councils rely on two guarantees. The close is exact, because taking a number and closing update one row
//! ([`store::take_place`]). A retry is safe, because the answer is committed with the write it answers
//! ([`kit::db::Db::take`]).
//!
//! Outcomes are not here: they belong to `grading` and `awards`, and stay secret there.

pub mod app;
pub mod bid;
pub mod call;
pub mod clarification;
pub mod conflict;
pub mod content;
pub mod duplicates;
pub mod earlier;
pub mod eligibility;
pub mod error;
pub mod form;
pub mod intake;
pub mod participation;
pub mod policy;
pub mod receipt;
pub mod state;
pub mod store;

mod api;
mod convert;
mod events;
mod peers;
mod schema;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Area;
use kit::consumer::{self, NotTaken};
use kit::db::{Db, OpenError, Storage};
use kit::files::{FileError, Files};
use kit::ids::{BidId, RoundId};
use kit::ticker;
use kit::time::Timestamp;
use kit::tokens::{Seal, SigningKey};
use kit::transport::Transport;
use toadlane_proto::awards::v1::Award;
use toadlane_proto::bids::v1::bids_service_server::BidsServiceServer;
use toadlane_proto::reporting::v1::Report;
use toadlane_proto::rounds::v1::Round;
use toadlane_proto::types::v1::Event;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use error::Error;
use peers::Peers;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the intakes are looked at. Lateness does not rest on it: a submission compares its own instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;
/// How long bytes are kept that came into no revision.
const LOST_AFTER_SECONDS: i64 = 24 * 3600;

/// Opens the store of `bids`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Area::Bids.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Bids {
    db: Db,
    peers: Peers,
    files: Files,
    key: Arc<SigningKey>,
    stop: CancellationToken,
}

impl Bids {
    /// `files` is the folder of the attachments; `key` signs the receipts.
    pub fn new(
        db: Db,
        files: &Path,
        key: Arc<SigningKey>,
        registry: Transport,
        rounds: Transport,
        stop: CancellationToken,
    ) -> Result<Bids, FileError> {
        Ok(Bids { db, peers: Peers::new(registry, rounds), files: Files::in_folder(files)?, key, stop })
    }

    pub fn routes(&self) -> Routes {
        Routes::new(BidsServiceServer::new(self.clone()))
    }

    /// Takes the events of `rounds`, `awards` and `reporting`.
    pub fn subscribe(&self, bus: &Bus) {
        bus.subscribe(Area::Rounds, Area::Bids.name(), &self.stop, self, Bids::take_round);
        bus.subscribe(Area::Awards, Area::Bids.name(), &self.stop, self, Bids::take_award);
        bus.subscribe(Area::Reporting, Area::Bids.name(), &self.stop, self, Bids::take_report);
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the intakes", || self.tick()).await;
    }

    /// Does everything that is due: intakes close, and bids fall in line with them.
    pub async fn tick(&self) -> Result<(), Error> {
        let close = |round: RoundId| self.db.work(Some(round.to_string()), move |tx| app::close(tx, round));
        let due = || self.db.read(|conn| store::due_intakes(conn, MOST_PER_LOOK));
        while ticker::each("the intake", due().await?, close).await > 0 {}
        let now = self.db.clock().now();
        let sweep = |(round, id): (RoundId, BidId)| {
            self.db.work(Some(round.to_string()), move |tx| app::sweep(tx, round, id, now))
        };
        let behind = || self.db.read(|conn| store::sweepable(conn, MOST_PER_LOOK));
        while ticker::each("the bid", behind().await?, sweep).await > 0 {}
        let until = now.plus_seconds(-LOST_AFTER_SECONDS);
        let lost = self.db.read(move |conn| store::lost(conn, until, MOST_PER_LOOK)).await?;
        ticker::each("the file", lost, |sha256| self.clear(sha256, until)).await;
        Ok(())
    }

    /// Clears away the bytes of a file that came into no revision. Nobody sends it anew until they are gone.
    async fn clear(&self, sha256: String, until: Timestamp) -> Result<(), Error> {
        let lost = sha256.clone();
        if self.db.work(None, move |tx| Ok::<_, Error>(store::condemn(tx, &lost, until)?)).await? {
            self.files.remove(&sha256).await.map_err(Error::File)?;
            self.db.work(None, move |tx| Ok::<_, Error>(store::forget(tx, &sha256)?)).await?;
        }
        Ok(())
    }

    fn seal(&self) -> Seal {
        Seal::now(&self.key)
    }

    /// Takes an event of `rounds`, once.
    async fn take_round(self, event: Event) -> Result<(), NotTaken> {
        let Some(round) = consumer::resource::<Round>(&event)? else { return Ok(()) };
        let Some(call) = convert::call(round)? else { return Ok(()) };
        let (key, seal) = (call.round.to_string(), self.seal());
        consumer::take(&self.db, Some(key), event, move |tx, now| app::take_call(tx, &seal, &call, now)).await
    }

    /// Takes an event of `awards`, once.
    async fn take_award(self, event: Event) -> Result<(), NotTaken> {
        let Some(award) = consumer::resource::<Award>(&event)? else { return Ok(()) };
        let project = convert::project(&award)?;
        consumer::take(&self.db, None, event, move |tx, _| app::take_award(tx, &project)).await
    }

    /// Takes an event of `reporting`, once.
    async fn take_report(self, event: Event) -> Result<(), NotTaken> {
        let Some(report) = consumer::resource::<Report>(&event)? else { return Ok(()) };
        let report = convert::report(&report)?;
        consumer::take(&self.db, None, event, move |tx, _| app::take_report(tx, &report)).await
    }
}
