//! The states of an award and every legal step between them. The golden table is `tests/golden/states.txt`.

use kit::ids::PersonId;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// The state of an award, with the facts that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    /// Its money is committed; the council does not know yet.
    Prepared,
    /// Waits for money (rule 18).
    Reserved {
        place: i32,
    },
    Offered(Offer),
    /// A condition precedent is still to be met.
    Accepted(Agreed),
    Active(Agreed),
    Suspended(Agreed),
    Completed(Agreed),
    Closed(Agreed),
    Terminated(Agreed),
    Refused(Offer),
    Lapsed(Offer),
    Withdrawn(Before),
}

/// The terms are with the council, whose certifier accepts them while the offer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Until when they can be accepted (not included).
    pub expires_at: Timestamp,
}

/// The offer that the council agreed to, with its certifier's acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    pub offer: Offer,
    pub acceptance: Acceptance,
}

/// A certifier's acceptance of one version of the agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub certifier: PersonId,
    pub role: String,
    pub version: i32,
    pub digest: String,
    pub at: Timestamp,
    /// The person, or a system with the scope `awards.certify`.
    pub recorded_by: String,
}

/// What a withdrawn award was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    Unoffered,
    Offered(Offer),
    Agreed(Agreed),
}

/// What can happen to an award.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    CallReserve,
    Offer(Offer),
    Accept(Acceptance),
    /// Its certifier agrees to other terms than before.
    AcceptAnew(Acceptance),
    /// The last condition precedent is met.
    Activate,
    Refuse,
    /// The offer expired.
    Lapse,
    Withdraw,
    Suspend,
    Resume,
    Terminate,
    Complete,
    Close,
    Reopen,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Reserved { .. }, Step::CallReserve) => State::Prepared,
            (State::Prepared, Step::Offer(offer)) => State::Offered(offer),
            (State::Offered(offer), Step::Accept(acceptance)) => State::Accepted(Agreed { offer, acceptance }),
            (State::Accepted(agreed), Step::AcceptAnew(acceptance)) => State::Accepted(Agreed { acceptance, ..agreed }),
            (State::Active(agreed), Step::AcceptAnew(acceptance)) => State::Active(Agreed { acceptance, ..agreed }),
            (State::Suspended(agreed), Step::AcceptAnew(acceptance)) => {
                State::Suspended(Agreed { acceptance, ..agreed })
            }
            (State::Accepted(agreed), Step::Activate) => State::Active(agreed),
            (State::Offered(offer), Step::Refuse) => State::Refused(offer),
            (State::Offered(offer), Step::Lapse) => State::Lapsed(offer),
            (State::Prepared | State::Reserved { .. }, Step::Withdraw) => State::Withdrawn(Before::Unoffered),
            (State::Offered(offer), Step::Withdraw) => State::Withdrawn(Before::Offered(offer)),
            (State::Accepted(agreed) | State::Active(agreed) | State::Suspended(agreed), Step::Withdraw) => {
                State::Withdrawn(Before::Agreed(agreed))
            }
            (State::Active(agreed), Step::Suspend) => State::Suspended(agreed),
            (State::Suspended(agreed), Step::Resume) => State::Active(agreed),
            (State::Accepted(agreed) | State::Active(agreed) | State::Suspended(agreed), Step::Terminate) => {
                State::Terminated(agreed)
            }
            (State::Active(agreed), Step::Complete) => State::Completed(agreed),
            (State::Completed(agreed), Step::Close) => State::Closed(agreed),
            (State::Closed(agreed), Step::Reopen) => State::Active(agreed),
            (from, step) => return Err(from.refuses(step.name())),
        })
    }

    /// The name in rows, history and the golden table.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// The offer, once it was made. From then on the council sees the award.
    pub fn offer(&self) -> Option<Offer> {
        match self {
            State::Prepared | State::Reserved { .. } | State::Withdrawn(Before::Unoffered) => None,
            State::Offered(offer) | State::Refused(offer) | State::Lapsed(offer) => Some(*offer),
            State::Withdrawn(Before::Offered(offer)) => Some(*offer),
            State::Accepted(agreed) | State::Active(agreed) | State::Suspended(agreed) => Some(agreed.offer),
            State::Completed(agreed) | State::Closed(agreed) | State::Terminated(agreed) => Some(agreed.offer),
            State::Withdrawn(Before::Agreed(agreed)) => Some(agreed.offer),
        }
    }

    /// The certifier's acceptance, once it was given.
    pub fn acceptance(&self) -> Option<&Acceptance> {
        match self {
            State::Accepted(agreed) | State::Active(agreed) | State::Suspended(agreed) => Some(&agreed.acceptance),
            State::Completed(agreed) | State::Closed(agreed) | State::Terminated(agreed) => Some(&agreed.acceptance),
            State::Withdrawn(Before::Agreed(agreed)) => Some(&agreed.acceptance),
            State::Withdrawn(Before::Unoffered | Before::Offered(_)) => None,
            State::Prepared | State::Reserved { .. } => None,
            State::Offered(_) | State::Refused(_) | State::Lapsed(_) => None,
        }
    }

    /// Place on the reserve list; 0 for an award that is not on it.
    pub fn reserve_place(&self) -> i32 {
        match self {
            State::Reserved { place } => *place,
            State::Prepared | State::Offered(_) | State::Accepted(_) | State::Active(_) | State::Suspended(_) => 0,
            State::Completed(_) | State::Closed(_) | State::Terminated(_) => 0,
            State::Refused(_) | State::Lapsed(_) | State::Withdrawn(_) => 0,
        }
    }

    /// Offered or being delivered: an extension moves its dates (rule 23), and it can be varied.
    pub fn is_live(&self) -> bool {
        match self {
            State::Offered(_) | State::Accepted(_) | State::Active(_) | State::Suspended(_) => true,
            State::Prepared | State::Reserved { .. } => false,
            State::Completed(_) | State::Closed(_) | State::Terminated(_) => false,
            State::Refused(_) | State::Lapsed(_) | State::Withdrawn(_) => false,
        }
    }

    /// Agreed to, and not over.
    pub fn is_agreed(&self) -> bool {
        match self {
            State::Accepted(_) | State::Active(_) | State::Suspended(_) => true,
            State::Prepared | State::Reserved { .. } | State::Offered(_) => false,
            State::Completed(_) | State::Closed(_) | State::Terminated(_) => false,
            State::Refused(_) | State::Lapsed(_) | State::Withdrawn(_) => false,
        }
    }

    pub fn is_active(&self) -> bool {
        matches!(self, State::Active(_))
    }

    /// # Errors
    /// [`Refusal::IllegalStep`] for an award that is not live.
    pub fn expect_live(&self, step: &'static str) -> Result<(), Error> {
        if self.is_live() { Ok(()) } else { Err(self.refuses(step)) }
    }

    /// Only for an active award is anything approved or instructed.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for an award that is not active.
    pub fn expect_active(&self, step: &'static str) -> Result<(), Error> {
        if self.is_active() { Ok(()) } else { Err(self.refuses(step)) }
    }

    /// # Errors
    /// [`Refusal::IllegalStep`] for an award that is not agreed yet, or is over.
    pub fn expect_agreed(&self, step: &'static str) -> Result<(), Error> {
        if self.is_agreed() { Ok(()) } else { Err(self.refuses(step)) }
    }

    /// The offer holds at this instant, whether or not the ticker has looked yet.
    ///
    /// # Errors
    /// [`Error::OfferExpired`] for one whose time has passed, [`Refusal::IllegalStep`] for an award that is not
    /// offered.
    pub fn expect_offered(&self, now: Timestamp) -> Result<(), Error> {
        match self {
            State::Offered(offer) | State::Lapsed(offer) if offer.expires_at <= now => {
                Err(Error::OfferExpired { expired_at: offer.expires_at })
            }
            State::Offered(_) => Ok(()),
            _ => Err(self.refuses("accept")),
        }
    }

    fn refuses(&self, step: &'static str) -> Error {
        Refusal::IllegalStep { what: "award", from: self.name(), step }.into()
    }
}

impl Step {
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
