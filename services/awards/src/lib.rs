//! `awards` makes awards from decisions and leads them to their close-out: offers and agreements, version by version;
//! variations and extensions; payments, and what comes back.
//!
//! What the network must be able to trust stands in two places. A pot is never overdrawn and no penny is lost, because
//! every sum moves by a posting of a double entry whose balances stand in one row ([`ledger`], rule 1). What a council
//! agreed to is never changed, because a certifier's word is for the digest of one version, and a variation writes the
//! next ([`agreement`]).
//!
//! What is not here: who is funded is `grading`'s to say, and what a report says is `reporting`'s. The platform keeps
//! no account number and sends no money: it records who approved, who instructed, and what the bank said.

pub mod agreement;
pub mod app;
pub mod award;
pub mod dates;
pub mod error;
pub mod ledger;
pub mod payee;
pub mod payment;
pub mod plan;
pub mod policy;
pub mod recovery;
pub mod round;
pub mod state;
pub mod store;
pub mod variation;

mod api;
mod convert;
mod events;
mod peers;
mod schema;
mod streams;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Role;
use kit::cx::Cx;
use kit::db::{Db, DbError, OpenError, Storage};
use kit::ids::{AwardId, RoundId};
use kit::outbox::{self, Take};
use kit::stop::Stop;
use kit::ticker;
use kit::time::Timestamp;
use kit::transport::Transport;
use prost::Message;
use toadlane_proto::awards::v1::awards_service_server::AwardsServiceServer;
use toadlane_proto::awards::v1::payments_service_server::PaymentsServiceServer;
use toadlane_proto::reporting::v1::Report;
use toadlane_proto::types::v1::Event;
use tonic::service::Routes;

use award::Award;
use error::Error;
use peers::Peers;
use policy::Action;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the clock is looked at. Whether an offer holds does not rest on it: an acceptance compares its instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;

/// Opens the store of `awards`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Role::Awards.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Awards {
    db: Db,
    peers: Peers,
    stop: Stop,
}

impl Awards {
    pub fn new(db: Db, rounds: Transport, registry: Transport, grading: Transport, stop: Stop) -> Awards {
        Awards { db, peers: Peers::new(rounds, registry, grading), stop }
    }

    pub fn routes(&self) -> Routes {
        Routes::new(AwardsServiceServer::new(self.clone())).add_service(PaymentsServiceServer::new(self.clone()))
    }

    /// Takes the events of `reporting`.
    pub fn subscribe(&self, bus: &Bus) {
        let awards = self.clone();
        let handler = move |event: Event| {
            let awards = awards.clone();
            Box::pin(async move { awards.take_report(event).await }) as futures_util::future::BoxFuture<_>
        };
        bus.subscribe(Role::Reporting, Role::Awards.name(), Arc::new(handler), self.stop.clone());
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the awards", || self.tick()).await;
    }

    /// Lets all that is due by now happen: offers expire, and payments that wait for a day become due.
    pub async fn tick(&self) -> Result<(), Error> {
        loop {
            let now = self.db.clock().now();
            let looked: Result<_, Error> = self
                .db
                .read(move |tx| {
                    let expired = store::expired_offers(tx, now, MOST_PER_LOOK)?;
                    Ok((expired, store::due_on_day(tx, dates::today(now), MOST_PER_LOOK)?))
                })
                .await;
            let (expired, due) = looked?;
            if expired.is_empty() && due.is_empty() {
                return Ok(());
            }
            for (award, pot) in expired {
                self.db.work(Some(pot), move |tx| app::lapse(tx, award, now)).await?;
            }
            for payment in due {
                self.db.work(None, move |tx| app::fall_due(tx, payment, now)).await?;
            }
        }
    }

    /// The award, if the caller may see it.
    async fn seen(&self, cx: &Cx, id: AwardId) -> Result<Award, Error> {
        let caller = cx.caller.clone();
        self.db
            .read(move |tx| {
                let award = store::get(tx, id)?;
                policy::check(&caller, Action::See, &award)?;
                Ok(award)
            })
            .await
    }

    /// Lets a caller read about a round as a whole, who may see an award of it.
    async fn seen_round(&self, cx: &Cx, round: RoundId, what: &'static str) -> Result<(), Error> {
        let visible = convert::visible(cx);
        let seen = self.db.read(move |tx| store::has_own_in_round(tx, round, &visible).map_err(Error::Db)).await?;
        if seen { Ok(()) } else { Err(Error::NotFound { what }) }
    }

    /// The stored answer of this very request, if it was answered before.
    async fn replay<W: Message + Default + 'static>(&self, cx: &Cx) -> Result<Option<W>, Error> {
        Ok(self.db.replay(cx).await?)
    }

    /// Takes an event of `reporting`, once.
    async fn take_report(&self, event: Event) -> Result<(), DbError> {
        let is_report = |any: &&prost_types::Any| any.type_url.ends_with("/toadlane.reporting.v1.Report");
        let Some(resource) = event.resource.as_ref().filter(is_report) else {
            return Ok(());
        };
        let unreadable = |cause: &dyn std::fmt::Display| DbError::Inconsistent(format!("event {}: {cause}", event.id));
        let report = Report::decode(resource.value.as_slice()).map_err(|cause| unreadable(&cause))?;
        let about = convert::about_report(&report).map_err(|cause| unreadable(&cause))?;
        let now = self.db.clock().now();
        let taken = self.db.work(None, move |tx| match outbox::take(tx, &event, now)? {
            Take::First => app::take_report(tx, &about, now),
            Take::Again | Take::Older => Ok(()),
        });
        taken.await.map_err(|error: Error| match error {
            Error::Db(error) => error,
            other => DbError::Inconsistent(other.to_string()),
        })
    }
}

/// The key under which writes to one pot run one after the other.
fn pot_of(award: &Award) -> String {
    format!("{}/{}", award.round, award.instrument)
}
