//! What bids refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::tokens::TokenError;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::bid::Bid;
use crate::clarification::Clarification;
use crate::convert;

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
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("the receipt could not be signed")]
    Sign(#[from] TokenError),
    #[error("storage failed")]
    Db(#[from] DbError),
}

/// What comes with a stale etag: the resource as it now is.
#[derive(Debug)]
pub enum Newer {
    Bid(Bid),
    Clarification(Clarification),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: Newer) -> Error {
        Error::Stale { newer: Box::new(newer) }
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
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::Neighbour(cause) => cause.fault(),
            Error::Sign(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
