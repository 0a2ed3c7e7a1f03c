//! Sessions: what a person who signed in goes on with, so that their token is renewed. All times in here are real time.
//! Making refresh tokens is `kit::tokens`' work.

use kit::ids::{PersonId, SignInId};
use kit::time::Timestamp;

/// How long a session lasts that is not renewed.
pub const IDLE_S: i64 = 30 * 60;
/// How long one lasts at all.
pub const LONGEST_S: i64 = 12 * 3600;

/// A session of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// That of the sign-in that opened it.
    pub id: SignInId,
    pub person: PersonId,
    pub started_at: Timestamp,
    /// When a token was last issued in it.
    pub used_at: Timestamp,
    /// Network address that it was begun from; empty where it is not known.
    pub from: String,
}

impl Session {
    pub fn open(id: SignInId, person: PersonId, from: &str, now: Timestamp) -> Session {
        Session { id, person, started_at: now, used_at: now, from: from.to_string() }
    }

    /// Not included.
    pub fn renewable_until(&self) -> Timestamp {
        self.used_at.plus_seconds(IDLE_S).min(self.started_at.plus_seconds(LONGEST_S))
    }

    /// The session after a renewal; none once it is over.
    pub fn renew(&self, now: Timestamp) -> Option<Session> {
        (now < self.renewable_until()).then(|| Session { used_at: now.max(self.used_at), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    fn a_session() -> Session {
        Session::open(SignInId::new(), PersonId::new(), "", at("2026-11-30T09:00:00Z"))
    }

    #[test]
    fn a_session_that_is_not_used_ends_after_half_an_hour() {
        assert!(a_session().renew(at("2026-11-30T09:29:59Z")).is_some());
        assert_eq!(a_session().renew(at("2026-11-30T09:30:00Z")), None);
    }

    /// F-A11: people work for a day with one sign-in, and not for longer.
    #[test]
    fn a_session_that_is_used_ends_after_twelve_hours() {
        let mut session = a_session();
        for n in 1..72 {
            session = session.renew(at("2026-11-30T09:00:00Z").plus_seconds(n * 600)).unwrap();
        }
        assert_eq!(session.renewable_until(), at("2026-11-30T21:00:00Z"));
        assert_eq!(session.renew(at("2026-11-30T21:00:00Z")), None);
    }
}
