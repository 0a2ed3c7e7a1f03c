//! What awards knows about a round: what it offers, and how its awards are offered and paid. Fixed when they are
//! prepared.

use kit::deadline::Deadline;
use kit::ids::RoundId;
use kit::money::Money;
use kit::time::Date;
use serde::{Deserialize, Serialize};

use crate::dates;
use crate::error::Error;
use crate::plan::Instalment;

/// A round as `rounds` has it, kept as it was when its awards were prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub id: RoundId,
    pub reference: String,
    pub instruments: Vec<Instrument>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
}

/// A kind of support on offer, with the money set aside for it and the bounds of one award (rules 1, 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    pub code: String,
    pub pot: Money,
    pub floor: Money,
    pub ceiling: Money,
}

impl Instrument {
    /// # Errors
    /// [`Error::AmountOutOfBounds`] for a sum above the request or outside floor and ceiling (rule 2), [`Error::Money`]
    /// for one that cannot be compared with these.
    pub fn expect_within(&self, amount: Money, requested: Money) -> Result<(), Error> {
        // Sums of two currencies cannot be compared.
        for bound in [self.floor, self.ceiling, requested] {
            amount.plus(bound)?;
        }
        let most = self.ceiling.minor_units.min(requested.minor_units);
        match (self.floor.minor_units..=most).contains(&amount.minor_units) {
            true => Ok(()),
            false => Err(Error::AmountOutOfBounds { amount, floor: self.floor, ceiling: self.ceiling, requested }),
        }
    }
}

/// What a round manager sets for all awards of a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    #[serde(with = "dates::text")]
    pub starts_on: Date,
    /// None: as many months as each bid asked for.
    #[serde(with = "dates::text_or_none")]
    pub ends_on: Option<Date>,
    pub offer_days: i32,
    /// Empty: paid at once, as far as rule 22 allows.
    pub instalments: Vec<Instalment>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
    /// The most of an award that may be given up, all of its recoveries together (rule 26).
    pub small_balance: Money,
    /// How far variations may take the sum of an award from the one first offered before a meeting is named.
    #[serde(default = "Settings::usual_variation_limit")]
    pub variation_limit: Money,
}

impl Settings {
    /// What holds where a round does not say.
    pub fn usual_variation_limit() -> Money {
        Money::pence(50_000)
    }
}

/// How far the decisions of a round are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    NotYet,
    /// Confidential still (rule 20).
    InSecret,
    /// Bidders know, whether or not the public does.
    BiddersInformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instrument() -> Instrument {
        Instrument {
            code: "policy_prototype".to_string(),
            pot: Money::pence(1_950_000),
            floor: Money::pence(100_000),
            ceiling: Money::pence(200_000),
        }
    }

    #[test]
    fn an_award_is_at_most_the_request_and_within_floor_and_ceiling() {
        let within = |pence| instrument().expect_within(Money::pence(pence), Money::pence(150_000));
        assert!(within(100_000).is_ok() && within(150_000).is_ok());
        for out in [99_999, 150_001] {
            assert!(matches!(within(out), Err(Error::AmountOutOfBounds { .. })), "{out}");
        }
    }

    /// G-B1: a round that was prepared before there was a limit has the usual one.
    #[test]
    fn settings_from_before_there_was_a_limit_are_read_still() {
        let stored = r#"{"starts_on":"2020-03-01","ends_on":null,"offer_days":28,"instalments":[],
            "interim_report_due":null,"final_report_due":null,
            "small_balance":{"minor_units":2500,"currency":"GBP"}}"#;
        let settings: Settings = kit::stored::from_json(stored).unwrap();
        assert_eq!(settings.variation_limit, Money::pence(50_000));
    }

    #[test]
    fn a_sum_of_another_currency_is_within_nothing() {
        let euros = Money { currency: "EUR".parse().unwrap(), ..Money::pence(150_000) };
        assert!(matches!(instrument().expect_within(euros, Money::pence(150_000)), Err(Error::Money(_))));
    }
}
