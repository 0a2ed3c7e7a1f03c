//! What rounds refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::Violation;
use kit::neighbour::Unanswered;
use kit::refusal::Refusal;
use kit::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the rules of a round that is {state} are frozen; only its dates can move")]
    RulesFrozen { state: &'static str },
    #[error("the close was {announced} and has passed; the round can be reopened")]
    ClosePassed { announced: String },
    #[error("the round is not ready to be scheduled; everything missing is named in the details")]
    NotReady(Vec<Violation>),
    #[error("a round with the reference {reference} exists; a reference is never used twice")]
    ReferenceTaken { reference: String },
    #[error("the framework has no version {number}")]
    VersionNotFound { number: i32 },
    #[error("version {number} was frozen at {at}; add a new version")]
    VersionFrozen { number: i32, at: Timestamp },
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("storage failed")]
    Db(#[from] DbError),
}
