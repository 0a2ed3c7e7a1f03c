//! What registry refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::tokens::KeyError;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::board::{Board, SeatNow};
use crate::client::Client;
use crate::convert;
use crate::membership::Membership;
use crate::organisation::Organisation;
use crate::person::Person;

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
    #[error("it has ended already, on {on}; an end can only come earlier")]
    EndedAlready { on: String },
    #[error("give an end after the start, {start}")]
    EndBeforeStart { field: &'static str, start: String },
    #[error("give a day within the membership and after its last suspension")]
    OutsideTerm { field: &'static str },
    #[error("another {what} holds in that time: {existing}; end it first")]
    Overlap { what: &'static str, existing: String },
    #[error("another {what} has this already: {existing}")]
    AlreadyExists { what: &'static str, field: &'static str, existing: String },
    #[error("at most {most} {what} work at a time; retire one first")]
    TooMany { what: &'static str, most: usize },
    #[error("this client signs in with a {signs_in_with}")]
    WrongKind { signs_in_with: &'static str },
    #[error("this is the last network administrator; make somebody else one first")]
    LastAdministrator,
    #[error("the registry has an administrator already; sign in as one to make others")]
    AdministratorExists,
    #[error("the key {kid} of the role {role} was retired and signs no more; make a new one")]
    RetiredKey { role: String, kid: String },
    #[error("the key set has two keys in use for the role {role}; give the older one its `retired_at`")]
    TwoKeys { role: String },
    #[error("the key set cannot be used: {0}")]
    KeySet(#[from] KeyError),
    #[error("the code is wrong, or was used, or is no longer taken; start again")]
    WrongCode,
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error("storage failed")]
    Db(#[from] DbError),
}

/// What comes with a stale etag: the resource as it now is.
#[derive(Debug)]
pub enum Newer {
    Organisation(Box<Organisation>),
    Membership(Membership),
    Person(Person),
    Board(Board),
    Seat(SeatNow),
    Client(Client),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: Newer) -> Error {
        Error::Stale { newer: Box::new(newer) }
    }
}

kit::service_error!(Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |says| Fault::new(Code::FailedPrecondition, Reason::IllegalStep, says);
        let exists = |says| Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale { newer } => Fault::stale(convert::newer_as_any(*newer), says),
            Error::IllegalStep { what: _, from, step } => precondition(says).with("from", from).with("step", step),
            Error::EndedAlready { .. }
            | Error::TooMany { .. }
            | Error::WrongKind { .. }
            | Error::LastAdministrator
            | Error::AdministratorExists
            | Error::RetiredKey { .. }
            | Error::TwoKeys { .. } => precondition(says),
            Error::EndBeforeStart { field, .. } => Fault::invalid(vec![Violation::new(field, "order", says)]),
            Error::OutsideTerm { field } => Fault::invalid(vec![Violation::new(field, "term", says)]),
            Error::Overlap { existing, .. } => exists(says).with("existing", existing),
            Error::AlreadyExists { field, existing, .. } => {
                exists(says).with("field", field).with("existing", existing)
            }
            Error::WrongCode => Fault::new(Code::Unauthenticated, Reason::SignInNeeded, says),
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::KeySet(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
