//! Signing in by one-time code, and how access tokens are revoked.
//!
//! All times in here are real time, also on a store with a held clock. Making and comparing codes is `kit::tokens`'
//! work.

use kit::ids::{PersonId, SignInId};
use kit::time::Timestamp;
use kit::tokens::{LEEWAY_S, PublicKey};
use strum::{EnumDiscriminants, VariantArray};

/// How long a code is taken.
pub const CODE_LIFETIME_S: i64 = 10 * 60;
/// How many codes are tried for one sign-in.
pub const MOST_TRIES: i32 = 5;
/// How many codes of the last [`START_WINDOW_S`] an address may have unused before it is sent one every [`RESEND_S`].
pub const MOST_UNUSED: usize = 5;
pub const START_WINDOW_S: i64 = 15 * 60;
pub const RESEND_S: i64 = 60;
/// How long an access token lasts.
pub const TOKEN_LIFETIME_S: i64 = 10 * 60;

/// How long a token lasts for somebody whose roles change then, as one ends or begins: the token ends with it, if that
/// is sooner.
pub fn token_lifetime_s(now: Timestamp, first_change: Option<Timestamp>) -> i64 {
    let left = first_change.map(|change| (change.micros() - now.micros()).div_euclid(1_000_000));
    left.map_or(TOKEN_LIFETIME_S, |left| left.clamp(1, TOKEN_LIFETIME_S))
}

/// A sign-in that was started. It exists for unknown addresses too, so that nothing tells them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub id: SignInId,
    /// None for an address that nobody signs in with.
    pub person: Option<PersonId>,
    /// The sign-in with which its code was mailed: itself, or an earlier one of the address. So whoever starts sign-ins
    /// for somebody else keeps nobody out: each has its own tries, and the code in the mailbox finishes the owner's.
    pub mailed_as: SignInId,
    /// Digest of the code.
    pub code: String,
    pub started_at: Timestamp,
    pub state: State,
}

/// Whether the right code was given, or how many wrong ones were: after [`MOST_TRIES`] none is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(StateName), derive(VariantArray))]
pub enum State {
    Waiting { n_tries: i32 },
    Used { at: Timestamp },
}

impl SignIn {
    pub fn start(id: SignInId, person: Option<PersonId>, code: &str, now: Timestamp) -> SignIn {
        let state = State::Waiting { n_tries: 0 };
        SignIn { id, person, mailed_as: id, code: code.to_string(), started_at: now, state }
    }

    /// A further sign-in of the same address, which the same code finishes.
    pub fn share(&self, id: SignInId, person: Option<PersonId>, now: Timestamp) -> SignIn {
        SignIn { mailed_as: self.mailed_as, ..SignIn::start(id, person, &self.code, now) }
    }

    /// Whether a code is mailed for it.
    pub fn is_mailed(&self) -> bool {
        self.mailed_as == self.id
    }

    pub fn expires_at(&self) -> Timestamp {
        self.started_at.plus_seconds(CODE_LIFETIME_S)
    }

    /// Tries a code: the sign-in afterwards, and who signed in if it was right. A wrong code costs a try, and that must
    /// be kept although the caller is refused.
    pub fn try_code(&self, matches: bool, now: Timestamp) -> (SignIn, Option<PersonId>) {
        let open = match self.state {
            State::Waiting { n_tries } => n_tries < MOST_TRIES && now < self.expires_at(),
            State::Used { .. } => false,
        };
        match (self.state, self.person) {
            (State::Waiting { .. }, Some(person)) if open && matches => {
                (SignIn { state: State::Used { at: now }, ..self.clone() }, Some(person))
            }
            (State::Waiting { n_tries }, _) if open => {
                (SignIn { state: State::Waiting { n_tries: n_tries + 1 }, ..self.clone() }, None)
            }
            (State::Waiting { .. } | State::Used { .. }, _) => (self.clone(), None),
        }
    }
}

/// Whose code finishes a further sign-in of an address, instead of one of its own: that of the latest, once there are
/// so many and it is fresh. `unused` are those mailed in the window, newest first.
pub fn code_to_share(unused: &[SignIn], now: Timestamp) -> Option<&SignIn> {
    let is_enough = unused.len() >= MOST_UNUSED;
    unused.first().filter(|latest| is_enough && now < latest.started_at.plus_seconds(RESEND_S))
}

/// Ends every token of a subject that was issued until an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Counts from 1 without gaps.
    pub position: i64,
    /// `per_..` or `cli_..`.
    pub subject: String,
    pub revoked_at: Timestamp,
}

/// Every public key that is known of the platform's areas.
pub struct AllKeys(pub Vec<PublicKey>);

/// When a subject's tokens end: now, and not before the second that [`issued_at`] named after the last time.
pub fn revoked_at(now: Timestamp, last_revoked_at: Option<Timestamp>) -> Timestamp {
    last_revoked_at.map_or(now, |last| now.max(last.plus_seconds(1)))
}

/// When a token says that it was issued, in unix seconds.
///
/// A token counts seconds, and one whose second is not after the latest revocation is refused; so the first second
/// after it is named. None where that lies further ahead than clocks may differ, after many revocations in a row: then
/// it has to be awaited.
pub fn issued_at(now: Timestamp, last_revoked_at: Option<Timestamp>) -> Option<i64> {
    let named = last_revoked_at.map_or(now.seconds(), |revoked_at| now.seconds().max(revoked_at.seconds() + 1));
    (named - now.seconds() < LEEWAY_S).then_some(named)
}

#[cfg(test)]
mod tests;
