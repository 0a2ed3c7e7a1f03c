//! Events from the row to the consumer: once each, whatever fails on the way.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use toadlane_proto::bids::v1::Bid;
use tokio::sync::mpsc;

use super::*;
use crate::bus::Handler;
use crate::consumer::NotTaken;
use crate::cx::Cx;
use crate::db::{OpenError, Storage, Tx};
use crate::outbox::{self, Fact, Take};
use crate::testing::stores::{Fresh, each_db};
use crate::time::at;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("src/db/tests/migrations");
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

fn open(storage: &Storage) -> Result<Db, OpenError> {
    Db::open(storage, "events", MIGRATIONS, None)
}

fn happen(tx: &mut Tx, subject: &str, version: i64) -> Result<(), DbError> {
    let now = at("2020-01-10T12:00:00Z");
    let fact = Fact::of("toadlane.bids.v1.BidSubmitted", subject, version, &Bid::default());
    outbox::put(tx, &Cx::of_area(Area::Bids, now), now, fact)
}

async fn write(db: &Db, subjects: &[&'static str]) {
    for subject in subjects {
        let subject = *subject;
        db.work(None, move |tx| happen(tx, subject, 1)).await.unwrap();
    }
}

async fn published(db: &Db) -> Vec<(i64, String)> {
    let found = db.read(|tx| outbox::after(tx, 0, 1000)).await.unwrap();
    found.into_iter().map(|found| (found.position, found.event.subject)).collect()
}

fn numbered(subjects: &[&str]) -> Vec<(i64, String)> {
    (1..).zip(subjects.iter().map(|subject| (*subject).to_string())).collect()
}

/// A consumer that hands the subject of each event on.
fn collector() -> (Handler, mpsc::UnboundedReceiver<String>) {
    let (tell, told) = mpsc::unbounded_channel();
    let handler: Handler = Arc::new(move |event| {
        let tell = tell.clone();
        Box::pin(async move {
            tell.send(event.subject).unwrap();
            Ok(())
        })
    });
    (handler, told)
}

fn subscribe(bus: &Bus, handler: Handler) -> CancellationToken {
    let stop = CancellationToken::new();
    bus.subscribe(Area::Bids, "reader", &stop, &handler, |handler, event| handler(event));
    stop
}

#[tokio::test]
async fn an_event_is_written_with_its_write_or_not_at_all() {
    each_db(open, async |db| {
        let undone = db.work(None, |tx| {
            happen(tx, "undone", 1)?;
            Err::<(), DbError>(DbError::Inconsistent("refused".to_string()))
        });
        undone.await.unwrap_err();
        write(&db, &["done"]).await;
        pass(&db, &Bus::local(), Area::Bids).await.unwrap();
        assert_eq!(published(&db).await, numbered(&["done"]));
    })
    .await;
}

#[tokio::test]
async fn events_are_published_in_order_with_positions_that_have_no_gap() {
    each_db(open, async |db| {
        let bus = Bus::local();
        let (handler, mut told) = collector();
        let _stop = subscribe(&bus, handler);
        write(&db, &["a", "b", "c"]).await;
        pass(&db, &bus, Area::Bids).await.unwrap();
        write(&db, &["d"]).await;
        pass(&db, &bus, Area::Bids).await.unwrap();
        assert_eq!(published(&db).await, numbered(&["a", "b", "c", "d"]));
        for subject in ["a", "b", "c", "d"] {
            assert_eq!(told.try_recv().unwrap(), subject);
        }
        assert!(told.try_recv().is_err());
        assert_eq!(db.read(outbox::bounds).await.unwrap(), Some((1, 4)));
    })
    .await;
}

#[tokio::test]
async fn two_relays_of_one_store_never_give_the_same_position() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let (one, other) = (open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap());
        let subjects: Vec<&'static str> = vec!["x"; 40];
        let relays = |db: Db| async move {
            let bus = Bus::local();
            for _ in 0..20 {
                pass(&db, &bus, Area::Bids).await.unwrap();
            }
        };
        tokio::join!(write(&one, &subjects), relays(one.clone()), relays(other));
        pass(&one, &Bus::local(), Area::Bids).await.unwrap();
        let positions: Vec<i64> = published(&one).await.into_iter().map(|(position, _)| position).collect();
        assert_eq!(positions, (1..=40).collect::<Vec<i64>>());
    }
}

