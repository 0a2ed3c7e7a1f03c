//! What each refusal becomes on the wire: its code, its reason, and the newer version of what is stale.

use kit::fault::{Fault, Newer, Reason, Violation};
use kit::verdict::not_allowed;
use kit::wire::any;
use prost::Message;
use prost_types::Any;
use tonic::Code;

use crate::bid::{Bid, BidNow};
use crate::clarification::Clarification;
use crate::convert::{self, BID, CLARIFICATION};
use crate::error::Error;

kit::service_error!(Error asks neighbours);

/// Without close and instant, which are not at hand.
impl Newer for Bid {
    fn to_any(&self) -> Any {
        let as_of = self.updated_at;
        let mut wire = convert::bid(BidNow { bid: self.clone(), closes_at: as_of, as_of });
        (wire.closes_at, wire.as_of) = (None, None);
        any(BID, wire.encode_to_vec())
    }
}

impl Newer for Clarification {
    fn to_any(&self) -> Any {
        any(CLARIFICATION, convert::clarification(self.clone()).encode_to_vec())
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
            Error::NotYetOpen => precondition(Reason::NotYetOpen, says),
            Error::RoundClosed { closed_at } => {
                precondition(Reason::RoundClosed, says).with("closed_at", closed_at.to_string())
            }
            Error::NotYetClosed | Error::NotScreened => precondition(Reason::IllegalStep, says),
            Error::RoundCancelled => precondition(Reason::RoundClosed, says),
            Error::Incomplete(violations) => Fault { violations, ..precondition(Reason::BidIncomplete, says) },
            Error::SignOffNeeded => precondition(Reason::SignOffNeeded, says),
            Error::NoSuchCertifier => Fault::invalid(vec![Violation::new("certifier_id", "certifier", says)]),
            Error::LeadLimitReached { limit } => {
                precondition(Reason::LeadLimitReached, says).with("limit", limit.to_string())
            }
            Error::ReferenceTaken { existing } => {
                Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says).with("existing", existing)
            }
            Error::ReasonNeeded => Fault::invalid(vec![Violation::new("reason", "required", says)]),
            Error::ApplicantTakesPart => Fault::invalid(vec![Violation::new("participants", "not_applicant", says)]),
            Error::TooManyFiles { .. } => Fault::invalid(vec![Violation::new("attachments", "max_items", says)]),
            Error::AnswerByPassed => Fault::invalid(vec![Violation::new("answer_by", "timestamp.gt_now", says)]),
            Error::Neighbour(cause) => cause.fault(),
            Error::Sign(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
