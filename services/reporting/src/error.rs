//! What reporting refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::award::Ended;
use crate::convert;
use crate::report::ReportNow;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale { newer: Box<ReportNow> },
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
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
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
            Error::Stale { newer } => Fault::stale(convert::newer_as_any(*newer), says),
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
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::Neighbour(cause) => cause.fault(),
            Error::Db(cause) => cause.fault(),
        }
    }
}
