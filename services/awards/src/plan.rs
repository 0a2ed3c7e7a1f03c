//! The parts in which an award is paid, and what happens to the open ones when its sum changes (rule 22).

use kit::money::Money;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::payment::{Payment, Trigger};

/// Up to this sum an award is paid at once unless the round says otherwise (rule 22).
pub const AT_ONCE_UP_TO: Money = Money::pence(200_000);

/// One part of every award of a round, as a whole percentage of its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    pub percent: i32,
    pub trigger: Trigger,
}

/// The instalments of an award of this sum. Parts are rounded down to the penny, and the last one has the rest.
///
/// # Errors
/// [`Error::PlanNeeded`] where the round has no plan and the sum is too large to be paid at once.
pub fn split(amount: Money, plan: &[Instalment]) -> Result<Vec<(Trigger, Money)>, Error> {
    let Some((last, others)) = plan.split_last() else {
        return match amount.minor_units <= AT_ONCE_UP_TO.minor_units {
            true => Ok(vec![(Trigger::Active, amount)]),
            false => Err(Error::PlanNeeded { amount }),
        };
    };
    let mut parts = Vec::with_capacity(plan.len());
    let mut rest = amount.minor_units;
    for part in others {
        let share = i128::from(amount.minor_units) * i128::from(part.percent) / 100;
        let share = i64::try_from(share).expect("a share of a sum is no larger than the sum");
        rest -= share;
        parts.push((part.trigger, Money { minor_units: share, ..amount }));
    }
    parts.push((last.trigger, Money { minor_units: rest, ..amount }));
    // A penny cannot be halved: a part of nothing is no part.
    parts.retain(|(_, part)| part.minor_units > 0);
    Ok(parts)
}

/// What happens to the payments of an award whose sum changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replan {
    /// This payment has another sum; one of nothing is cancelled.
    Change { nth: usize, to: Money },
    /// One more payment is made.
    Add(Money),
}

/// More money goes to the last part that nobody has approved yet; where there is none, into a part of its own.
///
/// # Errors
/// [`Error::Money`] for a sum of another currency, or one too large to be counted.
pub fn raise(payments: &[Payment], by: Money) -> Result<Replan, Error> {
    match payments.iter().rposition(|payment| payment.state.is_unapproved()) {
        Some(nth) => Ok(Replan::Change { nth, to: payments[nth].amount.plus(by)? }),
        None => Ok(Replan::Add(by)),
    }
}

/// Less money is taken from the parts that nobody has approved yet, the last one first.
///
/// # Errors
/// [`Error::ReducesPaid`] when they hold less than that: what was paid is recovered, not varied.
pub fn reduce(payments: &[Payment], by: Money) -> Result<Vec<Replan>, Error> {
    let mut changes = Vec::new();
    let mut rest = by.minor_units;
    for (nth, payment) in payments.iter().enumerate().rev() {
        if rest == 0 || !payment.state.is_unapproved() {
            continue;
        }
        let cut = rest.min(payment.amount.minor_units);
        rest -= cut;
        changes.push(Replan::Change {
            nth,
            to: Money { minor_units: payment.amount.minor_units - cut, ..payment.amount },
        });
    }
    if rest == 0 { Ok(changes) } else { Err(Error::ReducesPaid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pence: i64, percents: &[i32]) -> Vec<i64> {
        let plan: Vec<_> =
            percents.iter().map(|&percent| Instalment { percent, trigger: Trigger::FinalReport }).collect();
        split(Money::pence(pence), &plan).unwrap().into_iter().map(|(_, part)| part.minor_units).collect()
    }

    #[test]
    fn the_parts_of_a_sum_are_the_sum_to_the_penny() {
        assert_eq!(parts(150_000, &[50, 50]), [75_000, 75_000]);
        assert_eq!(parts(150_001, &[33, 33, 34]), [49_500, 49_500, 51_001]);
        assert_eq!(parts(1, &[50, 50]), [1]);
    }

    #[test]
    fn an_award_up_to_two_thousand_pounds_is_paid_at_once_and_a_penny_more_needs_a_plan() {
        assert_eq!(split(AT_ONCE_UP_TO, &[]).unwrap(), [(Trigger::Active, AT_ONCE_UP_TO)]);
        assert!(matches!(split(Money::pence(200_001), &[]), Err(Error::PlanNeeded { .. })));
    }
}
