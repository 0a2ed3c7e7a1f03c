//! A check that an account belongs to a payee (rules 21, 22). No account number is kept here.

use kit::caller::Actor;
use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use crate::error::Error;

const OWN_CHECK: &str = "an account that you checked";
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

/// Lets nobody approve a payment to an account that they checked themselves (rule 21).
///
/// # Errors
/// [`Refusal::Apart`] for whoever made the check that counts.
pub fn expect_checked_by_another(latest: Option<&PayeeCheck>, approver: &Actor) -> Result<(), Refusal> {
    match latest {
        Some(check) if check.checked_by.subject == approver.subject => Err(Refusal::Apart { whose: OWN_CHECK }),
        Some(_) | None => Ok(()),
    }
}

/// The check on which a payment is instructed: it holds now, and is neither the approver's nor the instructor's.
///
/// # Errors
/// [`Error::PayeeNotVerified`] unless a check of the payee holds now, [`Refusal::Apart`] where it is one of theirs.
pub fn expect_usable(
    latest: Option<PayeeCheck>,
    approver: Option<&Actor>,
    instructor: &Actor,
    now: Timestamp,
) -> Result<PayeeCheck, Error> {
    let check = latest.ok_or(Error::PayeeNotVerified { usable_from: None })?;
    if check.usable_from > now {
        return Err(Error::PayeeNotVerified { usable_from: Some(check.usable_from) });
    }
    expect_checked_by_another(Some(&check), instructor)?;
    // An account may be checked after its payment was approved. Somebody else can check the same one again, and need
    // not wait.
    match approver.filter(|approver| approver.subject == check.checked_by.subject) {
        Some(_) => Err(Refusal::Apart { whose: "an account that was checked by who approved the payment" }.into()),
        None => Ok(check),
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
            checked_by: actor("per_1"),
            checked_at: at("2020-02-10T09:00:00Z"),
            usable_from: at(usable_from),
        }
    }

    fn actor(subject: &str) -> Actor {
        Actor { subject: subject.to_string(), organisation: None }
    }

    /// Approved by the second person and instructed by the third.
    fn usable(check: &PayeeCheck, instant: &str) -> Result<PayeeCheck, Error> {
        expect_usable(Some(check.clone()), Some(&actor("per_2")), &actor("per_3"), at(instant))
    }

    /// G-B1: who checked the account, who approves and who instructs are three.
    #[test]
    fn nobody_approves_or_instructs_on_their_own_check() {
        let (check, now) = (check("VENDOR-1", "2020-02-10T09:00:00Z"), at("2020-02-11T09:00:00Z"));
        assert!(expect_checked_by_another(Some(&check), &actor("per_1")).is_err());
        assert!(expect_checked_by_another(Some(&check), &actor("per_2")).is_ok());
        for (approver, instructor) in [("per_1", "per_3"), ("per_2", "per_1")] {
            let refused = expect_usable(Some(check.clone()), Some(&actor(approver)), &actor(instructor), now);
            assert!(matches!(refused, Err(Error::Refused(Refusal::Apart { .. }))), "{approver} {instructor}");
        }
        assert_eq!(usable(&check, "2020-02-11T09:00:00Z").unwrap(), check);
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
        let refused = usable(&cooling, "2020-03-04T08:59:59.999999Z").unwrap_err();
        assert!(matches!(refused, Error::PayeeNotVerified { usable_from: Some(_) }));
        assert!(usable(&cooling, "2020-03-04T09:00:00Z").is_ok());
    }
}
