//! `learning` draws the learning of rounds together and publishes it: commissions and the corpus that they open,
//! passages marked with codes, insights checked with the councils, case studies, publications, open data.
//!
//! Councils rely on four guarantees. What is withdrawn disappears at once: one query decides what may be read
//! ([`corpus::store::visible`]), never the index. Whatever they consented to falls with the release that it rests on,
//! and stays taken back: a new release asks anew, and what is published is blacked out ([`corpus::app`],
//! [`publication::overlay`]). A quote is the exact bytes of one revision, checked again before publication
//! ([`publication::material`]). A consultant reads only while the commission runs ([`commission::access`], rule 30).
//!
//! Reports and awards are not kept here: they belong to `reporting` and `awards`.

pub mod case_study;
pub mod codebook;
pub mod commission;
pub mod corpus;
pub mod error;
pub mod insight;
pub mod open_data;
pub mod passage;
pub mod policy;
pub mod publication;

mod events;
mod history;
mod peers;
mod refusal;
mod requests;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Area;
use kit::consumer::{self, NotTaken};
use kit::cx::Cx;
use kit::db::{Db, OpenError, Storage, Tx};
use kit::ids::PublicationId;
use kit::ticker;
use kit::time::Timestamp;
use kit::transport::Transport;
use kit::watch::event_type;
use tantivy::TantivyError;
use toadlane_proto::learning::v1::case_studies_service_server::CaseStudiesServiceServer;
use toadlane_proto::learning::v1::commissions_service_server::CommissionsServiceServer;
use toadlane_proto::learning::v1::corpus_service_server::CorpusServiceServer;
use toadlane_proto::learning::v1::insights_service_server::InsightsServiceServer;
use toadlane_proto::learning::v1::open_data_service_server::OpenDataServiceServer;
use toadlane_proto::learning::v1::publications_service_server::PublicationsServiceServer;
use toadlane_proto::reporting::v1::Report;
use toadlane_proto::types::v1::Event;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use corpus::app::{Released, Releases};
use corpus::search::Index;
use error::Error;
use open_data::Publisher;
use peers::Peers;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// How often the clock is looked at. What a caller may read does not rest on it: every read compares its own instant.
const TICK_EVERY: Duration = Duration::from_millis(100);
const MOST_PER_LOOK: i64 = 200;
/// Writes to the corpus run one after the other, under this key.
const CORPUS: &str = "corpus";

/// The key of writes that take something into the corpus or out of it, or rest on what is in it.
fn corpus_key<C>(_: &C) -> String {
    CORPUS.to_string()
}

/// Opens the store of `learning`.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Area::Learning.name(), MIGRATIONS, held_clock)
}

/// The service, as its RPCs, its ticker and its consumer see it.
#[derive(Clone)]
pub struct Learning {
    db: Db,
    peers: Peers,
    publisher: Arc<Publisher>,
    index: Arc<Mutex<Index>>,
    stop: CancellationToken,
}

impl Learning {
    /// # Errors
    /// When there is no memory for the index.
    pub fn new(
        db: Db,
        publisher: Publisher,
        registry: Transport,
        rounds: Transport,
        awards: Transport,
        reporting: Transport,
        stop: CancellationToken,
    ) -> Result<Learning, Error> {
        let peers = Peers::new(registry, rounds, awards, reporting);
        let index = Arc::new(Mutex::new(Index::empty()?));
        Ok(Learning { db, peers, publisher: Arc::new(publisher), index, stop })
    }

    pub fn routes(&self) -> Routes {
        Routes::new(CommissionsServiceServer::new(self.clone()))
            .add_service(CorpusServiceServer::new(self.clone()))
            .add_service(InsightsServiceServer::new(self.clone()))
            .add_service(CaseStudiesServiceServer::new(self.clone()))
            .add_service(PublicationsServiceServer::new(self.clone()))
            .add_service(OpenDataServiceServer::new(self.clone()))
    }

