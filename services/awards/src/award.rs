//! The award and its rules. Its states and legal steps are in `state.rs`; its terms are in `agreement.rs`, its money in
//! `payment.rs`, `recovery.rs` and `ledger.rs`.

use kit::ids::{AwardId, BidId, OrgId, RoundId, VariationId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, Change, Terms};
use crate::error::Error;
use crate::ledger::Pot;
use crate::round::Instrument;
use crate::state::{Acceptance, State, Step};

/// The decision to give a stated amount on stated terms, made of one funded or reserved bid. Its sums are in one
/// currency, that of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    pub id: AwardId,
    /// Public, unique for ever; it grants no access (rule 33).
    pub reference: String,
    pub round: RoundId,
    pub bid_id: BidId,
    pub bid: FundedBid,
    /// Under which it is published: the title of the bid until it is named otherwise.
    pub public_title: String,
    /// Who asked, or the successor that took the award over (rule 28).
    pub applicant: OrgId,
    /// Who asked first, where the award was novated since.
    pub novated_from: Option<OrgId>,
    pub lead: OrgId,
    pub instrument: String,
    pub requested: Money,
    /// Counts every change; the etag.
    pub version: i64,
    pub state: State,
    /// The agreement as it now stands.
    pub agreement: Agreement,
    /// As it was first offered: its dates are kept for reporting on slippage (rule 23).
    pub original: Agreement,
    /// For each condition of the agreement, how it was met.
    pub met: Vec<Option<Met>>,
    pub paid: Money,
    pub returned: Money,
    pub written_off: Money,
    /// The latest reason given.
    pub reason: String,
    pub final_report_accepted_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An award as an answer shows it: with the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardNow {
    pub award: Award,
    pub as_of: Timestamp,
}

/// A version of the agreement as an answer shows it: with how the conditions are met that all versions have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementNow {
    pub agreement: Agreement,
    pub met: Vec<Option<Met>>,
    /// The certifier's word for it, in the list of all versions.
    pub acceptance: Option<Acceptance>,
}

/// The bid as it was graded. None of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundedBid {
    /// Its submission order.
    pub number: i64,
    pub revision: i32,
    pub sha256: String,
    pub title: String,
    pub summary: String,
    #[serde(with = "crate::dates::text_or_none")]
    pub decided_on: Option<Date>,
    /// Codes of the principles that the panel found met (rule 34).
    pub principles_met: Vec<String>,
}

/// When and on what evidence a round manager found a condition met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    pub at: Timestamp,
    pub evidence: String,
}

impl Award {
    pub fn payee(&self) -> OrgId {
        self.agreement.terms.payee
    }

    pub fn amount(&self) -> Money {
        self.agreement.terms.amount
    }

    /// The organisations that have to do with it: who asked, who leads and who is paid.
    pub fn parties(&self) -> [OrgId; 3] {
        [self.applicant, self.lead, self.payee()]
    }

    /// The key under which writes to its pot run one after the other.
    pub fn pot_key(&self) -> String {
        Pot::key(self.round, &self.instrument)
    }

