//! What rounds refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::{Newer, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale(Box<dyn Newer>),
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

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: impl Newer + 'static) -> Error {
        Error::Stale(Box::new(newer))
    }

    /// # Errors
    /// [`Error::Invalid`] unless there is nothing to say.
    pub fn invalid_if_any(violations: Vec<Violation>) -> Result<(), Error> {
        if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
    }
}
