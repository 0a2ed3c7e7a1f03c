//! What each refusal becomes on the wire: its code and its reason.

use kit::fault::{Fault, Reason};

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::RulesFrozen { state } => Fault::precondition(Reason::RulesFrozen, says).with("state", state),
            Error::ClosePassed { announced } => {
                Fault::precondition(Reason::RoundClosed, says).with("closed", announced)
            }
            Error::NotReady(violations) => Fault { violations, ..Fault::precondition(Reason::RoundIncomplete, says) },
            Error::ReferenceTaken { reference } => Fault::exists(says, reference),
            Error::VersionNotFound { .. } => Fault::bad_field("number", "framework.no_version", says),
            Error::VersionFrozen { at, .. } => {
                Fault::precondition(Reason::IllegalStep, says).with("from", "frozen").with("frozen_at", at.to_string())
            }
            Error::Neighbour(cause) => cause.fault(),
            Error::Db(cause) => cause.fault(),
        }
    }
}
