//! Changes of one award's agreement: asked for, decided by somebody else, and agreed to by the council where they take
//! from what it agreed to.

use kit::caller::Actor;
use kit::ids::{AwardId, ExtensionId, OrgId, VariationId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::verdict::OWN_REQUEST;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::agreement::{Agreement, Change};
use crate::award::{AgreementNow, Award};
use crate::error::Error;
use crate::state::Acceptance;

/// An asked-for change of one award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    pub id: VariationId,
    pub award: AwardId,
    pub version: i64,
    pub change: Change,
    pub reason: String,
    /// The extension of the whole round that made it.
    pub extension: Option<ExtensionId>,
    pub requested_by: Actor,
    pub requested_at: Timestamp,
    /// The certifier's word for it: given with the request, or since it was approved.
    pub word: Option<Acceptance>,
    pub state: State,
}

/// The state of a variation, with the facts that belong to it. While it waits for the council, the agreement holds as
/// it was.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    Requested,
    AwaitingAcceptance(Decision),
    /// In force: it wrote this version of the agreement.
    Approved {
        version: i32,
        decision: Decision,
    },
    Refused(Decision),
    Declined {
        decision: Decision,
        /// Why the council declined.
        reason: String,
    },
}

/// What can happen to a variation.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    /// Approved by the network, and put to the council.
    Propose(Decision),
    /// Approved, and in force at once as this version.
    Approve { version: i32, decision: Decision },
    /// The council agrees to this version.
    Accept { version: i32 },
    /// By the network, also while the council has not answered.
    Refuse(Decision),
    /// By the council.
    Decline { reason: String },
}

/// Who decided, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub by: Actor,
    pub at: Timestamp,
    pub reason: String,
    /// The meeting of the deciding body that it rests on; empty where none is named.
    pub reference: String,
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Requested, Step::Propose(decision)) => State::AwaitingAcceptance(decision),
            (State::Requested, Step::Approve { version, decision }) => State::Approved { version, decision },
            (State::Requested | State::AwaitingAcceptance(_), Step::Refuse(decision)) => State::Refused(decision),
            (State::AwaitingAcceptance(decision), Step::Accept { version }) => State::Approved { version, decision },
            (State::AwaitingAcceptance(decision), Step::Decline { reason }) => State::Declined { decision, reason },
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "variation", from: from.name(), step: step.name() });
            }
        })
    }

    /// The name in rows and in the golden table.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Neither in force nor refused by anybody.
    pub fn is_open(&self) -> bool {
        match self {
            State::Requested | State::AwaitingAcceptance(_) => true,
            State::Approved { .. } | State::Refused(_) | State::Declined { .. } => false,
        }
    }

    pub fn decision(&self) -> Option<&Decision> {
        match self {
            State::Requested => None,
            State::AwaitingAcceptance(decision) | State::Refused(decision) => Some(decision),
            State::Approved { decision, .. } | State::Declined { decision, .. } => Some(decision),
        }
    }

    /// The version of the agreement that it wrote.
    pub fn version(&self) -> Option<i32> {
        match self {
            State::Approved { version, .. } => Some(*version),
            State::Requested | State::AwaitingAcceptance(_) | State::Refused(_) | State::Declined { .. } => None,
        }
    }

    /// Why the council declined it; empty unless it did.
    pub fn decline_reason(&self) -> &str {
        match self {
            State::Declined { reason, .. } => reason,
            State::Requested | State::AwaitingAcceptance(_) | State::Approved { .. } | State::Refused(_) => "",
        }
    }
}

impl Step {
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

impl Variation {
    /// The agreement as this would make it of the one that the award now holds by, while it is open and still can.
    pub fn proposed_to(&self, award: &Award) -> Option<AgreementNow> {
        match award.agreement.terms.varied(&self.change) {
            Ok(terms) if self.state.is_open() => {
                let agreement = Agreement::new(terms, Some(self.id), self.requested_at);
                Some(AgreementNow { agreement, met: award.met.clone(), acceptance: None })
            }
            Ok(_) | Err(_) => None,
        }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// # Errors
    /// [`Refusal::Apart`] for whoever asked for it: they decide nothing of it.
    pub fn expect_of_another(&self, decider: &Actor) -> Result<(), Refusal> {
        if self.requested_by.subject == decider.subject { Err(Refusal::Apart { whose: OWN_REQUEST }) } else { Ok(()) }
    }

    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step) -> Result<Variation, Refusal> {
        let state = self.state.clone().step(step)?;
        Ok(Variation { state, version: self.version + 1, ..self.clone() })
    }
}

/// A variation as an answer shows it: with the agreement that it would make, while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariationNow {
    pub variation: Variation,
    pub proposed: Option<AgreementNow>,
}

/// What the register says of the organisations that a change names, asked beforehand.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    /// The organisation of the award at the time, if it exists no longer.
    pub abolished: Option<OrgId>,
    /// Those that followed it.
    pub successors: Vec<OrgId>,
    /// The payee named, if money can be paid to it.
    pub legal_payee: Option<OrgId>,
}

impl Standings {
    /// Rule 28: an award goes to a successor alone, and the choice among several is named. Money goes to a legal body.
    ///
    /// # Errors
    /// [`Error::NotAbolished`] and [`Error::NotASuccessor`] for a successor that the register does not name,
    /// [`Refusal::Invalid`] for a payee to which money cannot be paid.
    pub fn expect_allows(&self, award: &Award, change: &Change) -> Result<(), Error> {
        if let Some(successor) = change.successor {
            // The facts must be about the present organisation: it may have changed since they were asked.
            if self.abolished != Some(award.applicant) {
                return Err(Error::NotAbolished);
            }
            if !self.successors.contains(&successor) {
                return Err(Error::NotASuccessor);
            }
        }
        if change.payee.is_some() && change.payee != self.legal_payee {
            let says = "the register says that money cannot be paid to this organisation";
            return Err(Refusal::bad_field("change.payee_organisation_id", "legal_body", says).into());
        }
        Ok(())
    }
}
