//! Changes of one award's agreement: asked for, and decided once.

use kit::caller::Actor;
use kit::ids::{AwardId, ExtensionId, OrgId, VariationId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::agreement::Change;
use crate::award::Award;
use crate::error::Error;

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
    pub state: State,
}

/// The state of a variation, with the facts that belong to it. One that was asked for is decided once, by a round
/// manager.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum State {
    Requested,
    /// It wrote this version of the agreement.
    Approved {
        version: i32,
        decision: Decision,
    },
    Refused(Decision),
}

/// Who decided, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub by: Actor,
    pub at: Timestamp,
    pub reason: String,
}

impl State {
    /// The name in rows and in the golden table.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    pub fn decision(&self) -> Option<&Decision> {
        match self {
            State::Requested => None,
            State::Approved { decision, .. } | State::Refused(decision) => Some(decision),
        }
    }
}

impl Variation {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Decides on it. `written` is the version that an approval wrote; none refuses.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is decided already.
    pub fn decide(&self, written: Option<i32>, decision: Decision) -> Result<Variation, Refusal> {
        let state = match (&self.state, written) {
            (State::Requested, Some(version)) => State::Approved { version, decision },
            (State::Requested, None) => State::Refused(decision),
            (from, _) => {
                return Err(Refusal::IllegalStep { what: "variation", from: from.name(), step: "decide" });
            }
        };
        Ok(Variation { state, version: self.version + 1, ..self.clone() })
    }
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