    /// Takes the events of `reporting`.
    pub fn subscribe(&self, bus: &Bus) {
        bus.subscribe(Area::Reporting, Area::Learning.name(), &self.stop, self, Learning::take_report);
    }

    /// Fills the index, then ticks until the process stops.
    pub async fn run(self) {
        if let Err(error) = self.catch_up().await {
            tracing::warn!(error = %error, "the index could not be filled; the first search does it: {error}");
        }
        ticker::run(&self.stop, TICK_EVERY, "what is due", || self.tick()).await;
    }

    /// Does everything that is due: checks of insights end, embargoes too.
    pub async fn tick(&self) -> Result<(), Error> {
        let now = self.db.clock().now();
        let checked = || self.db.read(move |conn| insight::store::due(conn, now, MOST_PER_LOOK));
        let end = |id| self.db.work(None, move |tx| insight::app::end_check(tx, id, now));
        while ticker::each("the insight", checked().await?, end).await > 0 {}
        let due = || self.db.read(move |conn| publication::store::due(conn, now, MOST_PER_LOOK));
        let publish = async |id| {
            let releases = self.releases_of(id).await?;
            let work = move |tx: &mut Tx| {
                corpus::app::take_releases(tx, now, &releases)?;
                publication::app::publish_due(tx, id, now)
            };
            self.db.work(Some(CORPUS.to_string()), work).await
        };
        while ticker::each("the publication", due().await?, publish).await > 0 {}
        Ok(())
    }

    /// What `reporting` says now of the reports that a publication rests on: a council may have taken one back a moment
    /// ago. While it cannot be reached the publication goes by what is known here, for its readers were told an
    /// instant; what is heard later is blacked out then.
    async fn releases_of(&self, id: PublicationId) -> Result<Releases, Error> {
        let publication = self.db.read(move |conn| publication::store::get(conn, id)).await?;
        let mut releases = Vec::new();
        for report in publication.edition.reports() {
            match self.peers.documents(&report, self.db.clock().now()).await {
                Ok(documents) => releases.push(Released { report, documents }),
                Err(Error::Neighbour(error)) => {
                    tracing::warn!(publication.id = %id, error = %error, "nobody said what {id} rests on: {error}");
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Releases(releases))
    }

    /// Takes into the index what the store has written since it last looked, whichever process wrote it.
    async fn catch_up(&self) -> Result<(), Error> {
        loop {
            let seen = self.index().position();
            let changed = self.db.read(move |conn| corpus::store::changed(conn, seen, MOST_PER_LOOK)).await?;
            if changed.is_empty() {
                return Ok(());
            }
            let learning = self.clone();
            // Words are counted and sorted there: not on a thread that others wait for.
            let taken = tokio::task::spawn_blocking(move || learning.index().take(&changed)).await;
            taken.unwrap_or_else(|stopped| Err(TantivyError::InternalError(stopped.to_string())))?;
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event of `reporting`, once. The report itself is asked for beforehand, as it now is: events carry no
    /// texts.
    async fn take_report(self, event: Event) -> Result<(), NotTaken> {
        const KINDS: [&str; 5] =
            ["ReportAccepted", "ReportReleased", "ReleaseWithdrawn", "AddendumReleased", "AddendumWithdrawn"];
        let is_of_use = KINDS.contains(&event_type(&event).as_str());
        let told = consumer::resource::<Report>(&event)?;
        let Some(told) = told.filter(|_| is_of_use) else { return Ok(()) };
        let released = match told.release.as_ref().is_some_and(|release| release.to_learning) {
            true => self.peers.documents(&told.id, self.db.clock().now()).await?,
            false => Vec::new(),
        };
        let effect = move |tx: &mut Tx, now| {
            corpus::app::take_report(tx, &Cx::of_area(Area::Learning, now), &told.id, &released)
        };
        consumer::take(&self.db, Some(CORPUS.to_string()), event, effect).await
    }
}
