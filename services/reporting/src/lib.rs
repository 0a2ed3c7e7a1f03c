//! `reporting` takes councils' accounts of their awards: interim and final reports, scheduled when an award is accepted,
//! prefilled from bid and award, written, certified, handed in, accepted, and released to the learning.
//!
//! Nobody creates a report. The events of `awards` schedule, move and cancel them ([`app::take_award`]), so that a
//! council reports while `awards` is down. A draft stays the council's: the network sees where it stands, and reads
//! what it says once it is handed in ([`policy`]). The learning reads what is accepted and released, for silence is no
//! consent.
//!
//! Payments are not held here, and nobody is written to: overdue is computed, reminders are facts, and those who own
//! payments, bids and letters act on them.

pub mod app;
pub mod award;
pub mod content;
pub mod error;
pub mod form;
pub mod policy;
pub mod prefill;
pub mod reminder;
pub mod report;
pub mod state;
pub mod store;

mod api;
mod convert;
mod events;
mod files;
mod peers;
mod schema;
mod streams;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Role;
use kit::cx::Cx;
use kit::db::{Db, DbError, OpenError, Storage};
use kit::ids::ReportId;
use kit::outbox::{self, Take};
use kit::stop::Stop;
use kit::ticker;
use kit::time::Timestamp;
use kit::transport::Transport;
use prost::Message;
use toadlane_proto::awards::v1::Award as WireAward;
use toadlane_proto::reporting::v1::reports_service_server::ReportsServiceServer;
use toadlane_proto::types::v1::Event;
use tonic::service::Routes;

use app::Gathered;
use award::Told;
use error::Error;
use files::Files;
use peers::Peers;
use policy::Action;
use report::{Kind, Report};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often is looked for what is due: an opening or a reminder is for people, who do not mind a second.
const TICK_EVERY: Duration = Duration::from_secs(1);
const MOST_PER_SWEEP: i64 = 200;

/// Opens the store of `reporting`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Role::Reporting.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Reporting {
    db: Db,
    peers: Peers,
    files: Files,
    stop: Stop,
}

impl Reporting {
    /// `files` is the folder of the evidence.
    pub fn new(
        db: Db,
        files: &Path,
        registry: Transport,
        rounds: Transport,
        bids: Transport,
        stop: Stop,
    ) -> Result<Reporting, Error> {
        let files = Files::in_folder(files)?;
        Ok(Reporting { db, peers: Peers::new(registry, rounds, bids), files, stop })
    }

    pub fn routes(&self) -> Routes {
        Routes::new(ReportsServiceServer::new(self.clone()))
    }

    /// Takes the events of `awards`.
    pub fn subscribe(&self, bus: &Bus) {
        let reporting = self.clone();
        let handler = move |event: Event| {
            let reporting = reporting.clone();
            Box::pin(async move { reporting.take_award(event).await }) as futures_util::future::BoxFuture<_>
        };
        bus.subscribe(Role::Awards, Role::Reporting.name(), Arc::new(handler), self.stop.clone());
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "what is due", || self.tick()).await;
    }

    /// Lets all that is due by now happen: reports open, and reminders go out.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        loop {
            let openable = self.db.read(move |tx| store::openable(tx, now, MOST_PER_SWEEP)).await?;
            if openable.is_empty() {
                break;
            }
            for id in openable {
                self.db.work(Some(id.to_string()), move |tx| app::open_due(tx, id, now)).await?;
            }
        }
        loop {
            let remindable = self.db.read(move |tx| store::remindable(tx, now, MOST_PER_SWEEP)).await?;
            if remindable.is_empty() {
                return Ok(());
            }
            for id in remindable {
                self.db.work(Some(id.to_string()), move |tx| app::remind(tx, id, now)).await?;
            }
        }
    }

    /// The report, if the caller may do this with it.
    async fn seen(&self, cx: &Cx, action: Action, id: ReportId) -> Result<Report, Error> {
        let caller = cx.caller.clone();
        self.db
            .read(move |tx| {
                let report = store::get(tx, id)?;
                policy::check(&caller, action, &report)?;
                Ok(report)
            })
            .await
    }

    /// The stored answer of this very request, if it was answered before.
    async fn replay<W: Message + Default + 'static>(&self, cx: &Cx) -> Result<Option<W>, Error> {
        Ok(self.db.replay(cx).await?)
    }

    /// Takes an event of `awards`, once. What it needs of others is asked first; where they cannot be asked, the bus
    /// brings the event again.
    async fn take_award(&self, event: Event) -> Result<(), DbError> {
        let Some(resource) = event.resource.as_ref().filter(|any| any.type_url.ends_with("/toadlane.awards.v1.Award"))
        else {
            return Ok(());
        };
        let unreadable = |cause: &dyn std::fmt::Display| DbError::Inconsistent(format!("event {}: {cause}", event.id));
        let award = WireAward::decode(resource.value.as_slice()).map_err(|cause| unreadable(&cause))?;
        let Some(told) = convert::award(award).map_err(|cause| unreadable(&cause))? else {
            return Ok(());
        };
        let gathered = self.gather(&told).await.map_err(|cause| match cause {
            // Asked again when the neighbour is back.
            Error::Neighbour { .. } => DbError::Unreachable,
            other => unreadable(&other),
        })?;
        let (key, now) = (told.id.to_string(), self.db.clock().now());
        let taken = self.db.work(Some(key), move |tx| match outbox::take(tx, &event, now)? {
            Take::First => app::take_award(tx, &told, &gathered, now),
            Take::Again | Take::Older => Ok(()),
        });
        taken.await.map_err(|error: Error| match error {
            Error::Db(error) => error,
            other => DbError::Inconsistent(other.to_string()),
        })
    }

    /// What others say of an award. The bid is asked for only where a report is to be scheduled.
    async fn gather(&self, told: &Told) -> Result<Gathered, Error> {
        let award = told.id;
        let wanted: Vec<Kind> = Kind::ALL.into_iter().filter(|&kind| told.awaits(kind)).collect();
        let all_scheduled = self.db.read(move |tx| {
            for &kind in &wanted {
                if store::of_award(tx, award, kind)?.is_none() {
                    return Ok::<_, Error>(false);
                }
            }
            Ok(true)
        });
        let bid = match all_scheduled.await? {
            true => None,
            false => Some(self.peers.bid_words(told.bid, told.round).await?),
        };
        let calendar = self.peers.calendar(told.holder).await?;
        Ok(Gathered { calendar, bid, interim: ReportId::new(), last: ReportId::new() })
    }
}