#[tokio::test]
async fn a_consumer_takes_each_event_once_and_none_that_is_older_than_what_it_holds() {
    each_db(open, async |db| {
        let event = |id: &str, version| pb::Event {
            id: id.to_string(),
            subject: "bid".to_string(),
            version,
            ..pb::Event::default()
        };
        let now = at("2020-01-10T12:00:00Z");
        let takes = [
            (event("one", 2), Take::First),
            (event("one", 2), Take::Again),
            (event("older", 1), Take::Older),
            (event("older", 1), Take::Again),
            (event("same version", 2), Take::First),
            (event("newer", 3), Take::First),
        ];
        for (event, expected) in takes {
            let id = event.id.clone();
            let taken = db.work(None, move |tx| outbox::take(tx, &event, now)).await.unwrap();
            assert_eq!(taken, expected, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_event_taken_in_two_processes_at_once_is_first_in_one() {
    let fresh = Fresh::postgres();
    let (one, other) = (open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap());
    for n in 0..20 {
        let take = |db: Db| async move {
            let event =
                pb::Event { id: format!("event {n}"), subject: "bid".to_string(), version: n, ..pb::Event::default() };
            db.work(None, move |tx| outbox::take(tx, &event, at("2020-01-10T12:00:00Z"))).await.unwrap()
        };
        let (a, b) = tokio::join!(take(one.clone()), take(other.clone()));
        assert!((a == Take::First) != (b == Take::First), "{a:?} {b:?}");
    }
}

/// A consumer that fails, in one way or another, the first time that it sees each of the subjects.
fn failing_once(fail: fn() -> Result<(), NotTaken>) -> (Handler, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let given = seen.clone();
    let handler: Handler = Arc::new(move |event| {
        let seen = seen.clone();
        Box::pin(async move {
            let is_new = {
                let mut seen = seen.lock().unwrap();
                let is_new = !seen.contains(&event.subject);
                seen.push(event.subject);
                is_new
            };
            if is_new { fail() } else { Ok(()) }
        })
    });
    (handler, given)
}

#[tokio::test]
async fn a_consumer_that_fails_or_panics_is_asked_again_and_what_was_taken_is_not_sent_twice() {
    let fails: [fn() -> Result<(), NotTaken>; 2] =
        [|| Err(DbError::Contention.into()), || panic!("a bug in a consumer")];
    for fail in fails {
        each_db(open, async |db| {
            let bus = Bus::local();
            let (handler, seen) = failing_once(fail);
            let _stop = subscribe(&bus, handler);
            write(&db, &["a", "b"]).await;
            pass(&db, &bus, Area::Bids).await.unwrap_err();
            assert_eq!(published(&db).await, numbered(&[]));
            pass(&db, &bus, Area::Bids).await.unwrap_err();
            assert_eq!(published(&db).await, numbered(&["a"]));
            pass(&db, &bus, Area::Bids).await.unwrap();
            assert_eq!(published(&db).await, numbered(&["a", "b"]));
            assert_eq!(*seen.lock().unwrap(), ["a", "a", "b", "b"]);
        })
        .await;
    }
}

#[tokio::test]
async fn an_event_that_can_never_be_taken_is_passed_over() {
    each_db(open, async |db| {
        let bus = Bus::local();
        let (handler, seen) = failing_once(|| Err(NotTaken::Ever("no round".to_string())));
        let _stop = subscribe(&bus, handler);
        write(&db, &["a", "b"]).await;
        pass(&db, &bus, Area::Bids).await.unwrap();
        assert_eq!(published(&db).await, numbered(&["a", "b"]));
        assert_eq!(*seen.lock().unwrap(), ["a", "b"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_can_never_be_taken_is_passed_over_on_a_broker_too() {
    let (broker, fresh) = (Broker::start(), Fresh::sqlite());
    let (db, bus) = (open(&fresh.storage).unwrap(), broker.bus().await);
    let (collect, mut told) = collector();
    let handler: Handler = Arc::new(move |event| match event.subject.as_str() {
        "unreadable" => Box::pin(async { Err(NotTaken::Ever("no round".to_string())) }),
        _ => collect(event),
    });
    let _stop = subscribe(&bus, handler);
    write(&db, &["unreadable", "a"]).await;
    pass(&db, &bus, Area::Bids).await.unwrap();
    assert_eq!(tokio::time::timeout(LONG, told.recv()).await.unwrap().unwrap(), "a");
}

#[tokio::test]
async fn old_events_go_and_the_newest_position_stays() {
    each_db(open, async |db| {
        write(&db, &["a", "b", "c"]).await;
        pass(&db, &Bus::local(), Area::Bids).await.unwrap();
        let now = Timestamp::of_this_machine();
        sweep(&db, now.plus_seconds(KEEP_PUBLISHED_S - 60)).await.unwrap();
        assert_eq!(published(&db).await.len(), 3);
        write(&db, &["not yet published"]).await;
        sweep(&db, now.plus_seconds(KEEP_PUBLISHED_S + 60)).await.unwrap();
        assert_eq!(published(&db).await, [(3, "c".to_string())]);
        pass(&db, &Bus::local(), Area::Bids).await.unwrap();
        assert_eq!(published(&db).await.last().unwrap().0, 4);
    })
    .await;
}

/// A broker of our own, which can be killed, and brought back with an older store.
struct Broker {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Broker {
    fn start() -> Broker {
        let folder = std::env::temp_dir().join(format!("toadlane_nats_{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Broker::run(&folder, port);
        Broker { process, folder, port }
    }

    fn run(folder: &Path, port: u16) -> Child {
        let program = std::env::var("TOADLANE_TEST_NATS_BIN").unwrap_or_else(|_| "nats-server".to_string());
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-js", "-p", &port.to_string(), "-sd"]).arg(folder.join("store"));
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.spawn().expect("TOADLANE_TEST_NATS_BIN names nats-server: run ./infra/test, which installs it")
    }

    async fn bus(&self) -> Bus {
        let bus = Bus::nats(&format!("nats://127.0.0.1:{}", self.port)).await.unwrap();
        let ready = async {
            while bus.last_sequence(Area::Bids).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG, ready).await.unwrap();
        bus
    }

    fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.process = Broker::run(&self.folder, self.port);
    }

    fn copy(&self, from: &str, to: &str) {
        let _ = std::fs::remove_dir_all(self.folder.join(to));
        let copied = Command::new("cp").arg("-a").arg(self.folder.join(from)).arg(self.folder.join(to)).status();
        assert!(copied.unwrap().success());
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Every subject that the broker holds, in its order, until the last one is seen.
async fn held(bus: &Bus, last: &str) -> Vec<String> {
    let (handler, mut told) = collector();
    let stop = CancellationToken::new();
    let consumer = format!("c{}", uuid::Uuid::now_v7().simple());
    bus.subscribe(Area::Bids, &consumer, &stop, &handler, |handler, event| handler(event));
    let mut held = Vec::new();
    while held.last().is_none_or(|subject| subject != last) {
        held.push(tokio::time::timeout(LONG, told.recv()).await.expect("the broker holds it").unwrap());
    }
    held
}

async fn until<F: Future<Output = Result<(), RelayError>>>(attempt: impl Fn() -> F) {
    let trying = async {
        while attempt().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, trying).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn events_reach_a_consumer_over_a_broker_and_one_that_fails_is_asked_again() {
    let (broker, fresh) = (Broker::start(), Fresh::sqlite());
    let (db, bus) = (open(&fresh.storage).unwrap(), broker.bus().await);
    let n_failed = Arc::new(AtomicUsize::new(0));
    let (collect, mut told) = collector();
    let handler: Handler = {
        let n_failed = n_failed.clone();
        Arc::new(move |event| match n_failed.fetch_add(1, Ordering::SeqCst) {
            0 => Box::pin(async { Err(DbError::Contention.into()) }),
            1 => Box::pin(async { panic!("a bug in a consumer") }),
            2.. => collect(event),
        })
    };
    let _stop = subscribe(&bus, handler);
    write(&db, &["a"]).await;
    pass(&db, &bus, Area::Bids).await.unwrap();
    assert_eq!(tokio::time::timeout(LONG, told.recv()).await.unwrap().unwrap(), "a");
    assert_eq!(n_failed.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_wait_for_a_broker_that_is_down() {
    let (mut broker, fresh) = (Broker::start(), Fresh::sqlite());
    let (db, bus) = (open(&fresh.storage).unwrap(), broker.bus().await);
    let stop = CancellationToken::new();
    broker.stop();
    let relay = tokio::spawn(run(db.clone(), bus.clone(), Area::Bids, stop.clone()));
    write(&db, &["a", "b"]).await;
    broker.start_again();
    assert_eq!(held(&bus, "b").await, ["a", "b"]);
    stop.cancel();
    relay.await.unwrap();
    assert_eq!(published(&db).await, numbered(&["a", "b"]));
}

/// A broker acknowledges before it has synced.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_came_back_older_is_filled_again_at_the_start() {
    let (mut broker, fresh) = (Broker::start(), Fresh::sqlite());
    let (db, bus) = (open(&fresh.storage).unwrap(), broker.bus().await);
    write(&db, &["a", "b"]).await;
    pass(&db, &bus, Area::Bids).await.unwrap();
    broker.stop();
    broker.copy("store", "older");
    broker.start_again();
    write(&db, &["c", "d"]).await;
    until(|| pass(&db, &bus, Area::Bids)).await;
    broker.stop();
    broker.copy("older", "store");
    broker.start_again();
    until(|| refill(&db, &bus, Area::Bids)).await;
    assert_eq!(held(&bus, "d").await, ["a", "b", "c", "d"]);
    assert_eq!(published(&db).await, numbered(&["a", "b", "c", "d"]));
}

/// The relay sees no error at all: the connection comes back by itself, and the next event is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_came_back_older_between_two_events_is_filled_again() {
    let (mut broker, fresh) = (Broker::start(), Fresh::sqlite());
    let (db, bus) = (open(&fresh.storage).unwrap(), broker.bus().await);
    write(&db, &["a", "b"]).await;
    pass(&db, &bus, Area::Bids).await.unwrap();
    broker.stop();
    broker.copy("store", "older");
    broker.start_again();
    write(&db, &["c", "d", "e"]).await;
    until(|| pass(&db, &bus, Area::Bids)).await;
    broker.stop();
    broker.copy("older", "store");
    broker.start_again();
    write(&db, &["f"]).await;
    until(|| pass(&db, &bus, Area::Bids)).await;
    assert_eq!(held(&bus, "e").await, ["a", "b", "f", "c", "d", "e"]);
    assert_eq!(published(&db).await, numbered(&["a", "b", "c", "d", "e", "f"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_sent_twice_is_held_once() {
    let broker = Broker::start();
    let bus = broker.bus().await;
    let event = |id: &str| pb::Event {
        id: id.to_string(),
        r#type: "toadlane.bids.v1.BidSubmitted".to_string(),
        subject: id.to_string(),
        ..pb::Event::default()
    };
    let first = bus.publish(Area::Bids, &event("a")).await.unwrap().unwrap();
    let again = bus.publish(Area::Bids, &event("a")).await.unwrap().unwrap();
    assert_eq!((first.is_known, again.is_known), (false, true));
    bus.publish(Area::Bids, &event("b")).await.unwrap();
    assert_eq!(held(&bus, "b").await, ["a", "b"]);
}
