//! What rounds refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::convert;
use crate::framework::Framework;
use crate::round::Round;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale { newer: Box<Newer> },
    #[error("the {what} is {from} and cannot take the step {step}")]
    IllegalStep { what: &'static str, from: &'static str, step: &'static str },
    #[error("the rules of a round that is {state} are frozen; only its dates can move")]
    RulesFrozen { state: &'static str },
    #[error("the close was {announced} and has passed; the round can be reopened")]
    ClosePassed { announced: String },
    #[error("the round is not ready to be scheduled; everything missing is named in the details")]
    NotReady(Vec<Violation>),
    #[error("a round with the reference {reference} exists; a reference is never used twice")]
    ReferenceTaken { reference: String },
    #[error("the registry holds no such organisation")]
    NoSuchOwner,
    #[error("the framework has no version {number}")]
    VersionNotFound { number: i32 },
    #[error("version {number} was frozen at {at}; add a new version")]
    VersionFrozen { number: i32, at: Timestamp },
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("storage failed")]
    Db(#[from] DbError),
}

/// What comes with a stale etag: the resource as it now is.
#[derive(Debug)]
pub enum Newer {
    Round(Round),
    Framework(Framework),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: Newer) -> Error {
        Error::Stale { newer: Box::new(newer) }
    }

    /// # Errors
    /// [`Error::Invalid`] unless there is nothing to say.
    pub fn invalid_if_any(violations: Vec<Violation>) -> Result<(), Error> {
        if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
    }
}

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale { newer } => Fault::stale(convert::newer_as_any(*newer), says),
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
