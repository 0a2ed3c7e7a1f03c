//! The measured part: prepared drafts submitted by many callers at once, each waiting for its answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use demo::requests::request_id;
use toadlane_client::Status;
use toadlane_proto::bids::v1 as pb;
use tokio::task::JoinSet;

use crate::caller::Caller;
use crate::plan::{Draft, Plan, Where};

#[derive(clap::Args)]
pub struct Submit {
    #[command(flatten)]
    at: Where,
    /// How many callers hand in at once, each over a connection of its own
    #[arg(long, default_value_t = 64)]
    callers: usize,
}

/// One bid as it was taken in, and how long its caller waited for the answer.
struct Taken {
    wait: Duration,
    bid: pb::Bid,
}

/// What the callers share: each takes the next draft that nobody has.
struct Pile {
    drafts: Vec<Draft>,
    tokens: Vec<String>,
    next: AtomicUsize,
}

impl Submit {
    pub async fn run(&self) -> Result<(), String> {
        let Plan { network, drafts } = Plan::read(&self.at.plan)?;
        let says = |status: Status| status.message().to_string();
        let callers = self.connect(&drafts).map_err(|error| error.to_string())?;
        let tokens = callers[0].tokens(&network.councils).await.map_err(says)?;
        let pile = Arc::new(Pile { drafts, tokens, next: AtomicUsize::new(0) });
        for caller in &callers {
            greet(caller, &pile).await.map_err(says)?;
        }
        let mut working = JoinSet::new();
        let begun = Instant::now();
        for caller in callers {
            working.spawn(hand_in(caller, pile.clone()));
        }
        let mut taken = Vec::with_capacity(pile.drafts.len());
        while let Some(one) = working.join_next().await {
            taken.extend(one.map_err(|error| error.to_string())?.map_err(says)?);
        }
        let figures = Figures::of(&taken, begun.elapsed());
        in_order(taken)?;
        println!("{figures}");
        Ok(())
    }

    fn connect(&self, drafts: &[Draft]) -> Result<Vec<Caller>, String> {
        if drafts.is_empty() || self.callers == 0 {
            return Err(
                "there is nothing to hand in; run `toadlane bench prepare`, and give --callers 1 or more".into()
            );
        }
        let callers = (0..self.callers).map(|_| Caller::connect(&self.at.server));
        callers.collect::<Result<_, _>>().map_err(|error| error.to_string())
    }
}

/// Opens the connection, which is not what is measured.
async fn greet(caller: &Caller, pile: &Pile) -> Result<(), Status> {
    let draft = &pile.drafts[0];
    let asked = pb::GetIntakeRequest { round_id: draft.round_id.clone() };
    caller.bids().get_intake(Caller::signed(asked, &pile.tokens[draft.council])).await?;
    Ok(())
}

async fn hand_in(caller: Caller, pile: Arc<Pile>) -> Result<Vec<Taken>, Status> {
    let mut taken = Vec::new();
    while let Some(draft) = pile.drafts.get(pile.next.fetch_add(1, Ordering::Relaxed)) {
        let asked = pb::SubmitBidRequest {
            request_id: request_id(),
            bid_id: draft.bid_id.clone(),
            etag: draft.etag.clone(),
            ..Default::default()
        };
        let begun = Instant::now();
        let answer = caller.bids().submit_bid(Caller::signed(asked, &pile.tokens[draft.council])).await?;
        taken.push(Taken { wait: begun.elapsed(), bid: answer.into_inner() });
    }
    Ok(taken)
}

/// A figure counts only if it was earned: in each round numbers have no gap, and follow the instants.
fn in_order(taken: Vec<Taken>) -> Result<(), String> {
    let mut of_round: HashMap<String, Vec<_>> = HashMap::new();
    for Taken { bid, .. } in taken {
        let at = bid.received_at.filter(|_| bid.state() == pb::bid::State::Submitted);
        let at = at.map(|at| (at.seconds, at.nanos));
        let at = at.ok_or_else(|| format!("bid {} was not taken in time: {:?}", bid.id, bid.state()))?;
        of_round.entry(bid.round_id).or_default().push((bid.number, at));
    }
    for (round, mut bids) in of_round {
        bids.sort_unstable();
        let gapless = bids.iter().zip(1..).all(|((number, _), n)| *number == n);
        if !gapless || !bids.is_sorted_by_key(|(_, at)| *at) {
            return Err(format!("the numbers of round {round} have a gap, or do not follow the instants"));
        }
    }
    Ok(())
}

struct Figures {
    n_bids: usize,
    elapsed: Duration,
    /// Ascending.
    waits: Vec<Duration>,
}

impl Figures {
    fn of(taken: &[Taken], elapsed: Duration) -> Figures {
        let mut waits: Vec<Duration> = taken.iter().map(|taken| taken.wait).collect();
        waits.sort_unstable();
        Figures { n_bids: taken.len(), elapsed, waits }
    }

    /// The wait that this share of the callers did not exceed, in milliseconds.
    fn wait_ms(&self, percent: usize) -> f64 {
        let place = (self.waits.len() * percent).div_ceil(100).clamp(1, self.waits.len());
        self.waits[place - 1].as_secs_f64() * 1000.0
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (n_bids, seconds) = (self.n_bids, self.elapsed.as_secs_f64());
        write!(f, "{n_bids} bids in {seconds:.3} s: {:.1}/s; wait ", n_bids as f64 / seconds)?;
        write!(f, "p50 {:.1} ms, p99 {:.1} ms, ", self.wait_ms(50), self.wait_ms(99))?;
        write!(f, "worst {:.1} ms", self.wait_ms(100))
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn taken(number: i64, seconds: u64) -> Taken {
        let bid = pb::Bid {
            number,
            received_at: Some((UNIX_EPOCH + Duration::from_secs(seconds)).into()),
            state: pb::bid::State::Submitted.into(),
            ..Default::default()
        };
        Taken { wait: Duration::from_millis(number as u64), bid }
    }

    #[test]
    fn a_gap_or_a_number_before_its_time_spoils_the_figures() {
        let (early, late) = (1, 2);
        assert!(in_order(vec![taken(2, late), taken(1, early)]).is_ok());
        assert!(in_order(vec![taken(1, early), taken(3, late)]).is_err());
        assert!(in_order(vec![taken(1, late), taken(2, early)]).is_err());
    }

    #[test]
    fn a_percentile_is_a_wait_that_occurred() {
        let all: Vec<Taken> = (1..=200).map(|n| taken(n, 1)).collect();
        let figures = Figures::of(&all, Duration::from_secs(2));
        assert_eq!((figures.wait_ms(50), figures.wait_ms(99), figures.wait_ms(100)), (100.0, 198.0, 200.0));
        assert_eq!(
            figures.to_string(),
            "200 bids in 2.000 s: 100.0/s; wait p50 100.0 ms, p99 198.0 ms, worst 200.0 ms"
        );
    }
}
