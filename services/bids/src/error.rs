//! What bids refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::{Newer, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::tokens::TokenError;

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
    #[error("the round is not open yet; a dry run (validate_only) works until then")]
    NotYetOpen,
    #[error("the round closed at {closed_at}")]
    RoundClosed { closed_at: Timestamp },
    #[error("the round has not closed yet; screen when it has")]
    NotYetClosed,
    #[error("the round was cancelled")]
    RoundCancelled,
    #[error("the bid is not complete; everything missing is named in the details")]
    Incomplete(Vec<Violation>),
    #[error("have a certifier sign off this revision first")]
    SignOffNeeded,
    #[error("the registry holds no such certifier of this organisation")]
    NoSuchCertifier,
    #[error("the lead organisation has {limit} bids in this round, and may have no more")]
    LeadLimitReached { limit: i64 },
    #[error("your system already has a bid with this reference in this round: {existing}")]
    ReferenceTaken { existing: String },
    #[error("the applicant takes part already; name the others only")]
    ApplicantTakesPart,
    #[error("a bid has at most {most} files; take one out first")]
    TooManyFiles { most: usize },
    #[error("give a deadline for the answer that lies ahead")]
    AnswerByPassed,
    #[error("screen the bid first")]
    NotScreened,
    #[error("give a reason: the decision differs from the findings or from an earlier decision")]
    ReasonNeeded,
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("the receipt could not be signed")]
    Sign(#[from] TokenError),
    #[error("storage failed")]
    Db(#[from] DbError),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: impl Newer + 'static) -> Error {
        Error::Stale(Box::new(newer))
    }
}
