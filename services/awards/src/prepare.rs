//! The awards of a round, as made from its decisions.

use kit::ids::{AwardId, BidId, OrgId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, Condition, Terms};
use crate::award::{Award, FundedBid};
use crate::dates;
use crate::error::Error;
use crate::ledger::PotNow;
use crate::round::{Instrument, Round, Settings};
use crate::state::State;

/// A round whose awards are prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    pub round: Round,
    pub settings: Settings,
}

/// What other services say of a round whose awards are to be prepared, asked beforehand.
#[derive(Clone, Debug)]
pub struct Decisions {
    pub round: Round,
    /// None before the decision.
    pub outcomes: Option<Vec<Outcome>>,
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

impl Outcome {
    /// The organisations that have to do with it, as [`Award::parties`] are.
    pub fn parties(&self) -> [OrgId; 3] {
        [self.applicant, self.lead, self.payee]
    }
}

/// What was made.
#[derive(Clone, Debug)]
pub struct PrepareDone {
    pub n_prepared: i32,
    pub n_reserved: i32,
    pub pots: Vec<PotNow>,
    pub as_of: Timestamp,
}

impl Prepared {
    /// The instrument of an award.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for one that the round does not offer.
    pub fn instrument(&self, code: &str) -> Result<&Instrument, Refusal> {
        let found = self.round.instruments.iter().find(|instrument| instrument.code == code);
        found.ok_or(Refusal::NotFound { what: "instrument" })
    }

    /// The award that an outcome gives, before any money is committed to it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for an instrument that the round does not offer, [`Error::AmountOutOfBounds`] and
    /// [`Error::Money`] for a sum that breaks rule 2 or is of another currency, [`Refusal::Invalid`] for a date
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

    fn terms(&self, outcome: &Outcome, reference: &str) -> Result<Terms, Refusal> {
        let needed = |field: &str| {
            Refusal::bad_field(field, "required", "give this: neither the settings nor the round have it")
        };
        let Settings { starts_on, ends_on, interim_report_due, final_report_due, .. } = &self.settings;
        let ends_on = match ends_on {
            Some(day) => *day,
            None => dates::last_day(*starts_on, outcome.months).ok_or_else(|| needed("settings.ends_on"))?,
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
            final_report_due: final_report_due.cloned().ok_or_else(|| needed("settings.final_report_due"))?,
        })
    }
}
