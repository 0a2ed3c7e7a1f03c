//! What each refusal becomes on the wire: its code and its reason.

use kit::fault::{Fault, Reason};

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::NotOpen { opens_at } => {
                Fault::precondition(Reason::ReportNotOpen, says).with("opens_at", opens_at.to_string())
            }
            Error::Immutable => Fault::precondition(Reason::ReportAccepted, says),
            Error::AwardEnded { how } => Fault::precondition(Reason::AwardEnded, says).with("how", how.name()),
            Error::Incomplete(violations) => {
                Fault { violations, ..Fault::precondition(Reason::ReportIncomplete, says) }
            }
            Error::SpentAboveAward { .. } => Fault::bad_field("content.spent", "award.amount", says),
            Error::SignOffNeeded => Fault::precondition(Reason::SignOffNeeded, says),
            Error::OtherRevision { .. } => Fault::bad_field("revision", "present", says),
            Error::Neighbour(cause) => cause.fault(),
            Error::Db(cause) => cause.fault(),
        }
    }
}
