//! A check that an account belongs to a payee (rules 21, 22). No account number is kept here.

use kit::caller::Actor;
use kit::ids::OrgId;
use kit::time::Timestamp;

use crate::error::Error;

/// How long nothing is paid to an account that replaces another.
const COOLING_S: i64 = 3 * 24 * 3_600;

/// What a finance officer found of a payee's account by calling back. Nothing is instructed without one that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeCheck {
    pub organisation: OrgId,
    /// Counts the checks of a payee from 1; the latest counts.
    pub sequence: i64,
    pub account_reference: String,
    pub evidence: String,
    pub checked_by: Actor,
    pub checked_at: Timestamp,
    pub usable_from: Timestamp,
}

impl PayeeCheck {
    /// From when an account may be used: a first one at once, a changed one after a cooling period, and one that is
    /// checked again as before.
    pub fn usable_from(latest: Option<&PayeeCheck>, account_reference: &str, now: Timestamp) -> Timestamp {
        match latest {
            None => now,
            Some(latest) if latest.account_reference == account_reference => latest.usable_from.max(now),
            Some(_) => now.plus_seconds(COOLING_S),
        }
    }
}

/// # Errors
/// [`Error::PayeeNotVerified`] unless a check of the payee holds now.
pub fn expect_usable(latest: Option<&PayeeCheck>, now: Timestamp) -> Result<(), Error> {
    match latest {
        Some(check) if check.usable_from <= now => Ok(()),
        Some(check) => Err(Error::PayeeNotVerified { usable_from: Some(check.usable_from) }),
        None => Err(Error::PayeeNotVerified { usable_from: None }),
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    fn check(reference: &str, usable_from: &str) -> PayeeCheck {
        PayeeCheck {
            organisation: OrgId::new(),
            sequence: 1,
            account_reference: reference.to_string(),
            evidence: "call back".to_string(),
            checked_by: Actor { subject: "per_1".to_string(), organisation: None },
            checked_at: at("2020-02-10T09:00:00Z"),
            usable_from: at(usable_from),
        }
    }

    #[test]
    fn a_changed_account_cools_for_three_days_and_a_first_one_does_not() {
        let now = at("2020-03-01T09:00:00Z");
        let latest = check("VENDOR-1", "2020-02-10T09:00:00Z");
        assert_eq!(PayeeCheck::usable_from(None, "VENDOR-1", now), now);
        assert_eq!(PayeeCheck::usable_from(Some(&latest), "VENDOR-1", now), now);
        let changed = PayeeCheck::usable_from(Some(&latest), "VENDOR-2", now);
        assert_eq!(changed, at("2020-03-04T09:00:00Z"));
    }

    #[test]
    fn checking_a_cooling_account_again_does_not_end_its_cooling() {
        let cooling = check("VENDOR-2", "2020-03-04T09:00:00Z");
        let again = PayeeCheck::usable_from(Some(&cooling), "VENDOR-2", at("2020-03-02T09:00:00Z"));
        assert_eq!(again, cooling.usable_from);
        let refused = expect_usable(Some(&cooling), at("2020-03-04T08:59:59.999999Z")).unwrap_err();
        assert!(matches!(refused, Error::PayeeNotVerified { usable_from: Some(_) }));
        assert!(expect_usable(Some(&cooling), at("2020-03-04T09:00:00Z")).is_ok());
    }
}
