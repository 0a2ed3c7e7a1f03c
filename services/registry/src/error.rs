//! What registry refuses, as sentences with data. `convert/refusal.rs` says what each becomes on the wire.

use kit::db::DbError;
use kit::fault::{Newer, Violation};
use kit::tokens::KeyError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale(Box<dyn Newer>),
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

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: impl Newer + 'static) -> Error {
        Error::Stale(Box::new(newer))
    }

    /// One bad field is all that is wrong.
    pub fn bad_field(field: &str, rule: &str, says: &str) -> Error {
        Error::Invalid(vec![Violation::new(field, rule, says)])
    }
}
