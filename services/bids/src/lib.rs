//! `bids` takes bids from councils: drafts and revisions, partners who edit, a certifier's sign-off, submission with a
//! gapless number and a signed receipt, eligibility, clarifications and withdrawal.
//!
//! What a council must be able to trust stands in two places. The close is exact because taking a place and closing
//! update one row ([`store::take_place`]). A retry is safe because the answer is committed with
//! the write it answers ([`kit::idempotency`]).
//!
//! Outcomes are not here: they belong to `grading` and `awards`, and stay secret there.

pub mod app;
pub mod bid;
pub mod call;
pub mod clarification;
pub mod content;
pub mod duplicates;
pub mod eligibility;
pub mod error;
pub mod form;
pub mod intake;
pub mod policy;
pub mod receipt;
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
use kit::ids::{BidId, RoundId};
use kit::outbox::{self, Take};
use kit::stop::Stop;
use kit::ticker;
use kit::time::Timestamp;
use kit::tokens::SigningKey;
use kit::transport::Transport;
use prost::Message;
use toadlane_proto::bids::v1::bids_service_server::BidsServiceServer;
use toadlane_proto::rounds::v1::Round;
use toadlane_proto::types::v1::Event;
use tonic::service::Routes;

use bid::{Bid, BidNow};
use call::Call;
use error::Error;
use files::Files;
use intake::Intake;
use peers::Peers;
use policy::Action;
use receipt::Seal;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the gates are looked at. Lateness does not rest on it: a submission compares its own instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_SWEEP: i64 = 200;

/// Opens the store of `bids`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Role::Bids.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Bids {
    db: Db,
    peers: Peers,
    files: Files,
    key: Arc<SigningKey>,
    stop: Stop,
}

impl Bids {
    /// `files` is the folder of the attachments; `key` signs the receipts.
    pub fn new(
        db: Db,
        files: &Path,
        key: Arc<SigningKey>,
        rounds: Transport,
        registry: Transport,
        stop: Stop,
    ) -> Result<Bids, Error> {
        let files = Files::in_folder(files)?;
        Ok(Bids { db, peers: Peers::new(rounds, registry), files, key, stop })
    }

    pub fn routes(&self) -> Routes {
        Routes::new(BidsServiceServer::new(self.clone()))
    }

    /// Takes the events of `rounds`.
    pub fn subscribe(&self, bus: &Bus) {
        let bids = self.clone();
        let handler = move |event: Event| {
            let bids = bids.clone();
            Box::pin(async move { bids.take_round(event).await }) as futures_util::future::BoxFuture<_>
        };
        bus.subscribe(Role::Rounds, Role::Bids.name(), Arc::new(handler), self.stop.clone());
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the gates", || self.tick()).await;
    }

    /// Lets all that is due by now happen: gates close, and bids fall in line with their gates.
    pub async fn tick(&self) -> Result<(), Error> {
        for round in self.db.read(store::due_intakes).await? {
            self.db.work(Some(round.to_string()), move |tx| app::close(tx, round)).await?;
        }
        loop {
            let behind = self.db.read(|tx| store::sweepable(tx, MOST_PER_SWEEP)).await?;
            if behind.is_empty() {
                return Ok(());
            }
            let now = self.db.clock().now();
            for (round, id) in behind {
                self.db.work(Some(round.to_string()), move |tx| app::sweep(tx, round, id, now)).await?;
            }
        }
    }

    /// The bid, if the caller may see it.
    async fn seen(&self, cx: &Cx, id: BidId) -> Result<Bid, Error> {
        let caller = cx.caller.clone();
        self.db
            .read(move |tx| {
                let bid = store::get(tx, id)?;
                policy::check(&caller, Action::See, &bid)?;
                Ok(bid)
            })
            .await
    }

    /// The bid with the close as it stands.
    async fn now(&self, cx: &Cx, bid: Bid) -> Result<BidNow, Error> {
        let closes_at = self.intake(bid.round).await?.call.closes_at;
        Ok(BidNow { bid, closes_at, as_of: cx.now })
    }

    /// The gate of a round: our own row, or what `rounds` says where we have none yet.
    async fn intake(&self, round: RoundId) -> Result<Intake, Error> {
        match self.db.read(move |tx| store::intake(tx, round)).await? {
            Some(intake) => Ok(intake),
            None => Ok(Intake { call: self.peers.call(round).await?, closed_at: None, last_number: 0 }),
        }
    }

    async fn call(&self, round: RoundId) -> Result<Call, Error> {
        Ok(self.intake(round).await?.call)
    }

    fn seal(&self) -> Seal {
        Seal { key: self.key.clone(), at: Timestamp::of_this_machine() }
    }

    /// The stored answer of this very request, if it was answered before.
    async fn replay<W: Message + Default + 'static>(&self, cx: &Cx) -> Result<Option<W>, Error> {
        Ok(self.db.replay(cx).await?)
    }

    /// Takes an event of `rounds`, once.
    async fn take_round(&self, event: Event) -> Result<(), DbError> {
        let Some(resource) = event.resource.as_ref().filter(|any| any.type_url.ends_with("/toadlane.rounds.v1.Round"))
        else {
            return Ok(());
        };
        let unreadable = |cause: &dyn std::fmt::Display| DbError::Inconsistent(format!("event {}: {cause}", event.id));
        let round = Round::decode(resource.value.as_slice()).map_err(|cause| unreadable(&cause))?;
        let Some(call) = convert::call(round).map_err(|cause| unreadable(&cause))? else {
            return Ok(());
        };
        let (key, now, seal) = (call.round.to_string(), self.db.clock().now(), self.seal());
        let taken = self.db.work(Some(key), move |tx| match outbox::take(tx, &event, now)? {
            Take::First => app::take_call(tx, &seal, &call, now),
            Take::Again | Take::Older => Ok(()),
        });
        taken.await.map_err(|error: Error| match error {
            Error::Db(error) => error,
            other => DbError::Inconsistent(other.to_string()),
        })
    }
}
