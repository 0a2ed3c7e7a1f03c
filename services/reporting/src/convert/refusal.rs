//! What each refusal becomes on the wire: its code, its reason, and the newer version of what is stale.

use kit::fault::{Fault, Newer, Reason, Violation};
use kit::verdict::not_allowed;
use kit::wire::any;
use prost::Message;
use prost_types::Any;
use toadlane_proto::reporting::v1 as pb;
use tonic::Code;

use super::REPORT;
use crate::error::Error;
use crate::report::ReportNow;

kit::service_error!(Error asks neighbours);

impl Newer for ReportNow {
    fn to_any(&self) -> Any {
        any(REPORT, pb::Report::from(self.clone()).encode_to_vec())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale(newer) => Fault::stale(&*newer, says),
            Error::IllegalStep { what: _, from, step } => {
                precondition(Reason::IllegalStep, says).with("from", from).with("step", step)
            }
            Error::NotOpen { opens_at } => {
                precondition(Reason::ReportNotOpen, says).with("opens_at", opens_at.to_string())
            }
            Error::Immutable => precondition(Reason::ReportAccepted, says),
            Error::AwardEnded { how } => precondition(Reason::AwardEnded, says).with("how", how.name()),
            Error::Incomplete(violations) => Fault { violations, ..precondition(Reason::ReportIncomplete, says) },
            Error::SpentAboveAward { .. } => {
                Fault::invalid(vec![Violation::new("content.spent", "award.amount", says)])
            }
            Error::SignOffNeeded => precondition(Reason::SignOffNeeded, says),
            Error::OtherRevision { .. } => Fault::invalid(vec![Violation::new("revision", "present", says)]),
            Error::NoSuchCertifier => Fault::invalid(vec![Violation::new("certifier_id", "certifier", says)]),
            Error::NoSuchAnswer { places } => {
                let named = |place: usize| Violation::new(format!("changes[{place}].field"), "answer", says.clone());
                Fault::invalid(places.into_iter().map(named).collect())
            }
            Error::TooManyFiles { .. } => Fault::invalid(vec![Violation::new("evidence", "max_items", says)]),
            Error::Neighbour(cause) => cause.fault(),
            Error::Db(cause) => cause.fault(),
        }
    }
}
