//! Changes of one award's agreement: asked for, and decided once.

use kit::caller::Actor;
use kit::ids::{AwardId, ExtensionId, VariationId};
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::agreement::Change;
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
#[strum_discriminants(name(StateName), derive(VariantArray))]
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
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(self.clone())) }
    }

    /// Decides on it. `written` is the version that an approval wrote; none refuses.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] for one that is decided already.
    pub fn decide(&self, written: Option<i32>, decision: Decision) -> Result<Variation, Error> {
        let state = match (&self.state, written) {
            (State::Requested, Some(version)) => State::Approved { version, decision },
            (State::Requested, None) => State::Refused(decision),
            (from @ (State::Approved { .. } | State::Refused(_)), _) => {
                return Err(Error::IllegalStep { what: "variation", from: from.name(), step: "decide" });
            }
        };
        Ok(Variation { state, version: self.version + 1, ..self.clone() })
    }
}
