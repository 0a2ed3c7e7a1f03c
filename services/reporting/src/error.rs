//! What reporting refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::{Newer, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;

use crate::award::Ended;

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
    #[error("the report can be written from {opens_at} on")]
    NotOpen { opens_at: Timestamp },
    #[error("an accepted report does not change; add an addendum")]
    Immutable,
    #[error("the award was {}, so there is nothing to report here", how.name())]
    AwardEnded { how: Ended },
    #[error("the report is not complete; everything missing is named in the details")]
    Incomplete(Vec<Violation>),
    #[error("{says}")]
    SpentAboveAward { says: String },
    #[error("have a certifier sign off this revision first")]
    SignOffNeeded,
    #[error("revision {present} is the present one; read it, then sign that")]
    OtherRevision { present: i32 },
    #[error("the registry holds no such certifier of this organisation")]
    NoSuchCertifier,
    #[error("the report has no such answer; name one as the details do, such as `answers[progress]`")]
    NoSuchAnswer { places: Vec<usize> },
    #[error("a report has at most {most} files; take one out first")]
    TooManyFiles { most: usize },
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
}
