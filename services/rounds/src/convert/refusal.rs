//! What each refusal becomes on the wire: its code, its reason, and the newer version of what is stale.

use kit::fault::{Fault, Newer, Reason, Violation};
use kit::verdict::not_allowed;
use kit::wire::any;
use prost::Message;
use prost_types::Any;
use toadlane_proto::rounds::v1 as pb;
use tonic::Code;

use super::{FRAMEWORK, ROUND};
use crate::error::Error;
use crate::framework::Framework;
use crate::round::{Round, RoundNow};

kit::service_error!(Error asks neighbours);

/// `as_of` is left out: it is unknown here.
impl Newer for Round {
    fn to_any(&self) -> Any {
        let wire = pb::Round::from(RoundNow { round: self.clone(), as_of: self.updated_at });
        any(ROUND, pb::Round { as_of: None, ..wire }.encode_to_vec())
    }
}

impl Newer for Framework {
    fn to_any(&self) -> Any {
        any(FRAMEWORK, pb::Framework::from(self.clone()).encode_to_vec())
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
            Error::RulesFrozen { state } => precondition(Reason::RulesFrozen, says).with("state", state),
            Error::ClosePassed { announced } => precondition(Reason::RoundClosed, says).with("closed", announced),
            Error::NotReady(violations) => Fault { violations, ..precondition(Reason::RoundIncomplete, says) },
            Error::ReferenceTaken { reference } => {
                Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says).with("existing", reference)
            }
            Error::NoSuchOwner => {
                Fault::invalid(vec![Violation::new("owner_organisation_id", "organisation.unknown", says)])
            }
            Error::VersionNotFound { .. } => {
                Fault::invalid(vec![Violation::new("number", "framework.no_version", says)])
            }
            Error::VersionFrozen { at, .. } => {
                precondition(Reason::IllegalStep, says).with("from", "frozen").with("frozen_at", at.to_string())
            }
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::Neighbour(cause) => cause.fault(),
            Error::Db(cause) => cause.fault(),
        }
    }
}
