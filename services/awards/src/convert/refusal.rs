//! What each refusal becomes on the wire: its code, its reason, and the newer version of what is stale.

use kit::fault::{Fault, Newer, Reason, Violation};
use kit::verdict::not_allowed;
use kit::wire::any;
use prost::Message;
use prost_types::Any;
use toadlane_proto::awards::v1 as pb;
use tonic::Code;

use super::{AWARD, PAYMENT, RECOVERY, VARIATION};
use crate::award::{Award, AwardNow};
use crate::error::Error;
use crate::payment::Payment;
use crate::recovery::Recovery;
use crate::variation::Variation;

kit::service_error!(Error asks neighbours);

/// `as_of` is left out: it is unknown here.
impl Newer for Award {
    fn to_any(&self) -> Any {
        let wire = pb::Award::from(AwardNow { award: self.clone(), as_of: self.updated_at });
        any(AWARD, pb::Award { as_of: None, ..wire }.encode_to_vec())
    }
}

impl Newer for Payment {
    fn to_any(&self) -> Any {
        any(PAYMENT, pb::Payment::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Recovery {
    fn to_any(&self) -> Any {
        any(RECOVERY, pb::Recovery::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Variation {
    fn to_any(&self) -> Any {
        any(VARIATION, pb::Variation::from(self.clone()).encode_to_vec())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        let invalid = |field: &str, rule: &str, says| Fault::invalid(vec![Violation::new(field, rule, says)]);
        let apart = |says| Fault::new(Code::PermissionDenied, Reason::SeparationOfDuties, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale(newer) => Fault::stale(&*newer, says),
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
            Error::PayeeNotVerified { usable_from: None } => precondition(Reason::PayeeNotVerified, says),
            Error::PayeeNotVerified { usable_from: Some(at) } => {
                precondition(Reason::PayeeNotVerified, says).with("usable_from", at.to_string())
            }
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
            Error::Neighbour(cause) => cause.fault(),
            // A sum that our own books do not hold is a fault of ours.
            Error::Overdrawn { .. } => Fault::internal(&error),
            Error::Db(cause) => cause.fault(),
        }
    }
}
