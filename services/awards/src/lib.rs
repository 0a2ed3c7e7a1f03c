//! `awards` turns decisions into awards and follows them to close-out: offers and agreements, version by version;
//! variations and extensions; payments, and what comes back.
//!
//! Two guarantees hold throughout. A pot is never overdrawn and no penny is lost, because every sum moves by a posting
//! of a double entry whose balances are one row ([`ledger`], rule 1). What a council agreed to never changes: a
//! certifier accepts the digest of one version, and a variation writes the next, which binds the council only with
//! its certifier's word where it takes from what was agreed ([`agreement`]).
//!
//! `grading` decides who is funded; `reporting` keeps the reports. The platform keeps no account number and sends no
//! money: it records who approved, who instructed, and what the bank said.

pub mod agreement;
pub mod app;
pub mod award;
pub mod dates;
pub mod error;
pub mod extension;
pub mod ledger;
pub mod money_history;
pub mod payee;
pub mod payment;
pub mod plan;
pub mod policy;
pub mod prepare;
pub mod recovery;
pub mod report;
pub mod round;
pub mod state;
pub mod store;
pub mod variation;

mod api;
mod convert;
mod events;
mod peers;
mod schema;
#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Area;
use kit::consumer::{self, NotTaken};
use kit::db::{Db, OpenError, Storage};
use kit::ids::AwardId;
use kit::ticker;
use kit::time::{Date, Timestamp};
use kit::transport::Transport;
use toadlane_proto::awards::v1::awards_service_server::AwardsServiceServer;
use toadlane_proto::awards::v1::payments_service_server::PaymentsServiceServer;
use toadlane_proto::reporting::v1::Report;
use toadlane_proto::types::v1::Event;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use error::Error;
use peers::Peers;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the clock is looked at. Whether an offer holds does not rest on it: an acceptance compares its instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;

/// Opens the store of `awards`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Area::Awards.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Awards {
    db: Db,
    peers: Peers,
    stop: CancellationToken,
}

impl Awards {
    pub fn new(db: Db, registry: Transport, rounds: Transport, grading: Transport, stop: CancellationToken) -> Awards {
        Awards { db, peers: Peers::new(registry, rounds, grading), stop }
    }

    pub fn routes(&self) -> Routes {
        Routes::new(AwardsServiceServer::new(self.clone())).add_service(PaymentsServiceServer::new(self.clone()))
    }

    /// Takes the events of `reporting`.
    pub fn subscribe(&self, bus: &Bus) {
        bus.subscribe(Area::Reporting, Area::Awards.name(), &self.stop, self, Awards::take_report);
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the awards", || self.tick()).await;
    }

    /// Does everything that is due: offers expire, and payments that wait for a day become due.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        let expired = || self.db.read(move |conn| store::expired_offers(conn, now, MOST_PER_LOOK));
        let lapse = |(award, pot): (AwardId, String)| self.db.work(Some(pot), move |tx| app::lapse(tx, award, now));
        while ticker::each("the offer", expired().await?, lapse).await > 0 {}
        let due = || self.db.read(move |conn| store::due_on_day(conn, Date::today(now), MOST_PER_LOOK));
        let fall_due = |payment| self.db.work(None, move |tx| app::fall_due(tx, payment, now));
        while ticker::each("the payment", due().await?, fall_due).await > 0 {}
        Ok(())
    }

    /// Takes an event of `reporting`, once.
    async fn take_report(self, event: Event) -> Result<(), NotTaken> {
        let Some(report) = consumer::resource::<Report>(&event)? else { return Ok(()) };
        let about = convert::about_report(report)?;
        consumer::take(&self.db, None, event, move |tx, now| app::take_report(tx, &about, now)).await
    }
}
