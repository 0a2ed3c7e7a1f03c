//! `grading` judges the bids of a closed round: panels and interests, reviews and moderation, ranking, meetings and
//! quorum, recommendation and determination, and the letter that tells each bidder.
//!
//! What everybody must be able to trust stands in three places. A bid from which somebody is recused does not exist for
//! them: every read and write begins with what its caller may see ([`sight::Sight`]), and whatever is counted, ranked
//! or listed for them leaves hidden bids out (rule 10). The arithmetic is plain functions on exact fractions
//! ([`ranking`]), sealed with its inputs when the assessment is closed and replayed by anyone ([`record::replay`]).
//! And no bid is decided by a body that had no quorum for it: rule 11 is tested when a decision is recorded, and again
//! with the interests known by then when the assessment is closed ([`decision::Basis`]).
//!
//! Money is not here: what is offered, paid and taken back belongs to `awards`.

pub mod app;
pub mod assessment;
pub mod bid;
pub mod call;
pub mod closing;
pub mod decision;
pub mod derive;
pub mod error;
pub mod fraction;
pub mod interest;
pub mod letter;
pub mod meeting;
pub mod moderation;
pub mod outcome;
pub mod panel;
pub mod policy;
pub mod quorum;
pub mod ranking;
pub mod record;
pub mod review;
pub mod settling;
pub mod sight;
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

use std::sync::Arc;
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Role;
use kit::consumer::{self, NotTaken};
use kit::cx::Cx;
use kit::db::{Db, OpenError, Storage};
use kit::ids::{AssessmentId, BidId, RoundId};
use kit::neighbour::unusable;
use kit::stop::Stop;
use kit::ticker;
use kit::time::{Date, Timestamp};
use kit::tokens::SigningKey;
use kit::transport::Transport;
use prost::Message;
use toadlane_proto::grading::v1::assessments_service_server::AssessmentsServiceServer;
use toadlane_proto::grading::v1::decisions_service_server::DecisionsServiceServer;
use toadlane_proto::grading::v1::reviews_service_server::ReviewsServiceServer;
use toadlane_proto::rounds::v1::Round;
use toadlane_proto::types::v1::Event;
use tonic::service::Routes;

use convert::NamesBids;
use derive::Register;
use error::Error;
use peers::Peers;
use policy::Action;
use record::Seal;
use sight::Sight;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the clock is looked at. Lateness of a review does not rest on it: handing in compares its own instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;

/// Opens the store of `grading`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Role::Grading.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Grading {
    db: Db,
    peers: Peers,
    key: Arc<SigningKey>,
    stop: Stop,
}

impl Grading {
    /// `key` seals the decision records.
    pub fn new(
        db: Db,
        key: Arc<SigningKey>,
        registry: Transport,
        rounds: Transport,
        bids: Transport,
        stop: Stop,
    ) -> Grading {
        Grading { db, peers: Peers::new(registry, rounds, bids), key, stop }
    }

    pub fn routes(&self) -> Routes {
        Routes::new(AssessmentsServiceServer::new(self.clone()))
            .add_service(ReviewsServiceServer::new(self.clone()))
            .add_service(DecisionsServiceServer::new(self.clone()))
    }

    /// Takes the events of `rounds`: an assessment is called off with its round, and follows its announcement.
    pub fn subscribe(&self, bus: &Bus) {
        let grading = self.clone();
        bus.subscribe(Role::Rounds, Role::Grading.name(), &self.stop, move |event| {
            let grading = grading.clone();
            async move { grading.take_round(event).await }
        });
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the assessments", || self.tick()).await;
    }

    /// Lets all that is due by now happen: reviews lapse, letters are released, decisions become public.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        let lapse = |id| self.db.work(None, move |tx| app::lapse(tx, id, now));
        let overdue = || self.db.read(move |tx| store::overdue_reviews(tx, now, MOST_PER_LOOK));
        while ticker::each("the review", overdue().await?, lapse).await > 0 {}
        let due = self.db.read(move |tx| store::due_assessments(tx, now, MOST_PER_LOOK)).await?;
        // One that was decided late is announced at once, after its bidders are informed.
        let db = &self.db;
        let go_on = |id: AssessmentId| async move {
            while db.work(Some(id.to_string()), move |tx| app::tick(tx, id, now)).await? {}
            Ok::<(), Error>(())
        };
        ticker::each("the assessment", due, go_on).await;
        Ok(())
    }

    /// What the caller sees of an assessment, if they may see it at all.
    async fn sight(&self, cx: &Cx, id: AssessmentId) -> Result<Sight, Error> {
        let caller = cx.caller.clone();
        self.db
            .read(move |tx| {
                let sight = store::sight(tx, &caller, id)?;
                sight.may(Action::See)?;
                Ok(sight)
            })
            .await
    }

    /// The same if they may do this with a bid of it. One that does not exist is answered as one that is hidden.
    async fn sight_of(&self, cx: &Cx, action: Action, on: app::OnBid) -> Result<Sight, Error> {
        let sight = self.sight(cx, on.assessment).await?;
        self.db.read(move |tx| store::bid(tx, on.assessment, on.bid)).await?;
        sight.may_with(action, on.bid)?;
        Ok(sight)
    }

    /// What the register says today of the panel, asked for somebody who may go on with the assessment.
    async fn register(&self, cx: &Cx, action: Action, id: AssessmentId) -> Result<Register, Error> {
        self.sight(cx, id).await?.may(action)?;
        let members = self.db.read(move |tx| store::members(tx, id)).await?;
        self.peers.register(&members, Date::today(cx.now)).await
    }

    fn seal(&self) -> Seal {
        Seal { key: self.key.clone(), at: Timestamp::of_this_machine() }
    }

    /// The stored answer of this very request, if it was answered before and the caller may still see every bid in it:
    /// a recusal reaches back.
    async fn replay<W>(&self, cx: &Cx) -> Result<Option<W>, Error>
    where
        W: Message + Default + NamesBids + 'static,
    {
        let answer: Option<W> = self.db.replay(cx).await?;
        let (Some(person), Some(found)) = (sight::person(&cx.caller), &answer) else {
            return Ok(answer);
        };
        let bids: Vec<BidId> = found.bid_ids().iter().filter_map(|id| id.parse().ok()).collect();
        match self.db.read(move |tx| store::are_hidden(tx, person, &bids)).await? {
            true => Err(Error::NotFound { what: "bid" }),
            false => Ok(answer),
        }
    }

    /// Takes an event of `rounds`, once.
    async fn take_round(&self, event: Event) -> Result<(), NotTaken> {
        let Some(wire) = consumer::resource::<Round>(&event, "toadlane.rounds.v1.Round")? else { return Ok(()) };
        let round: RoundId = wire.id.parse().map_err(|_| unusable("a round", "an identity"))?;
        let Some(said) = convert::round_now(wire)? else { return Ok(()) };
        let key = Some(round.to_string());
        consumer::take(&self.db, key, event, move |tx, now| app::take_round(tx, round, &said, now)).await
    }
}
