//! `grading` judges the bids of a closed round: panels and interests, reviews and moderation, ranking, meetings and
//! quorum, recommendation and determination, and the letter that tells each bidder.
//!
//! Three guarantees hold throughout. A bid from which somebody is recused does not exist for them: every read and write
//! begins with what its caller may see ([`view::View`]), and whatever is counted, ranked or listed for them leaves
//! hidden bids out (rule 10). The arithmetic is plain functions on exact fractions ([`marking::ranking`]), sealed with
//! its inputs when the assessment is closed and replayed by anyone ([`release::record::replay`]). And no bid is decided
//! by a body that had no quorum for it: rule 11 is tested when a decision is recorded, and again with the interests
//! known by then when the assessment is closed ([`deciding::decision::Basis`]).
//!
//! Money is not here: what is offered, paid and recovered belongs to `awards`.

pub mod app;
pub mod assessment;
pub mod bid;
pub mod call;
pub mod deciding;
pub mod error;
pub mod marking;
pub mod panel;
pub mod policy;
pub mod release;
pub mod state;
pub mod store;
pub mod view;

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
use kit::caller::Area;
use kit::consumer::{self, NotTaken};
use kit::db::{Db, OpenError, Storage};
use kit::ids::AssessmentId;
use kit::ticker;
use kit::time::Timestamp;
use kit::tokens::SigningKey;
use kit::transport::Transport;
use toadlane_proto::grading::v1::assessments_service_server::AssessmentsServiceServer;
use toadlane_proto::grading::v1::decisions_service_server::DecisionsServiceServer;
use toadlane_proto::grading::v1::reviews_service_server::ReviewsServiceServer;
use toadlane_proto::rounds::v1::Round;
use toadlane_proto::types::v1::Event;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use error::Error;
use peers::Peers;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the clock is looked at. Lateness of a review does not rest on it: handing in compares its own instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;

/// Opens the store of `grading`, which gives no answer again that names a bid hidden from its caller by now.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    let db = Db::open(storage, Area::Grading.name(), MIGRATIONS, held_clock)?;
    Ok(db.replays_if(api::may_replay))
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Grading {
    db: Db,
    peers: Peers,
    key: Arc<SigningKey>,
    stop: CancellationToken,
}

impl Grading {
    /// `key` seals the decision records.
    pub fn new(
        db: Db,
        key: Arc<SigningKey>,
        registry: Transport,
        rounds: Transport,
        bids: Transport,
        stop: CancellationToken,
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
        bus.subscribe(Area::Rounds, Area::Grading.name(), &self.stop, self, Grading::take_round);
    }

    /// Ticks until the process stops.
    pub async fn run(self) {
        ticker::run(&self.stop, TICK_EVERY, "the assessments", || self.tick()).await;
    }

    /// Does everything that is due: reviews lapse, letters are released, decisions become public.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        let lapse = |id| self.db.work(None, move |tx| app::lapse(tx, id, now));
        let overdue = || self.db.read(move |conn| store::overdue_reviews(conn, now, MOST_PER_LOOK));
        while ticker::each("the review", overdue().await?, lapse).await > 0 {}
        let due = self.db.read(move |conn| store::due(conn, now, MOST_PER_LOOK)).await?;
        // One that was decided late is announced at once, after its bidders are informed.
        let db = &self.db;
        let go_on = |id: AssessmentId| async move {
            while db.work(Some(id.to_string()), move |tx| app::tick(tx, id, now)).await? {}
            Ok::<(), Error>(())
        };
        ticker::each("the assessment", due, go_on).await;
        Ok(())
    }

    /// Takes an event of `rounds`, once.
    async fn take_round(self, event: Event) -> Result<(), NotTaken> {
        let Some(wire) = consumer::resource::<Round>(&event)? else { return Ok(()) };
        let Some((round, published)) = convert::published(wire)? else { return Ok(()) };
        let key = Some(round.to_string());
        consumer::take(&self.db, key, event, move |tx, now| app::take_round(tx, round, &published, now)).await
    }
}
