//! What learning refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::case_study::CaseStudy;
use crate::codebook::Codebook;
use crate::commission::Commission;
use crate::convert;
use crate::insight::Insight;
use crate::passage::Passage;
use crate::publication::Publication;

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
    #[error("the commission begins at {from}; nothing is open to it before")]
    NotBegun { from: Timestamp },
    #[error("the commission ended at {until}; nothing is open to it any more")]
    Ended { until: Timestamp },
    #[error("a commission ends after it begins")]
    EndsBeforeItBegins,
    #[error("give an end from now on and before the present one, {until}")]
    NoEarlierEnd { until: Timestamp },
    #[error("declare your interests, or that you have none, before you read")]
    DeclarationNeeded,
    #[error("the document has no such section")]
    NoSuchSection,
    #[error("the quote is not, byte for byte, what stands there")]
    QuoteDiffers,
    #[error("version of the codebook without the code {code}")]
    UnknownCode { code: String },
    #[error("the council lets nothing of this document be quoted")]
    NotQuotable,
    #[error("cite passages of the same commission whose documents are in the corpus")]
    PassagesElsewhere,
    #[error("answers were due by {answer_by}, and the check is over")]
    AnswerLate { answer_by: Timestamp },
    #[error("say what you disagree with")]
    CommentNeeded,
    #[error("give a reason: a council disagreed or did not answer")]
    ReasonNeeded,
    #[error("the round is not one of the commission")]
    RoundElsewhere,
    #[error("sources do not stand as they were pinned; each is named in the details")]
    SourcesChanged(Vec<Violation>),
    #[error("the publication holds nothing yet; set its items first")]
    NothingToPublish,
    #[error("give an instant that lies ahead")]
    PublishAtPassed,
    #[error("the round has no award to publish yet")]
    NoAwards,
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("the index cannot be searched")]
    Index(#[from] tantivy::TantivyError),
    #[error("the publication cannot be rendered")]
    Render(#[from] minijinja::Error),
    #[error("the table cannot be written")]
    Csv(#[from] csv::Error),
    #[error("storage failed")]
    Db(#[from] DbError),
}

/// What comes with a stale etag: the resource as it now is.
#[derive(Debug)]
pub enum Newer {
    Commission(Commission),
    Codebook(Codebook),
    Passage(Passage),
    Insight(Insight),
    CaseStudy(CaseStudy),
    Publication(Publication),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: Newer) -> Error {
        Error::Stale { newer: Box::new(newer) }
    }
}

kit::service_error!(Error asks neighbours);

impl From<Violation> for Error {
    fn from(violation: Violation) -> Error {
        Error::Invalid(vec![violation])
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        let invalid = |field: &str, rule: &str, says| Fault::invalid(vec![Violation::new(field, rule, says)]);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale { newer } => Fault::stale(convert::newer_as_any(*newer), says),
            Error::IllegalStep { what: _, from, step } => {
                precondition(Reason::IllegalStep, says).with("from", from).with("step", step)
            }
            Error::NotBegun { from } => precondition(Reason::CommissionNotRunning, says).with("from", from.to_string()),
            Error::Ended { until } => precondition(Reason::CommissionNotRunning, says).with("until", until.to_string()),
            Error::EndsBeforeItBegins => invalid("until", "timestamp.gt_from", says),
            Error::NoEarlierEnd { .. } => invalid("until", "timestamp.earlier", says),
            Error::DeclarationNeeded => precondition(Reason::DeclarationNeeded, says),
            Error::NoSuchSection => invalid("section_key", "section", says),
            Error::QuoteDiffers => {
                let violations = vec![Violation::new("quote", "quote.bytes", says.clone())];
                Fault { violations, ..Fault::new(Code::InvalidArgument, Reason::QuoteDiffers, says) }
            }
            Error::UnknownCode { .. } => invalid("codes", "codebook", says),
            Error::NotQuotable => precondition(Reason::NotQuotable, says),
            Error::PassagesElsewhere => invalid("passage_ids", "passage", says),
            Error::AnswerLate { answer_by } => {
                precondition(Reason::IllegalStep, says).with("answer_by", answer_by.to_string())
            }
            Error::CommentNeeded => invalid("comment", "required", says),
            Error::ReasonNeeded => invalid("reason", "required", says),
            Error::RoundElsewhere => invalid("round_ids", "commission", says),
            Error::SourcesChanged(violations) => Fault { violations, ..precondition(Reason::SourcesChanged, says) },
            Error::NothingToPublish => precondition(Reason::IllegalStep, says),
            Error::PublishAtPassed => invalid("publish_at.instant", "timestamp.gt_now", says),
            Error::NoAwards => precondition(Reason::NoAwardsYet, says),
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::Neighbour(cause) => cause.fault(),
            error @ (Error::Index(_) | Error::Render(_) | Error::Csv(_)) => Fault::internal(&error),
            Error::Db(cause) => cause.fault(),
        }
    }
}
