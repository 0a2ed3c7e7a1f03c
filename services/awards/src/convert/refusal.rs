//! What each refusal becomes on the wire: its code and its reason.

use kit::fault::{Fault, Reason};

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::PreparedAlready { existing } => Fault::exists(says, existing),
            Error::DecisionPending | Error::BiddersNotInformed => Fault::precondition(Reason::DecisionPending, says),
            Error::PlanNeeded { .. } => Fault::bad_field("settings.instalments", "required", says),
            Error::PotExhausted { available, needed } | Error::OverCommitted { pot: available, needed } => {
                let refused = Fault::precondition(Reason::PotExhausted, says).with("available", available.to_string());
                refused.with("needed", needed.to_string())
            }
            Error::AmountOutOfBounds { .. } => Fault::precondition(Reason::AmountOutOfBounds, says),
            Error::OfferExpired { expired_at } => {
                Fault::precondition(Reason::OfferExpired, says).with("expired_at", expired_at.to_string())
            }
            Error::AgreementMismatch => Fault::precondition(Reason::AgreementMismatch, says),
            Error::OutOfTurn { first } => Fault::precondition(Reason::OutOfTurn, says).with("first", first),
            Error::ConditionMetAlready => Fault::precondition(Reason::IllegalStep, says),
            Error::PaidAlready | Error::ReducesPaid => Fault::precondition(Reason::PaidAlready, says),
            Error::FinalReportMissing => Fault::precondition(Reason::FinalReportMissing, says),
            Error::FinalReportAccepted => Fault::precondition(Reason::FinalReportAccepted, says),
            Error::MoneyNotReconciled => Fault::precondition(Reason::MoneyNotReconciled, says),
            Error::PayeeNotVerified { usable_from: None } => Fault::precondition(Reason::PayeeNotVerified, says),
            Error::PayeeNotVerified { usable_from: Some(at) } => {
                Fault::precondition(Reason::PayeeNotVerified, says).with("usable_from", at.to_string())
            }
            Error::MoreThanOutstanding { .. } | Error::MoreThanHeld { .. } | Error::BalanceNotSmall { .. } => {
                Fault::precondition(Reason::BalanceExceeded, says)
            }
            Error::NotASuccessor | Error::NotAbolished => Fault::precondition(Reason::NotASuccessor, says),
            Error::EndsBeforeStart => Fault::bad_field("ends_on", "date.order", says),
            Error::Money(_) => Fault::bad_field("amount", "money", says),
            Error::Neighbour(cause) => cause.fault(),
            // A sum that our own books do not hold is a fault of ours.
            Error::Overdrawn { .. } => Fault::internal(&error),
            Error::Db(cause) => cause.fault(),
        }
    }
}
