//! A new address that waits to be confirmed with the code that was mailed to it. All times in here are real time, as
//! those of signing in are.

use kit::ids::{PersonId, SignInId};
use kit::time::Timestamp;
use kit::tokens::Code;

use crate::sign_in::MOST_TRIES;

/// How long the code is taken.
pub const CONFIRM_LIFETIME_S: i64 = 24 * 3600;

/// The address that a person is to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChange {
    /// Known from the mail alone, so that nobody else can use up its tries.
    pub id: SignInId,
    pub person: PersonId,
    pub email: String,
    /// Digest of the code.
    pub code: String,
    /// How many wrong codes were given.
    pub n_tries: i32,
    pub started_at: Timestamp,
    /// Whether a network administrator asked for it. What a council's administrator asked for is not confirmed for
    /// somebody who has a duty elsewhere by then.
    pub by_network: bool,
}

impl EmailChange {
    /// Whether this is its code, and still taken.
    pub fn takes(&self, code: &str, now: Timestamp) -> bool {
        let is_open = self.n_tries < MOST_TRIES && now < self.started_at.plus_seconds(CONFIRM_LIFETIME_S);
        is_open && Code::matches(code, &self.id.to_string(), &self.code)
    }

    /// The change after a wrong code.
    pub fn missed(&self) -> EmailChange {
        EmailChange { n_tries: (self.n_tries + 1).min(MOST_TRIES), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    const NOW: &str = "2026-11-30T09:00:00Z";

    fn a_change() -> (EmailChange, String) {
        let id = SignInId::new();
        let Code { shown_once, stored } = Code::generate(&id.to_string());
        let email = "new@example.org".to_string();
        let person = PersonId::new();
        let change =
            EmailChange { id, person, email, code: stored, n_tries: 0, started_at: at(NOW), by_network: false };
        (change, shown_once)
    }

    #[test]
    fn an_address_is_confirmed_within_a_day() {
        let (change, code) = a_change();
        assert!(change.takes(&code, at("2026-12-01T08:59:59Z")));
        assert!(!change.takes(&code, at("2026-12-01T09:00:00Z")));
        assert!(!change.takes("0000-0000", at(NOW)));
    }

    #[test]
    fn after_five_wrong_codes_the_right_one_is_wrong_too() {
        let (mut change, code) = a_change();
        for _ in 0..MOST_TRIES {
            assert!(change.takes(&code, at(NOW)));
            change = change.missed();
        }
        assert!(!change.takes(&code, at(NOW)));
    }
}
