//! What registry refuses, as sentences with data. `convert/refusal.rs` says what each becomes on the wire.

use kit::db::DbError;
use kit::refusal::Refusal;
use kit::tokens::KeyError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
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
    #[error("the code is wrong, or was used, or is no longer taken; have the address entered again")]
    WrongConfirmation,
    #[error("the session has ended; sign in again")]
    SessionEnded,
    #[error("storage failed")]
    Db(#[from] DbError),
}

impl Error {
    /// Whose it is stays unsaid: it may be somebody the caller may not know of.
    pub fn email_taken() -> Error {
        Error::AlreadyExists { what: "person", field: "email", existing: "ask a network administrator".to_string() }
    }
}
