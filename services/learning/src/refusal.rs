//! What each refusal becomes on the wire: its code and its reason. A stale write is refused with the newer version,
//! made in each thing's `convert.rs`.

use kit::fault::{Fault, Reason, Violation};
use kit::verdict::not_allowed;
use tonic::Code;

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        let invalid = |field: &str, rule: &str, says| Fault::invalid(vec![Violation::new(field, rule, says)]);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale(newer) => Fault::stale(&*newer, says),
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
            Error::Neighbour(cause) => cause.fault(),
            error @ (Error::Index(_) | Error::Render(_) | Error::Csv(_)) => Fault::internal(&error),
            Error::Db(cause) => cause.fault(),
        }
    }
}
