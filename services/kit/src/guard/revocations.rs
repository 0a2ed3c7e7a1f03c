//! Whose sign-ins were taken back. Only who knows that now lets anybody in: a process that has not heard of it for a
//! while refuses people and clients, rather than let in somebody who was shut out meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{LONGEST_CALL, sign_in_needed};
use crate::fault::Fault;
use crate::tokens::ACCESS_LIFETIME_S;

/// A reading of the revocations holds for this long, in seconds.
const STALE_AFTER_S: i64 = 30;
/// Seconds by which an entry outlives the last token, and the last stream, that it can end.
const MARGIN_S: i64 = 300;
/// Stands for a reading that holds for ever.
const ALWAYS: i64 = i64::MAX;

/// Subjects whose tokens no longer count, and since when (unix seconds, real time). Until they are read once, nothing
/// is known.
#[derive(Clone, Default)]
pub struct Revocations(Arc<Known>);

#[derive(Default)]
struct Known {
    revoked: RwLock<HashMap<String, i64>>,
    read_at: AtomicI64,
}

impl Revocations {
    /// For whoever is told of each revocation, and has nothing to read: tests.
    pub fn complete() -> Revocations {
        let revocations = Revocations::default();
        revocations.0.read_at.store(ALWAYS, Ordering::Relaxed);
        revocations
    }

    /// Refuses every token of the subject that was issued at or before this second.
    pub fn add(&self, subject: &str, revoked_at: i64) {
        let mut revoked = self.0.revoked.write().unwrap_or_else(PoisonError::into_inner);
        let latest = revoked.entry(subject.to_string()).or_insert(revoked_at);
        *latest = revoked_at.max(*latest);
    }

    /// All that there were at this second are added. Those that can end nothing any more are forgotten.
    pub fn read(&self, now: i64) {
        let oldest = now - ACCESS_LIFETIME_S - LONGEST_CALL.as_secs() as i64 - MARGIN_S;
        let mut revoked = self.0.revoked.write().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, revoked_at| *revoked_at >= oldest);
        drop(revoked);
        self.0.read_at.store(now, Ordering::Relaxed);
    }

    /// Whether they were read a short time ago. A clock that was put back makes a reading worth nothing, too.
    pub fn are_fresh(&self, now: i64) -> bool {
        let read_at = self.0.read_at.load(Ordering::Relaxed);
        read_at == ALWAYS || now.abs_diff(read_at) <= STALE_AFTER_S.unsigned_abs()
    }

    /// Why a token of the subject that was issued at a second does not count now, if it does not.
    pub(super) fn refusal(&self, subject: &str, issued_at: i64, now: i64) -> Option<Fault> {
        let revoked = self.0.revoked.read().unwrap_or_else(PoisonError::into_inner);
        let covers = revoked.get(subject).is_some_and(|revoked_at| issued_at <= *revoked_at);
        drop(revoked);
        if covers {
            return Some(sign_in_needed("the sign-in was revoked; ask your administrator"));
        }
        let says = "the platform cannot tell at present whose sign-in was revoked; try again with the same request id";
        (!self.are_fresh(now)).then(|| Fault::try_again(says))
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    /// An hour after the epoch began anew, in unix seconds.
    const NOW: i64 = 1_800_003_600;

    fn code(revocations: &Revocations, issued_at: i64, now: i64) -> Option<Code> {
        revocations.refusal("per_1", issued_at, now).map(|fault| fault.code)
    }

    /// C-1.9: it let everybody in until the first reading, and for as long as none succeeded.
    #[test]
    fn nobody_is_let_in_before_the_first_reading_or_long_after_the_last() {
        let revocations = Revocations::default();
        assert_eq!(code(&revocations, NOW - 1, NOW), Some(Code::Unavailable));
        revocations.read(NOW);
        assert_eq!(code(&revocations, NOW - 1, NOW), None);
        assert_eq!(code(&revocations, NOW - 1, NOW + 30), None);
        assert_eq!(code(&revocations, NOW - 1, NOW + 31), Some(Code::Unavailable));
        assert_eq!(code(&revocations, NOW - 1, NOW - 31), Some(Code::Unavailable), "the clock was put back");
        revocations.read(NOW + 40);
        assert_eq!(code(&revocations, NOW - 1, NOW + 40), None);
    }

    /// C-1.9: what is known stays known while nothing new is.
    #[test]
    fn what_was_revoked_stays_so_while_nothing_is_read() {
        let revocations = Revocations::default();
        revocations.add("per_1", NOW - 10);
        revocations.read(NOW);
        for now in [NOW, NOW + 31, NOW + 600] {
            assert_eq!(code(&revocations, NOW - 10, now), Some(Code::Unauthenticated));
        }
        assert_eq!(code(&revocations, NOW - 9, NOW), None, "signed in again since");
    }

    /// C-1.9: entries stayed for ever.
    #[test]
    fn an_entry_is_forgotten_once_no_token_and_no_stream_can_be_older() {
        let revocations = Revocations::complete();
        revocations.add("per_1", NOW);
        let last = NOW + ACCESS_LIFETIME_S + 300 + MARGIN_S;
        revocations.read(last);
        assert_eq!(code(&revocations, NOW, last), Some(Code::Unauthenticated));
        revocations.read(last + 1);
        assert_eq!(code(&revocations, NOW, last + 1), None);
    }

    #[test]
    fn who_is_told_of_each_has_nothing_to_read() {
        let revocations = Revocations::complete();
        assert!(revocations.are_fresh(NOW) && revocations.are_fresh(0));
    }
}
