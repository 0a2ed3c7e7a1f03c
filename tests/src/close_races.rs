//! Rounds that close while 64 clients submit: nothing behind the close, nothing refused before it, the order of the
//! numbers is that of the instants. Also with `rounds` stopped, and with an extension one second before the close.

mod close;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kit::caller::Area;
use kit::time::Timestamp;
use testing::stores::Fresh;
use toadlane_client::{Client, Credentials, Refusal};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1::Round;
use tokio::task::JoinSet;

use crate::call::{self, Host};
use crate::platform::{ONE_AT_A_TIME, Platform, signal};
use close::Close;
use testing::measured::{Waits, say};
use testing::seeded::Random;

const N_ROUNDS: usize = 40;
const N_CLIENTS: usize = 64;
/// Bids of one client in one round.
const N_BIDS: usize = 3;
/// Clients that submit once more when the gate says that it is closed.
const N_BEHIND: usize = 8;
/// From when on bids come in before the close, and the manager and `rounds` do what they do.
const RUN_UP_MS: i64 = 1000;
/// By how much an extension moves the close.
const MORE_MS: i64 = 1500;

#[tokio::test(flavor = "multi_thread")]
async fn forty_rounds_close_exactly_under_64_clients_on_sqlite() {
    let _alone = ONE_AT_A_TIME.lock().await;
    close_exactly("SQLite", Fresh::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_rounds_close_exactly_under_64_clients_on_postgresql() {
    let _alone = ONE_AT_A_TIME.lock().await;
    close_exactly("PostgreSQL", Fresh::postgres()).await;
}

/// What happens around a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    /// `rounds` stands still (SIGSTOP).
    RoundsStill,
    /// `rounds` is not there.
    RoundsGone,
    /// A second before the close it is moved.
    Extended,
}

impl Kind {
    fn of_turn(turn: usize) -> Kind {
        match turn % 8 {
            1 | 5 => Kind::RoundsStill,
            2 | 6 => Kind::Extended,
            3 => Kind::RoundsGone,
            _ => Kind::Plain,
        }
    }
}

/// A bid that was submitted, with this machine's clock before and after.
struct Submission {
    sent: Timestamp,
    answered: Timestamp,
    bid: pb::Bid,
    /// Whether the gate had said before that it was closed.
    behind: bool,
}

/// One of the clients: a connection of its own, with the credentials of a council's system.
#[derive(Clone)]
struct Bidder {
    n: usize,
    host: Arc<Host>,
    client: Client,
}

/// Bids of each client that are ready to be submitted.
type Prepared = Vec<(Bidder, Vec<pb::Bid>)>;

struct Scene {
    platform: Platform,
    host: Arc<Host>,
    bidders: Vec<Bidder>,
    /// How long it took to prepare the bids of the last round.
    prepared_in: Duration,
}

async fn close_exactly(engine: &str, fresh: Fresh) {
    let begun = Instant::now();
    let mut random = Random::announced();
    let platform = Platform::apart(fresh, None);
    let host = Arc::new(Host::set_up(&platform.deployment).await);
    let bidders = (0..N_CLIENTS).map(|n| Bidder::new(n, &host, &platform)).collect();
    let mut scene = Scene { platform, host, bidders, prepared_in: Duration::from_secs(2) };
    let (mut waits, mut counts) = (Waits::default(), BTreeMap::<Kind, [usize; 4]>::new());
    for turn in 0..N_ROUNDS {
        let kind = Kind::of_turn(turn);
        let (round, prepared) = scene.prepare(turn).await;
        let close = close(&mut scene, kind, &round, prepared, &mut random).await;
        let (n_in_time, n_late) = close.check();
        let count = counts.entry(kind).or_default();
        for (total, n) in count.iter_mut().zip([1, n_in_time, n_late, close.n_admitted()]) {
            *total += n;
        }
        close.submissions.iter().for_each(|submission| waits.add(submission.waited()));
    }
    say(format!("{engine}, rounds by what happened at the close (in time, held late, held and then admitted):"));
    for (kind, [n_rounds, n_in_time, n_late, n_admitted]) in counts {
        say(format!("{n_rounds:>4} {kind:?}: {n_in_time}, {n_late}, {n_admitted}"));
    }
    let over = if waits.worst() > Duration::from_secs(1) { " (OVER ONE SECOND)" } else { "" };
    say(format!("{engine}: {}{over}; {:.0} s in all", waits.in_words(), begun.elapsed().as_secs_f64()));
}

impl Scene {
    /// A round that closes soon, and all bids for it signed off. Where the machine was too slow for that there is
    /// another one, with more time.
    async fn prepare(&mut self, turn: usize) -> (Round, Prepared) {
        for attempt in 0..5 {
            let begun = Instant::now();
            let lead = i64::try_from(self.prepared_in.as_micros()).unwrap() * 5 / 4 + (RUN_UP_MS + 200) * 1000;
            let closes = Timestamp::of_this_machine().plus_micros(lead);
            let round = self.host.schedule(&format!("close-{turn}-{attempt}"), closes).await;
            let mut preparing = JoinSet::new();
            for bidder in self.bidders.iter().cloned() {
                let round_id = round.id.clone();
                preparing.spawn(async move {
                    let bids = bidder.prepare(&round_id).await;
                    bids.map(|bids| (bidder, bids))
                });
            }
            let prepared: Result<Prepared, Refusal> = preparing.join_all().await.into_iter().collect();
            let now = Timestamp::of_this_machine();
            match prepared {
                Ok(prepared) if now < closes.plus_micros(-RUN_UP_MS * 1000) => {
                    self.prepared_in = begun.elapsed();
                    return (round, prepared);
                }
                Ok(_) => {}
                Err(refusal) => assert!(now >= closes, "a draft is refused before the close: {refusal}"),
            }
            self.prepared_in *= 2;
        }
        panic!("not even in {:?} are the bids for one round prepared", self.prepared_in / 2)
    }
}

/// Lets the round close while everybody submits, and what happens around it happen.
async fn close(scene: &mut Scene, kind: Kind, round: &Round, prepared: Prepared, random: &mut Random) -> Close {
    let announced: Timestamp = round.closes_at.unwrap().try_into().unwrap();
    let finally = match kind {
        Kind::Extended => announced.plus_micros(MORE_MS * 1000),
        Kind::Plain | Kind::RoundsStill | Kind::RoundsGone => announced,
    };
    let mut submitting = JoinSet::new();
    let mut kept = Vec::new();
    for (bidder, mut bids) in prepared {
        kept.extend(bids.drain(N_BIDS..).map(|bid| (bidder.clone(), bid)));
        submitting.spawn(bidder.submit(times(announced, finally, random).into_iter().zip(bids).collect()));
    }
    let manager = scene.host.network.manager.clone();
    let watching = tokio::spawn(submit_behind(manager.clone(), round.id.clone(), finally, kept));

    until(announced.plus_micros(-RUN_UP_MS * 1000)).await;
    scene.befall(kind, round, finally).await;
    let mut submissions: Vec<Submission> = submitting.join_all().await.into_iter().flatten().collect();
    let (closed, behind) = watching.await.unwrap();
    submissions.extend(behind);
    let intake = gate(&manager, &round.id).await;
    let asked = pb::ListBidsRequest { round_id: round.id.clone(), page_size: 500, ..Default::default() };
    let listed = manager.bids().list_bids(asked).await.unwrap().into_inner().bids;
    scene.mend(kind);
    Close { finally, closed, intake, listed, submissions }
}

impl Scene {
    async fn befall(&mut self, kind: Kind, round: &Round, finally: Timestamp) {
        let rounds = self.platform.process(Area::Rounds).child.id();
        match kind {
            Kind::Plain => {}
            Kind::RoundsStill => signal(rounds, "STOP"),
            Kind::RoundsGone => signal(rounds, "TERM"),
            Kind::Extended => drop(call::extend(&self.host.network.manager, &round.id, finally).await.unwrap()),
        }
    }

    fn mend(&mut self, kind: Kind) {
        let rounds = self.platform.process(Area::Rounds).child.id();
        match kind {
            Kind::Plain | Kind::Extended => {}
            Kind::RoundsStill => signal(rounds, "CONT"),
            Kind::RoundsGone => self.platform.start_again(Area::Rounds),
        }
    }
}

async fn gate(manager: &Client, round_id: &str) -> pb::Intake {
    let asked = pb::GetIntakeRequest { round_id: round_id.to_string() };
    manager.bids().get_intake(asked).await.unwrap().into_inner()
}

/// When a client submits each of its bids: one in the run-up, one right before the announced close and one around the
/// final one. Where the close was moved, the second stands around the announced one.
fn times(announced: Timestamp, finally: Timestamp, random: &mut Random) -> [Timestamp; N_BIDS] {
    let mut about = |close: Timestamp, from_ms: i64, to_ms: i64| {
        let spread = u64::try_from((to_ms - from_ms) * 1000).expect("it ends after it begins");
        close.plus_micros(from_ms * 1000 + i64::try_from(random.between(0, spread)).expect("it is a second at most"))
    };
    let second = if announced == finally { (-60, 0) } else { (-60, 60) };
    [about(announced, -900, -100), about(announced, second.0, second.1), about(finally, -60, 120)]
}

/// Waits for the gate to say that it is closed, and then submits what was kept for that.
async fn submit_behind(
    manager: Client,
    round_id: String,
    close: Timestamp,
    kept: Vec<(Bidder, pb::Bid)>,
) -> (pb::Intake, Vec<Submission>) {
    until(close).await;
    let begun = Instant::now();
    let closed = loop {
        let intake = gate(&manager, &round_id).await;
        if intake.closed_at.is_some() {
            break intake;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the gate does not close");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let now = Timestamp::of_this_machine();
    let mut submitting = JoinSet::new();
    for (bidder, bid) in kept {
        submitting.spawn(bidder.submit(vec![(now, bid)]));
    }
    let mut submissions: Vec<Submission> = submitting.join_all().await.into_iter().flatten().collect();
    submissions.iter_mut().for_each(|submission| submission.behind = true);
    (closed, submissions)
}

async fn until(at: Timestamp) {
    let micros = at.micros() - Timestamp::of_this_machine().micros();
    tokio::time::sleep(Duration::from_micros(u64::try_from(micros).unwrap_or(0))).await;
}

impl Bidder {
    fn new(n: usize, host: &Arc<Host>, platform: &Platform) -> Bidder {
        let system = &host.network.systems[n % host.network.systems.len()];
        let credentials = Credentials::Key { client_id: system.client_id.clone(), key: system.key.clone() };
        let client = Client::connect(platform.deployment.places.clone(), credentials).unwrap();
        Bidder { n, host: host.clone(), client }
    }

    /// Its bids for a round, signed off.
    async fn prepare(&self, round_id: &str) -> Result<Vec<pb::Bid>, Refusal> {
        let system = &self.host.network.systems[self.n % self.host.network.systems.len()];
        let n_bids = if self.n < N_BEHIND { N_BIDS + 1 } else { N_BIDS };
        let mut bids = Vec::with_capacity(n_bids);
        for place in 0..n_bids {
            let reference = format!("c{}p{place}", self.n);
            bids.push(call::signed_off(&self.client, system, round_id, &reference).await?);
        }
        Ok(bids)
    }

    /// Submits each bid at its time. Once: nothing here excuses that a submission is refused.
    async fn submit(self, bids: Vec<(Timestamp, pb::Bid)>) -> Vec<Submission> {
        let mut submissions = Vec::with_capacity(bids.len());
        for (at, bid) in bids {
            let request_id = uuid::Uuid::now_v7().to_string();
            let asked = pb::SubmitBidRequest { request_id, ..call::submit(&bid) };
            until(at).await;
            let sent = Timestamp::of_this_machine();
            let answer = self.client.bids().submit_bid(asked).await;
            let answered = Timestamp::of_this_machine();
            let bid = answer.unwrap_or_else(|status| panic!("{} was refused: {status}", bid.id)).into_inner();
            submissions.push(Submission { sent, answered, bid, behind: false });
        }
        submissions
    }
}

impl Submission {
    fn waited(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.answered.micros() - self.sent.micros()).unwrap_or(0))
    }
}
