//! Councils' systems that submit without a pause, and keep books of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use toadlane_client::{Client, Credentials, retry, retry_for};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1::Round;
use tokio::task::JoinSet;

use crate::call::{self, Host};

/// Three connections for each of the eight councils.
const N_BIDDERS: usize = 24;
/// How many bids a bidder submits at once.
const AT_ONCE: usize = 3;
/// How long a bidder asks for the answer to one request.
const PATIENCE: Duration = Duration::from_secs(120);

/// One submission in a bidder's books: what was asked, and what the platform said to it.
pub struct Entry {
    pub asked: pb::SubmitBidRequest,
    pub answered: pb::Bid,
    pub receipt: pb::Receipt,
}

/// The bidders at work.
pub struct Bidders {
    traffic: Arc<Traffic>,
    at_work: JoinSet<Vec<Entry>>,
}

#[derive(Default)]
struct Traffic {
    n_in_flight: AtomicUsize,
    n_answered: AtomicUsize,
    n_broken: AtomicUsize,
    enough: AtomicBool,
}

/// A submission that was sent and has not been answered.
struct InFlight(Arc<Traffic>);

impl InFlight {
    fn begin(traffic: &Arc<Traffic>) -> InFlight {
        traffic.n_in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(traffic.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.n_in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Bidders {
    pub fn begin(host: &Arc<Host>, deployment: &demo::deployment::Deployment, rounds: &[Round]) -> Bidders {
        let traffic = Arc::<Traffic>::default();
        let mut at_work = JoinSet::new();
        for n in 0..N_BIDDERS {
            let system = &host.network.systems[n % host.network.systems.len()];
            let credentials = Credentials::Key { client_id: system.client_id.clone(), key: system.key.clone() };
            let client = Client::connect(deployment.places.clone(), credentials).unwrap();
            let bidder = Bidder { n, host: host.clone(), client, traffic: traffic.clone() };
            at_work.spawn(bidder.bid(rounds.to_vec()));
        }
        Bidders { traffic, at_work }
    }

    /// Submissions that got no answer at a try.
    pub fn n_broken(&self) -> usize {
        self.traffic.n_broken.load(Ordering::SeqCst)
    }

    pub fn n_answered(&self) -> usize {
        self.traffic.n_answered.load(Ordering::SeqCst)
    }

    /// Waits until another submission is answered.
    pub async fn answered_again(&self) {
        let before = self.n_answered();
        self.until("an answered submission", || self.n_answered() > before).await;
    }

    /// Waits until as many submissions are in flight; how many they are.
    pub async fn in_flight(&self, at_least: usize) -> usize {
        let n_in_flight = || self.traffic.n_in_flight.load(Ordering::SeqCst);
        self.until("enough submissions in flight", || n_in_flight() >= at_least).await;
        n_in_flight()
    }

    async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "{what} is waited for in vain");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Lets them finish what they have begun; their books.
    pub async fn finish(self) -> Vec<Entry> {
        self.traffic.enough.store(true, Ordering::SeqCst);
        self.at_work.join_all().await.into_iter().flatten().collect()
    }
}

struct Bidder {
    n: usize,
    host: Arc<Host>,
    client: Client,
    traffic: Arc<Traffic>,
}

impl Bidder {
    async fn bid(self, rounds: Vec<Round>) -> Vec<Entry> {
        let mut books = Vec::new();
        for turn in 0.. {
            if self.traffic.enough.load(Ordering::SeqCst) {
                break;
            }
            let round = &rounds[(self.n + turn) % rounds.len()];
            let mut bids = Vec::with_capacity(AT_ONCE);
            for place in 0..AT_ONCE {
                let system = &self.host.network.systems[self.n % self.host.network.systems.len()];
                let reference = format!("b{}t{turn}p{place}", self.n);
                bids.push(call::signed_off(&self.client, system, &round.id, &reference).await.unwrap());
            }
            let mut submits = JoinSet::new();
            for bid in bids {
                submits.spawn(submit(self.client.clone(), bid, self.traffic.clone()));
            }
            books.extend(submits.join_all().await);
        }
        books
    }
}

/// Submits a bid, with the same request id until it is answered, and fetches the receipt.
async fn submit(client: Client, bid: pb::Bid, traffic: Arc<Traffic>) -> Entry {
    let mut asked = call::submit(&bid);
    let answered = retry_for(PATIENCE, |request_id| {
        asked.request_id = request_id;
        let (mut bids, asked, traffic) = (client.bids(), asked.clone(), traffic.clone());
        async move {
            let _in_flight = InFlight::begin(&traffic);
            let answer = bids.submit_bid(asked).await;
            let counted = if answer.is_ok() { &traffic.n_answered } else { &traffic.n_broken };
            counted.fetch_add(1, Ordering::SeqCst);
            answer
        }
    });
    let answered = answered.await.unwrap_or_else(|refusal| panic!("the submission of {} failed: {refusal}", bid.id));
    let receipt = retry(|_| {
        let (mut bids, bid_id) = (client.bids(), bid.id.clone());
        async move { bids.get_receipt(pb::GetReceiptRequest { bid_id }).await }
    });
    let receipt = receipt.await.unwrap_or_else(|refusal| panic!("no receipt of {}: {refusal}", bid.id));
    Entry { asked, answered, receipt }
}
