//! What awards refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::money::{BadMoney, Money};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::award::Award;
use crate::convert;
use crate::payment::Payment;
use crate::recovery::Recovery;
use crate::variation::Variation;

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
    #[error("the awards of this round are prepared already")]
    PreparedAlready { existing: String },
    #[error("the round is not decided yet; prepare its awards when it is")]
    DecisionPending,
    #[error("bidders are not informed of the decisions yet; offer when they are")]
    BiddersNotInformed,
    #[error("give this: neither the settings nor the round have it")]
    SettingNeeded { field: &'static str },
    #[error("say in which parts awards are paid: {amount} is too much to be paid at once without a plan")]
    PlanNeeded { amount: Money },
    #[error("the pot holds {available}, and {needed} is needed; give less, or free money first")]
    PotExhausted { available: Money, needed: Money },
    #[error("the pot is {pot}, and {needed} is to be given; give the reason that the deciding body recorded for it")]
    OverCommitted { pot: Money, needed: Money },
    #[error("the ledger does not hold what was to be taken from it ({account})")]
    Overdrawn { account: &'static str },
    #[error(
        "{amount} is not within what can be given: from {floor} to {ceiling}, and at most the {requested} asked for"
    )]
    AmountOutOfBounds { amount: Money, floor: Money, ceiling: Money, requested: Money },
    #[error("the offer could be accepted until {expired_at}; ask the network for a new one")]
    OfferExpired { expired_at: Timestamp },
    #[error("this is not the version and digest of the agreement as it now stands; read it again")]
    AgreementMismatch,
    #[error("say what will be done with less than was asked for")]
    ScopeNeeded,
    #[error("the registry holds no such certifier of this organisation")]
    NoSuchCertifier,
    #[error("the award {first} stands before it on the reserve list; call that one first")]
    OutOfTurn { first: String },
    #[error("the condition was found to be met already")]
    ConditionMetAlready,
    #[error("money is paid or at the bank; terminate the award, and recover what was paid")]
    PaidAlready,
    #[error("what is approved or paid cannot be varied away; recover it")]
    ReducesPaid,
    #[error("the final report is not accepted yet; complete the award when it is")]
    FinalReportMissing,
    #[error("the final report is accepted; dates no longer move")]
    FinalReportAccepted,
    #[error("payments or recoveries are not reconciled yet; reconcile them first")]
    MoneyNotReconciled,
    #[error("somebody else than the approver must instruct a payment")]
    SamePerson,
    #[error("somebody who does not belong to the recipient must do this")]
    OfRecipient,
    #[error("{}", payee_not_verified(.usable_from))]
    PayeeNotVerified { usable_from: Option<Timestamp> },
    #[error("only {outstanding} is still to come back")]
    MoreThanOutstanding { outstanding: Money },
    #[error("only {held} was paid and is neither back nor on its way back")]
    MoreThanHeld { held: Money },
    #[error("{outstanding} is outstanding; balances up to {small} may be given up")]
    BalanceNotSmall { outstanding: Money, small: Money },
    #[error("the register names no such successor of the organisation")]
    NotASuccessor,
    #[error("the register says that the organisation exists still; novate when it does not")]
    NotAbolished,
    #[error("the register says that money cannot be paid to this organisation")]
    PayeeIsNoLegalBody,
    #[error("give a day that has not passed")]
    DatePassed { field: &'static str },
    #[error("give a day that has come")]
    DayAhead { field: &'static str },
    #[error("every live award has a later date already")]
    MovesNothing { field: &'static str },
    #[error("the project would end before it starts")]
    EndsBeforeStart,
    #[error("the agreement says so already; name something that changes")]
    NothingChanges,
    #[error("{0}")]
    Money(#[from] BadMoney),
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("storage failed")]
    Db(#[from] DbError),
}

fn payee_not_verified(usable_from: &Option<Timestamp>) -> String {
    match usable_from {
        None => "the payee's account is not checked yet; record the check first".to_string(),
        Some(at) => format!("the payee's account has changed; it can be used from {at} on"),
    }
}

/// What comes with a stale etag: the resource as it now is.
#[derive(Debug)]
pub enum Newer {
    Award(Award),
    Payment(Payment),
    Recovery(Recovery),
    Variation(Variation),
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
        let invalid = |field: &str, rule: &str, says| Fault::invalid(vec![Violation::new(field, rule, says)]);
        let apart = |says| Fault::new(Code::PermissionDenied, Reason::SeparationOfDuties, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale { newer } => Fault::stale(convert::newer_as_any(*newer), says),
            Error::IllegalStep { what: _, from, step } => {
                precondition(Reason::IllegalStep, says).with("from", from).with("step", step)
            }
            Error::PreparedAlready { existing } => {
                Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says).with("existing", existing)
            }
            Error::DecisionPending | Error::BiddersNotInformed => precondition(Reason::DecisionPending, says),
            Error::SettingNeeded { field } => invalid(&format!("settings.{field}"), "required", says),
            Error::PlanNeeded { .. } => invalid("settings.instalments", "required", says),
            Error::PotExhausted { available, needed } | Error::OverCommitted { pot: available, needed } => {
                let refused = precondition(Reason::PotExhausted, says).with("available", available.to_string());
                refused.with("needed", needed.to_string())
            }
            Error::AmountOutOfBounds { .. } => precondition(Reason::AmountOutOfBounds, says),
            Error::OfferExpired { expired_at } => {
                precondition(Reason::OfferExpired, says).with("expired_at", expired_at.to_string())
            }
            Error::AgreementMismatch => precondition(Reason::AgreementMismatch, says),
            Error::ScopeNeeded => invalid("scope", "required", says),
            Error::NoSuchCertifier => invalid("certifier_id", "certifier", says),
            Error::OutOfTurn { first } => precondition(Reason::OutOfTurn, says).with("first", first),
            Error::ConditionMetAlready => precondition(Reason::IllegalStep, says),
            Error::PaidAlready | Error::ReducesPaid => precondition(Reason::PaidAlready, says),
            Error::FinalReportMissing => precondition(Reason::FinalReportMissing, says),
            Error::FinalReportAccepted => precondition(Reason::FinalReportAccepted, says),
            Error::MoneyNotReconciled => precondition(Reason::MoneyNotReconciled, says),
            Error::SamePerson | Error::OfRecipient => apart(says),
            Error::PayeeNotVerified { usable_from } => match usable_from {
                Some(at) => precondition(Reason::PayeeNotVerified, says).with("usable_from", at.to_string()),
                None => precondition(Reason::PayeeNotVerified, says),
            },
            Error::MoreThanOutstanding { .. } | Error::MoreThanHeld { .. } | Error::BalanceNotSmall { .. } => {
                precondition(Reason::BalanceExceeded, says)
            }
            Error::NotASuccessor | Error::NotAbolished => precondition(Reason::NotASuccessor, says),
            Error::PayeeIsNoLegalBody => invalid("change.payee_organisation_id", "legal_body", says),
            Error::DatePassed { field } => invalid(field, "date.passed", says),
            Error::DayAhead { field } => invalid(field, "date.ahead", says),
            Error::MovesNothing { field } => invalid(field, "extension.moves_nothing", says),
            Error::EndsBeforeStart => invalid("ends_on", "date.order", says),
            Error::NothingChanges => invalid("change", "required", says),
            Error::Money(_) => invalid("amount", "money", says),
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::Neighbour(cause) => cause.fault(),
            // A sum that our own books do not hold is a fault of ours.
            Error::Overdrawn { .. } => Fault::internal(&error),
            Error::Db(cause) => cause.fault(),
        }
    }
}
