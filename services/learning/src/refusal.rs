//! What each refusal becomes on the wire: its code and its reason. A stale write is refused with the newer version,
//! made in each thing's `convert.rs`.

use kit::fault::{Fault, Reason, Violation};
use tonic::Code;

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::NotBegun { from } => {
                Fault::precondition(Reason::CommissionNotRunning, says).with("from", from.to_string())
            }
            Error::Ended { until } => {
                Fault::precondition(Reason::CommissionNotRunning, says).with("until", until.to_string())
            }
            Error::DeclarationNeeded => Fault::precondition(Reason::DeclarationNeeded, says),
            Error::QuoteDiffers => {
                let violations = vec![Violation::new("quote", "quote.bytes", says.clone())];
                Fault { violations, ..Fault::new(Code::InvalidArgument, Reason::QuoteDiffers, says) }
            }
            Error::NotQuotable => Fault::precondition(Reason::NotQuotable, says),
            Error::PassagesElsewhere => Fault::bad_field("passage_ids", "passage", says),
            Error::AnswerLate { answer_by } => {
                Fault::precondition(Reason::IllegalStep, says).with("answer_by", answer_by.to_string())
            }
            Error::SourcesChanged(violations) => {
                Fault { violations, ..Fault::precondition(Reason::SourcesChanged, says) }
            }
            Error::UnconsentedWords(violations) => {
                Fault { violations, ..Fault::precondition(Reason::UnconsentedWords, says) }
            }
            Error::FactCheckOpen { answer_by } => {
                Fault::precondition(Reason::FactCheckOpen, says).with("answer_by", answer_by.to_string())
            }
            Error::Objected => Fault::precondition(Reason::FactCheckOpen, says),
            Error::NothingToPublish => Fault::precondition(Reason::IllegalStep, says),
            Error::NoAwards => Fault::precondition(Reason::NoAwardsYet, says),
            Error::Neighbour(cause) => cause.fault(),
            error @ (Error::Index(_) | Error::Render(_) | Error::Csv(_)) => Fault::internal(&error),
            Error::Db(cause) => cause.fault(),
        }
    }
}
