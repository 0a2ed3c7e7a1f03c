//! What awards knows of a round: what it offers, and how its awards are offered and paid. Fixed when they are prepared.

use kit::deadline::Deadline;
use kit::ids::{AwardId, BidId, OrgId, RoundId};
use kit::money::Money;
use kit::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, Condition, Terms};
use crate::award::{Award, FundedBid};
use crate::dates;
use crate::error::Error;
use crate::plan::Instalment;
use crate::state::State;

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
    /// Largest balance of a recovery that may be given up (rule 26).
    pub small_balance: Money,
}

/// A round whose awards are prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    pub round: Round,
    pub settings: Settings,
}

impl Prepared {
    /// The instrument of an award.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that the round does not offer.
    pub fn instrument(&self, code: &str) -> Result<&Instrument, Error> {
        let found = self.round.instruments.iter().find(|instrument| instrument.code == code);
        found.ok_or(Error::NotFound { what: "instrument" })
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

/// What became of a bid that is funded, or held in reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The award that is made of it.
    pub id: AwardId,
    pub bid_id: BidId,
    pub bid: FundedBid,
    pub applicant: OrgId,
    pub lead: OrgId,
    pub payee: OrgId,
    pub instrument: String,
    pub requested: Money,
    pub amount: Money,
    pub conditions: Vec<Condition>,
    pub months: i32,
    /// Place on the reserve list; none for a funded bid.
    pub reserve_place: Option<i32>,
}

impl Prepared {
    /// The award that an outcome gives, before any money is committed to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an instrument that the round does not offer, [`Error::AmountOutOfBounds`] and
    /// [`Error::Money`] for a sum that breaks rule 2 or is of another currency, [`Error::SettingNeeded`] for a date
    /// that neither the settings nor the round have.
    pub fn award(&self, outcome: &Outcome, now: Timestamp) -> Result<Award, Error> {
        self.instrument(&outcome.instrument)?.expect_within(outcome.amount, outcome.requested)?;
        let reference = format!("{}-{:02}", self.round.reference, outcome.bid.number);
        let terms = self.terms(outcome, &reference)?;
        let agreement = Agreement::new(terms, None, now);
        let nothing = Money { minor_units: 0, ..outcome.amount };
        Ok(Award {
            id: outcome.id,
            reference,
            round: self.round.id,
            bid_id: outcome.bid_id,
            bid: outcome.bid.clone(),
            applicant: outcome.applicant,
            public_title: outcome.bid.title.clone(),
            novated_from: None,
            lead: outcome.lead,
            instrument: outcome.instrument.clone(),
            requested: outcome.requested,
            version: 1,
            state: outcome.reserve_place.map_or(State::Prepared, |place| State::Reserved { place }),
            met: vec![None; outcome.conditions.len()],
            original: agreement.clone(),
            agreement,
            paid: nothing,
            returned: nothing,
            written_off: nothing,
            reason: String::new(),
            final_report_accepted_at: None,
            created_at: now,
            updated_at: now,
        })
    }

    fn terms(&self, outcome: &Outcome, reference: &str) -> Result<Terms, Error> {
        let Settings { starts_on, ends_on, interim_report_due, final_report_due, .. } = &self.settings;
        let ends_on = match ends_on {
            Some(day) => *day,
            None => dates::last_day(*starts_on, outcome.months).ok_or(Error::SettingNeeded { field: "ends_on" })?,
        };
        let final_report_due = final_report_due.as_ref().or(self.round.final_report_due.as_ref());
        Ok(Terms {
            reference: reference.to_string(),
            version: 1,
            recipient: outcome.applicant,
            payee: outcome.payee,
            amount: outcome.amount,
            scope: String::new(),
            conditions: outcome.conditions.clone(),
            starts_on: *starts_on,
            ends_on,
            interim_report_due: interim_report_due.clone().or_else(|| self.round.interim_report_due.clone()),
            final_report_due: final_report_due.cloned().ok_or(Error::SettingNeeded { field: "final_report_due" })?,
        })
    }
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

    #[test]
    fn a_sum_of_another_currency_is_within_nothing() {
        let euros = Money { currency: "EUR".parse().unwrap(), ..Money::pence(150_000) };
        assert!(matches!(instrument().expect_within(euros, Money::pence(150_000)), Err(Error::Money(_))));
    }
}
