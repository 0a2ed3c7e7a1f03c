//! What every service refuses in the same words. A service's error holds one of these, beside its own.

use crate::fault::{Fault, Newer, Reason, Violation};
use tonic::Code;

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It does not exist, or the caller may not know of it.
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    /// It concerns an organisation of the caller's own, or what they asked for themselves (rules 10 and 21).
    #[error("it concerns {whose}; somebody else must do this")]
    Apart { whose: &'static str },
    /// The caller read an older version than this.
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale(Box<dyn Newer>),
    #[error("the {what} is {from} and cannot take the step {step}")]
    IllegalStep { what: &'static str, from: &'static str, step: &'static str },
    #[error("some fields are not valid; each is named in the details")]
    Invalid(Vec<Violation>),
}

impl Refusal {
    /// The caller read an older version than this.
    pub fn stale(newer: impl Newer + 'static) -> Refusal {
        Refusal::Stale(Box::new(newer))
    }

    /// # Errors
    /// With all that is wrong, if anything is.
    pub fn if_any(violations: Vec<Violation>) -> Result<(), Refusal> {
        if violations.is_empty() { Ok(()) } else { Err(Refusal::Invalid(violations)) }
    }

    /// One bad field is all that is wrong.
    pub fn bad_field(field: impl Into<String>, rule: &str, says: impl Into<String>) -> Refusal {
        Refusal::Invalid(vec![Violation::new(field, rule, says)])
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        let says = refusal.to_string();
        match refusal {
            Refusal::NotFound { what } => Fault::not_found(what),
            Refusal::NotAllowed { who_may } => {
                Fault::new(Code::PermissionDenied, Reason::NotAllowed, says).with("who_may", who_may)
            }
            Refusal::Apart { .. } => Fault::new(Code::PermissionDenied, Reason::SeparationOfDuties, says),
            Refusal::Stale(newer) => Fault::stale(&*newer, says),
            Refusal::IllegalStep { what: _, from, step } => {
                Fault::precondition(Reason::IllegalStep, says).with("from", from).with("step", step)
            }
            Refusal::Invalid(violations) => Fault::invalid(violations),
        }
    }
}