    /// A sum in the currency of the award.
    pub fn money(&self, minor_units: i64) -> Money {
        Money { minor_units, ..self.requested }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Takes any step but accepting.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Award, Error> {
        let reason = if reason.is_empty() { self.reason.clone() } else { reason.to_string() };
        let state = self.state.clone().step(step)?;
        Ok(Award { state, reason, ..self.changed(now) })
    }

    /// The same at the next version.
    fn changed(&self, now: Timestamp) -> Award {
        Award { version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// Agrees to the terms that the certifier read, which `read` names by version and digest. With less than was asked
    /// for, the council says what it will do with that (rule 2): its note becomes part of what is agreed, as the next
    /// version.
    ///
    /// # Errors
    /// [`Error::OfferExpired`] once the offer's time has passed, [`Refusal::IllegalStep`] unless it is offered,
    /// [`Error::AgreementMismatch`] for other terms than the certifier read, [`Refusal::Invalid`] where less than was
    /// asked for has no scope note.
    pub fn accept(&self, read: Acceptance, scope: Option<&str>) -> Result<Award, Error> {
        let now = read.at;
        self.state.expect_offered(now)?;
        self.agreement.expect(read.version, &read.digest)?;
        let terms = &self.agreement.terms;
        let agreement = match scope {
            Some(scope) => Agreement::new(terms.with_scope(scope), None, now),
            None => {
                self.expect_scope(terms.amount, &terms.scope)?;
                self.agreement.clone()
            }
        };
        let acceptance = Acceptance { version: agreement.terms.version, digest: agreement.digest.clone(), ..read };
        Ok(Award { agreement, ..self.step(Step::Accept(acceptance), "", now)? })
    }

    /// Rule 2: with less than was asked for, the council says what it will do with that.
    fn expect_scope(&self, amount: Money, scope: &str) -> Result<(), Refusal> {
        if amount.minor_units < self.requested.minor_units && scope.is_empty() {
            return Err(Refusal::bad_field("scope", "required", "say what will be done with less than was asked for"));
        }
        Ok(())
    }

    /// Whether nothing that must be met before the first payment is open.
    pub fn has_all_precedent_met(&self) -> bool {
        let conditions = self.agreement.terms.conditions.iter().zip(&self.met);
        conditions.filter(|(condition, _)| condition.precedent).all(|(_, met)| met.is_some())
    }

    /// Finds a condition met; `nth` counts from 1.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is agreed and not over, [`Refusal::NotFound`] for a place that no condition
    /// has, [`Error::ConditionMetAlready`] for one that was found met before.
    pub fn confirm(&self, nth: usize, evidence: &str, now: Timestamp) -> Result<Award, Error> {
        self.state.expect_agreed("confirm_condition")?;
        let mut award = self.changed(now);
        match nth.checked_sub(1).and_then(|at| award.met.get_mut(at)) {
            None => Err(Refusal::NotFound { what: "condition" }.into()),
            Some(Some(_)) => Err(Error::ConditionMetAlready),
            Some(open) => {
                *open = Some(Met { at: now, evidence: evidence.to_string() });
                Ok(award)
            }
        }
    }

    /// Gives it another title for the public.
    pub fn named(&self, public_title: &str, now: Timestamp) -> Award {
        Award { public_title: public_title.to_string(), ..self.changed(now) }
    }

    /// Varies the agreement (rule 2). What the register says of organisations is asked beforehand.
    ///
    /// # Errors
    /// Those of [`Award::expect_variable`].
    pub fn vary(
        &self,
        change: &Change,
        instrument: &Instrument,
        by: VariationId,
        now: Timestamp,
    ) -> Result<Award, Error> {
        self.expect_variable(change, instrument, now)?;
        let terms = self.agreement.terms.varied(change)?;
        let successor = change.successor.filter(|successor| *successor != self.applicant);
        let lead = if self.lead == self.applicant { terms.recipient } else { self.lead };
        Ok(Award {
            applicant: terms.recipient,
            novated_from: successor.map_or(self.novated_from, |_| self.novated_from.or(Some(self.applicant))),
            lead,
            agreement: Agreement::new(terms, Some(by), now),
            ..self.changed(now)
        })
    }

    /// Whether its council, which agreed to it, must agree to this varied award too.
    pub fn needs_word_for(&self, varied: &Award) -> bool {
        self.state.is_agreed() && !self.agreement.terms.is_kept_by(&varied.agreement.terms)
    }

    /// The same varied award with the certifier's word for its new version.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for an award that is not agreed yet, or is over.
    pub fn with_word(self, word: Acceptance) -> Result<Award, Error> {
        Ok(Award { state: self.state.clone().step(Step::AcceptAnew(word))?, ..self })
    }

    /// A manager alone takes the sum no further than this from what was first offered, in however many steps.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where it goes further and no meeting of the deciding body is named.
    pub fn expect_decided(&self, varied: &Award, limit: Money, reference: &str) -> Result<(), Refusal> {
        let moved = varied.amount().minor_units - self.original.terms.amount.minor_units;
        let is_small = varied.amount() == self.amount() || moved.abs() <= limit.minor_units;
        if is_small || !reference.is_empty() {
            return Ok(());
        }
        let says = format!("name the meeting that decided it: variations may move the sum by {limit} without one");
        Err(Refusal::bad_field("decision_reference", "required", says))
    }

    /// Whether a change could be approved as things stand.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for an award that is not live. [`Refusal::Invalid`] where the agreement says so already,
    /// for a novation with anything beside it, for a date that has passed, and for less than was asked for without a
    /// scope note (rule 2). For dates
    /// [`Error::FinalReportAccepted`] and [`Error::EndsBeforeStart`]. For a sum [`Error::AmountOutOfBounds`], and
    /// [`Error::Money`] for one of another currency.
    pub fn expect_variable(&self, change: &Change, instrument: &Instrument, now: Timestamp) -> Result<(), Error> {
        self.state.expect_live("vary")?;
        change.expect_novation_alone()?;
        if change.moves_dates() && self.final_report_accepted_at.is_some() {
            return Err(Error::FinalReportAccepted);
        }
        change.expect_ahead(now)?;
        if let Some(amount) = change.amount {
            instrument.expect_within(amount, self.requested)?;
            let scope = change.scope.as_ref().unwrap_or(&self.agreement.terms.scope);
            self.expect_scope(amount, scope)?;
        }
        let varied = self.agreement.terms.varied(change)?;
        let same = Terms { version: self.agreement.terms.version, ..varied };
        if same == self.agreement.terms {
            let says = "the agreement says so already; name something that changes";
            return Err(Refusal::bad_field("change", "required", says).into());
        }
        Ok(())
    }

    /// Live, and its final report not accepted yet: an extension after that moves nothing.
    pub fn has_dates_to_move(&self) -> bool {
        self.state.is_live() && self.final_report_accepted_at.is_none()
    }

    /// Adds a payment that the bank has made.
    ///
    /// # Errors
    /// [`Error::Money`] for a sum of another currency, or one too large to be counted.
    pub fn with_paid(&self, amount: Money, now: Timestamp) -> Result<Award, Error> {
        Ok(Award { paid: self.paid.plus(amount)?, ..self.changed(now) })
    }

    /// Adds money that came back.
    ///
    /// # Errors
    /// [`Error::Money`] for a sum of another currency, or one too large to be counted.
    pub fn with_returned(&self, amount: Money, now: Timestamp) -> Result<Award, Error> {
        Ok(Award { returned: self.returned.plus(amount)?, ..self.changed(now) })
    }

    /// Adds money that was given up.
    ///
    /// # Errors
    /// [`Error::Money`] for a sum of another currency, or one too large to be counted.
    pub fn with_written_off(&self, amount: Money, now: Timestamp) -> Result<Award, Error> {
        Ok(Award { written_off: self.written_off.plus(amount)?, ..self.changed(now) })
    }

    pub fn with_final_report(&self, accepted_at: Timestamp, now: Timestamp) -> Award {
        Award { final_report_accepted_at: Some(accepted_at), ..self.changed(now) }
    }

    /// What was paid and has neither come back nor been given up.
    pub fn held(&self) -> Money {
        self.money(self.paid.minor_units - self.returned.minor_units - self.written_off.minor_units)
    }
}
