//! What each refusal becomes on the wire: its code and its reason.

use kit::fault::{Fault, Reason};

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::NotYetOpen => Fault::precondition(Reason::NotYetOpen, says),
            Error::RoundClosed { closed_at } => {
                Fault::precondition(Reason::RoundClosed, says).with("closed_at", closed_at.to_string())
            }
            Error::NotYetClosed | Error::NotScreened => Fault::precondition(Reason::IllegalStep, says),
            Error::RoundCancelled => Fault::precondition(Reason::RoundClosed, says),
            Error::Incomplete(violations) => Fault { violations, ..Fault::precondition(Reason::BidIncomplete, says) },
            Error::SignOffNeeded | Error::WordEnded => Fault::precondition(Reason::SignOffNeeded, says),
            Error::LeadLimitReached { limit } => {
                Fault::precondition(Reason::LeadLimitReached, says).with("limit", limit.to_string())
            }
            Error::BeingCleared => Fault::try_again(says),
            Error::ReferenceTaken { existing } => Fault::exists(says, existing.to_string()),
            Error::Neighbour(cause) => cause.fault(),
            Error::Sign(cause) => Fault::internal(&cause),
            Error::File(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
