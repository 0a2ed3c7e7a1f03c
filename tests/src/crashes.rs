//! Twenty kills (SIGKILL), each at a random moment with submissions in flight, in turn on a server, PostgreSQL, the
//! broker and a consumer. Afterwards the platform is compared with the books of its clients: no acknowledged bid is
//! lost or doubled, numbers have no gap, and every event was taken once, by `bids` and by a consumer of the test's own.

mod bidders;
mod books;
pub mod consumer;
mod papers;
mod second_half;
mod waiting;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kit::caller::Area;
use kit::db::Storage;
use kit::time::Timestamp;
use kit::tokens::KeySet;
use toadlane_client::Client;
use toadlane_proto::rounds::v1::{GetRoundRequest, Round};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::call::{self, Host};
use crate::platform::{ONE_AT_A_TIME, Platform};
use crate::servers::{Broker, Cluster};
use bidders::Bidders;
use consumer::Consumer;
use testing::measured::say;
use testing::seeded::Random;

const N_KILLS: usize = 20;
const LEAST_IN_FLIGHT: usize = 8;
const N_ROUNDS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_lose_and_double_nothing_on_sqlite() {
    let _alone = ONE_AT_A_TIME.lock().await;
    survives(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_lose_and_double_nothing_on_postgresql() {
    let _alone = ONE_AT_A_TIME.lock().await;
    survives(Some(Cluster::start())).await;
}

/// What is killed.
#[derive(Clone, Copy)]
enum Victim {
    Server(Area),
    Postgres,
    Broker,
    Consumer,
}

impl Victim {
    /// In turn: a server (mostly `bids`), PostgreSQL (or a server, where there is none), the broker, and a consumer,
    /// which by turns is the test's own and the real one.
    fn of_turn(turn: usize, has_postgres: bool) -> Victim {
        match turn % 8 {
            0 => Victim::Server(Area::Bids),
            4 => Victim::Server(if turn % 16 == 4 { Area::Rounds } else { Area::Registry }),
            1 | 5 if has_postgres => Victim::Postgres,
            2 | 6 => Victim::Broker,
            3 => Victim::Consumer,
            _ => Victim::Server(Area::Bids),
        }
    }

    fn name(self, turn: usize) -> String {
        match self {
            Victim::Server(role) if turn % 4 == 3 => format!("{role}, as consumer"),
            Victim::Server(role) => format!("server {role}"),
            Victim::Postgres => "PostgreSQL".to_string(),
            Victim::Broker => "NATS".to_string(),
            Victim::Consumer => "test consumer".to_string(),
        }
    }
}

/// All that runs, and can be killed.
struct Scene {
    platform: Platform,
    consumer: Consumer,
    broker: Broker,
    cluster: Option<Cluster>,
}

impl Scene {
    fn begin(cluster: Option<Cluster>) -> Scene {
        let broker = Broker::start();
        let storage = match &cluster {
            Some(cluster) => Storage::Postgres { url: cluster.url.clone() },
            None => Storage::sqlite(PathBuf::new()),
        };
        let platform = Platform::apart_over(&storage, &broker.url, None);
        let consumer = Consumer::start(&store(&platform, cluster.as_ref(), "consumer"), &broker.url);
        Scene { platform, consumer, broker, cluster }
    }

    /// Where a service keeps its store.
    fn store(&self, name: &str) -> Storage {
        store(&self.platform, self.cluster.as_ref(), name)
    }

    fn kill(&mut self, victim: Victim) {
        match victim {
            Victim::Server(role) => self.platform.process(role).kill(),
            Victim::Postgres => self.cluster.as_mut().expect("there is one on this engine").kill(),
            Victim::Broker => self.broker.kill(),
            Victim::Consumer => self.consumer.kill(),
        }
    }

    fn start_again(&mut self, victim: Victim) {
        match victim {
            Victim::Server(role) => self.platform.start_again(role),
            Victim::Postgres => self.cluster.as_mut().expect("there is one on this engine").start_again(),
            Victim::Broker => self.broker.start_again(),
            Victim::Consumer => self.consumer.start_again(),
        }
    }
}

fn store(platform: &Platform, cluster: Option<&Cluster>, name: &str) -> Storage {
    match cluster {
        Some(cluster) => Storage::Postgres { url: cluster.url.clone() },
        None => {
            let folder = platform.folder.join(name);
            std::fs::create_dir_all(&folder).expect("the platform's folder can be written");
            Storage::sqlite(folder)
        }
    }
}

async fn survives(cluster: Option<Cluster>) {
    let begun = Instant::now();
    let mut random = Random::announced();
    let mut scene = Scene::begin(cluster);
    let deployment = scene.platform.deployment.clone();
    let host = Arc::new(Host::set_up(&deployment).await);
    let mut rounds = Vec::with_capacity(N_ROUNDS);
    for n in 0..N_ROUNDS {
        let closes = Timestamp::of_this_machine().plus_seconds(86_400);
        rounds.push(host.schedule(&format!("kills-{n}"), closes).await);
    }

    let enough = Arc::new(AtomicBool::new(false));
    let bidders = Bidders::begin(&host, &deployment, &rounds);
    let extended = tokio::spawn(keep_extending(host.clone(), rounds.clone(), enough.clone()));
    strike(&mut scene, &bidders, &mut random).await;
    bidders.answered_again().await;
    let n_broken = bidders.n_broken();
    let books = bidders.finish().await;
    enough.store(true, Ordering::SeqCst);
    let n_extensions = extended.await.unwrap();
    say(format!("{} bids acknowledged, {n_broken} tries unanswered, {n_extensions} extensions", books.len()));

    let keys = KeySet::parse(&deployment.key_set().await.unwrap()).unwrap();
    books::compare(&host.network.manager, &keys, &rounds, &books).await;
    books::ask_again(&clients(&host), &books).await;
    compare_events(&scene, &host, &rounds, n_extensions).await;
    say(format!("compared; {:.1} s in all", begun.elapsed().as_secs_f64()));
}

/// The kills, each at a random moment after the platform has come back from the one before.
async fn strike(scene: &mut Scene, bidders: &Bidders, random: &mut Random) {
    say("kill  victim              in flight  unanswered tries  down for  answers after");
    for turn in 0..N_KILLS {
        let victim = Victim::of_turn(turn, scene.cluster.is_some());
        bidders.answered_again().await;
        sleep(Duration::from_millis(random.between(200, 1500))).await;
        let n_broken = bidders.n_broken();
        let n_in_flight = bidders.in_flight(LEAST_IN_FLIGHT).await;
        scene.kill(victim);
        let killed = Instant::now();
        sleep(Duration::from_millis(random.between(0, 500))).await;
        scene.start_again(victim);
        let down = killed.elapsed();
        bidders.answered_again().await;
        let (name, n_broken, after) = (victim.name(turn), bidders.n_broken() - n_broken, killed.elapsed());
        say(format!("{:>4}  {name:<18}  {n_in_flight:>9}  {n_broken:>16}  {down:>8.2?}  {after:>13.2?}", turn + 1));
    }
}

/// A manager who moves the closes of the rounds by a second each time; how often.
async fn keep_extending(host: Arc<Host>, rounds: Vec<Round>, enough: Arc<AtomicBool>) -> usize {
    let mut pace = interval(Duration::from_millis(50));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut n_extensions = 0;
    while !enough.load(Ordering::SeqCst) {
        pace.tick().await;
        let round = &rounds[n_extensions % rounds.len()];
        let closes: Timestamp = round.closes_at.unwrap().try_into().unwrap();
        let n_th = i64::try_from(n_extensions / rounds.len()).unwrap();
        call::extend(&host.network.manager, &round.id, closes.plus_seconds(n_th + 1)).await.unwrap();
        n_extensions += 1;
    }
    n_extensions
}

/// A client of each council, by the organisation.
fn clients(host: &Host) -> BTreeMap<String, Client> {
    let systems = host.network.systems.iter();
    systems.map(|system| (system.organisation_id.clone(), system.client.clone())).collect()
}

async fn compare_events(scene: &Scene, host: &Host, rounds: &[Round], n_extensions: usize) {
    let mut now = Vec::with_capacity(rounds.len());
    for round in rounds {
        let asked = GetRoundRequest { round_id: round.id.clone() };
        now.push(host.network.manager.rounds().get_round(asked).await.unwrap().into_inner());
    }
    let bids = bids::open(&scene.store("bids"), None).unwrap();
    let of_rounds = rounds::open(&scene.store("rounds"), None).unwrap();
    let consumer = consumer::open(&scene.store("consumer"));

    let n_taken = books::taken_once(&of_rounds, &bids).await.len();
    // Each round was scheduled and opened once.
    assert_eq!(n_taken, n_extensions + 2 * rounds.len());
    books::gates_are_at_their_rounds(&bids, &now).await;
    let counted = books::taken_once(&bids, &consumer).await;
    books::counted_once(&consumer, &counted).await;
    let n_counted = counted.len();
    say(format!("{n_taken} events of rounds taken by bids once, {n_counted} events of bids by the test consumer"));
}
