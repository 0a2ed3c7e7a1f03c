//! How many calls one caller may make: by address for those who have not signed in, by subject for those who have.
//!
//! Roles have no limit, so whatever others do, the platform's own calls pass. Neither have calls from within the
//! process, which come from no address. What is kept of callers is bounded: beyond that the least frequent are
//! forgotten, which lets more pass rather than keep a stranger out.

#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use tokio::time::Instant;
use tonic::Code;

use crate::fault::{Fault, Reason};
use crate::listener::{Peer, household};

/// Callers of a kind that are remembered.
const MOST_CALLERS: u64 = 50_000;
/// An allowance is that of a minute, in microseconds, and all of it may be used at once.
const MINUTE: i64 = 60_000_000;

/// Calls a minute, and as many at once; 0 sets no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct PerMinute {
    /// Of one address without a good token.
    pub anonymous: u32,
    /// Of one address, for what signs in.
    pub sign_ins: u32,
    /// Of one person or client.
    pub signed_in: u32,
}

/// How an RPC or a form takes callers who have not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Public {
    /// Always: whoever watches over the process asks for its health.
    Always,
    /// Within the allowance of their address.
    Counted,
    /// Within the smaller one for signing in, which writes on behalf of strangers. A token changes nothing here.
    SigningIn,
}

/// The allowances of all callers of a process.
pub struct Limits {
    begun: Instant,
    anonymous: Allowances<IpAddr>,
    sign_ins: Allowances<IpAddr>,
    signed_in: Allowances<String>,
}

impl Limits {
    pub fn new(per_minute: PerMinute) -> Limits {
        Limits {
            begun: Instant::now(),
            anonymous: Allowances::new(per_minute.anonymous),
            sign_ins: Allowances::new(per_minute.sign_ins),
            signed_in: Allowances::new(per_minute.signed_in),
        }
    }

    /// Counts a call of an RPC or a form that takes this caller without a token.
    pub(super) fn public(&self, public: Public, from: Option<Peer>, now: Instant) -> Result<(), Fault> {
        match public {
            Public::Always => Ok(()),
            Public::Counted => self.anonymous(from, now),
            Public::SigningIn => self.sign_in(from, now),
        }
    }

    /// Counts a call without a token, or with one that is not good.
    pub(super) fn anonymous(&self, from: Option<Peer>, now: Instant) -> Result<(), Fault> {
        let says = "this address has made as many calls without a token as it may for now";
        self.of_address(&self.anonymous, from, now, says)
    }

    /// Counts a call that signs in.
    pub(super) fn sign_in(&self, from: Option<Peer>, now: Instant) -> Result<(), Fault> {
        self.of_address(&self.sign_ins, from, now, "this address has signed in as often as it may for now")
    }

    fn of_address(
        &self,
        allowances: &Allowances<IpAddr>,
        from: Option<Peer>,
        now: Instant,
        says: &str,
    ) -> Result<(), Fault> {
        let Some(address) = from.map(household) else { return Ok(()) };
        allowances.take(&address, self.micros(now)).map_err(|over| {
            if over.begins {
                tracing::warn!(peer.address = %address, "{address} is over its limit and refused: {says}");
            }
            over.fault(says)
        })
    }

    /// Counts a call of a person or a client.
    pub(super) fn signed_in(&self, subject: &str, from: Option<Peer>, now: Instant) -> Result<(), Fault> {
        if from.is_none() {
            return Ok(());
        }
        self.signed_in.take(subject, self.micros(now)).map_err(|over| {
            if over.begins {
                tracing::warn!(caller = subject, "{subject} is over its limit of calls and refused");
            }
            over.fault("you have made as many calls as you may for now")
        })
    }

    fn micros(&self, now: Instant) -> i64 {
        i64::try_from(now.duration_since(self.begun).as_micros()).unwrap_or(i64::MAX / 2)
    }
}

/// Allowances of one kind, each of a caller who was seen within a minute: by then all of one is given back.
struct Allowances<K> {
    /// The part of a minute that one call uses; none where there is no limit.
    per_call: Option<i64>,
    used: Cache<K, Arc<Used>>,
}

impl<K: Hash + Eq + Send + Sync + 'static> Allowances<K> {
    fn new(per_minute: u32) -> Allowances<K> {
        let per_call = (per_minute > 0).then(|| (MINUTE / i64::from(per_minute)).max(1));
        let forgotten = Duration::from_micros(MINUTE.unsigned_abs());
        let used = Cache::builder().max_capacity(MOST_CALLERS).time_to_idle(forgotten).build();
        Allowances { per_call, used }
    }

    fn take<Q>(&self, caller: &Q, now: i64) -> Result<(), Over>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let Some(per_call) = self.per_call else { return Ok(()) };
        self.used.get_with_by_ref(caller, Arc::default).take(per_call, now)
    }
}

/// What a caller has used of their allowance (the generic cell rate algorithm).
#[derive(Default)]
struct Used {
    /// When all of it is given back.
    until: AtomicI64,
    /// Whether it was told that the caller is over it.
    told: AtomicBool,
}

impl Used {
    fn take(&self, per_call: i64, now: i64) -> Result<(), Over> {
        let later = |until: i64| {
            let next = until.max(now) + per_call;
            (next - now <= MINUTE).then_some(next)
        };
        match self.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later) {
            Ok(until) => {
                if until <= now {
                    self.told.store(false, Ordering::Relaxed);
                }
                Ok(())
            }
            Err(until) => {
                let wait = Duration::from_micros((until + per_call - MINUTE - now).unsigned_abs());
                Err(Over { wait, begins: !self.told.swap(true, Ordering::Relaxed) })
            }
        }
    }
}

/// A caller has used all that they may for now.
#[derive(Debug, PartialEq, Eq)]
struct Over {
    wait: Duration,
    /// Whether it is the first call that is refused, since last all of the allowance was given back.
    begins: bool,
}

impl Over {
    /// Whole seconds, so that those who wait do not come back for every single call.
    fn fault(self, says: &str) -> Fault {
        let wait_s = self.wait.as_secs() + 1;
        let says = format!("{says}; try again in {wait_s} s");
        Fault {
            retry_after: Some(Duration::from_secs(wait_s)),
            ..Fault::new(Code::ResourceExhausted, Reason::TooManyCalls, says)
        }
    }
}
