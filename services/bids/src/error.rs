//! What bids refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::verdict::not_allowed;
use prost::Message;
use tonic::Code;

use crate::bid::Bid;
use crate::clarification::Clarification;
use crate::convert;
use crate::form::Missing;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("the bid changed since you read it; merge with the newer version and try again")]
    Stale { newer: Box<Bid> },
    #[error("the clarification changed since you read it; look at the newer version and try again")]
    StaleClarification { newer: Box<Clarification> },
    #[error("a bid that is {from} cannot take the step {step}")]
    IllegalStep { from: &'static str, step: &'static str },
    #[error("the round is not open yet; a dry run (validate_only) works until then")]
    NotYetOpen,
    #[error("the round closed at {closed_at}")]
    RoundClosed { closed_at: Timestamp },
    #[error("the round has not closed yet; screen when it has")]
    NotYetClosed,
    #[error("the round was cancelled")]
    RoundCancelled,
    #[error("the bid is not complete; everything missing is named in the details")]
    Incomplete(Vec<Missing>),
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
    Sign(#[from] kit::tokens::TokenError),
    #[error("storage failed")]
    Db(#[from] DbError),
}

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale { newer } => {
                let newer = convert::bid_as_any(*newer);
                Fault { newer: Some(newer), ..Fault::new(Code::Aborted, Reason::StaleEtag, says) }
            }
            Error::StaleClarification { newer } => {
                let value = convert::clarification(*newer).encode_to_vec();
                let newer = kit::wire::any("toadlane.bids.v1.Clarification", value);
                Fault { newer: Some(newer), ..Fault::new(Code::Aborted, Reason::StaleEtag, says) }
            }
            Error::IllegalStep { from, step } => {
                precondition(Reason::IllegalStep, says).with("from", from).with("step", step)
            }
            Error::NotYetOpen => precondition(Reason::NotYetOpen, says),
            Error::RoundClosed { closed_at } => {
                precondition(Reason::RoundClosed, says).with("closed_at", closed_at.to_string())
            }
            Error::NotYetClosed | Error::NotScreened => precondition(Reason::IllegalStep, says),
            Error::RoundCancelled => precondition(Reason::RoundClosed, says),
            Error::Incomplete(missing) => {
                let violations = missing.into_iter().map(|one| Violation::new(one.field, one.rule, one.says)).collect();
                Fault { violations, ..precondition(Reason::BidIncomplete, says) }
            }
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
            Error::AnswerByPassed => Fault::invalid(vec![Violation::new("answer_by", "timestamp.gt_now", says)]),
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::Neighbour(cause) => cause.fault(),
            Error::Sign(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
