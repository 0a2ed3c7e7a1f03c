//! `reporting` takes councils' accounts of their awards: interim and final reports, scheduled when an award is
//! accepted, prefilled from bid and award, written, certified, submitted, accepted, and released to the learning.
//!
//! Nobody creates a report. The events of `awards` schedule, move and cancel them ([`app::take_award`]), so that a
//! council reports while `awards` is down. A draft is visible to its council alone: the network sees its state, and its
//! content once submitted ([`policy`]). The learning reads what is accepted and released; consent must be explicit.
//!
//! No payment is held and no mail sent here: overdue is computed and reminders are events, on which others act.

pub mod app;
pub mod award;
pub mod content;
pub mod error;
pub mod form;
pub mod kind;
pub mod policy;
pub mod prefill;
pub mod reminder;
pub mod report;
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
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Area;
use kit::consumer::{self, NotTaken};
use kit::db::{Db, OpenError, Storage};
use kit::files::{FileError, Files};
use kit::ids::ReportId;
use kit::ticker;
use kit::time::Timestamp;
use kit::transport::Transport;
use toadlane_proto::awards::v1::Award;
use toadlane_proto::reporting::v1::reports_service_server::ReportsServiceServer;
use toadlane_proto::types::v1::Event;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use app::AwardFacts;
use award::Told;
use error::Error;
use peers::Peers;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often we look for what is due: an opening or a reminder is for people, who do not mind a second.
const TICK_EVERY: Duration = Duration::from_secs(1);
const MOST_PER_LOOK: i64 = 200;

/// Opens the store of `reporting`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Area::Reporting.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Reporting {
    db: Db,
    peers: Peers,
    files: Files,
    stop: CancellationToken,
}

impl Reporting {
    /// `files` is the folder of the evidence.
    pub fn new(
        db: Db,
        files: &Path,
        registry: Transport,
        rounds: Transport,
        bids: Transport,
        stop: CancellationToken,
    ) -> Result<Reporting, FileError> {
        let files = Files::in_folder(files)?;
        Ok(Reporting { db, peers: Peers::new(registry, rounds, bids), files, stop })
    }

    pub fn routes(&self) -> Routes {
        Routes::new(ReportsServiceServer::new(self.clone()))
    }

    /// Takes the events of `awards`.
    pub fn subscribe(&self, bus: &Bus) {
        bus.subscribe(Area::Awards, Area::Reporting.name(), &self.stop, self, Reporting::take_award);
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "what is due", || self.tick()).await;
    }

    /// Does everything that is due: reports open, and reminders go out.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        let openable = || self.db.read(move |conn| store::openable(conn, now, MOST_PER_LOOK));
        let open = |id: ReportId| self.db.work(Some(id.to_string()), move |tx| app::open_due(tx, id, now));
        while ticker::each("the report", openable().await?, open).await > 0 {}
        let remindable = || self.db.read(move |conn| store::remindable(conn, now, MOST_PER_LOOK));
        let remind = |id: ReportId| self.db.work(Some(id.to_string()), move |tx| app::remind(tx, id, now));
        while ticker::each("the reminder of", remindable().await?, remind).await > 0 {}
        Ok(())
    }

    /// Takes an event of `awards`, once. What it needs of others is asked first; if they cannot be reached, the
    /// bus delivers the event again.
    async fn take_award(self, event: Event) -> Result<(), NotTaken> {
        let Some(award) = consumer::resource::<Award>(&event)? else { return Ok(()) };
        let Some(told) = convert::award(award)? else { return Ok(()) };
        let facts = self.facts(&told).await?;
        let key = Some(told.id.to_string());
        consumer::take(&self.db, key, event, move |tx, now| app::take_award(tx, &facts, &told, now)).await
    }

    /// What others say of an award. The bid is asked for only where a report is to be scheduled.
    async fn facts(&self, told: &Told) -> Result<AwardFacts, Error> {
        let award = told.clone();
        let bid = match self.db.read(move |conn| app::all_scheduled(conn, &award)).await? {
            true => None,
            false => Some(self.peers.bid_words(told.bid, told.round).await?),
        };
        let calendar = self.peers.calendar(told.holder).await?;
        Ok(AwardFacts { calendar, bid, interim: ReportId::new(), last: ReportId::new() })
    }
}
