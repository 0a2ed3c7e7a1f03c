//! A connection to either engine, and what can be asked of both.

use diesel::prelude::*;
use tonic::{Code, Status};

use crate::fault::{Fault, Reason};
use crate::time::Timestamp;

/// A connection to one of the two engines. Queries are functions on it.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// For boxed queries, which name it.
pub type Backend = <Conn as diesel::Connection>::Backend;

/// The few places where the engines' SQL differs (upserts, batch inserts): the same expression on either connection.
#[macro_export]
macro_rules! each_backend {
    ($of:expr, $conn:ident => $query:expr) => {
        match $of {
            $crate::db::Conn::Postgres($conn) => $query,
            $crate::db::Conn::Sqlite($conn) => $query,
        }
    };
}

diesel::define_sql_function! {
    /// The database's clock in microseconds, or the held clock. Decides the instant of a submission.
    fn toadlane_now() -> diesel::sql_types::BigInt;
}

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("a query failed")]
    Query(#[from] diesel::result::Error),
    #[error("a stored row makes no sense: {0}")]
    Inconsistent(String),
    #[error("the store cannot be reached; try again with the same request id")]
    Unreachable,
    #[error("too much contention; try again with the same request id")]
    Contention,
    /// The closure that answers this runs again, in a new transaction.
    #[error("it was written by somebody else at the same moment; try again with the same request id")]
    Meanwhile,
    #[error("the write panicked: {0}")]
    Panicked(String),
    #[error("this request id was used before with other content; use a new one")]
    RequestIdReused,
    /// A stored answer shows something that its caller may not know of any more.
    #[error("no such {what}")]
    Hidden { what: &'static str },
    #[error("the process is stopping; try again with the same request id")]
    Stopping,
}

impl DbError {
    /// What the caller is told. Causes are logged here, once.
    pub fn fault(&self) -> Fault {
        match self {
            DbError::Query(_) | DbError::Inconsistent(_) | DbError::Panicked(_) => Fault::internal(self),
            DbError::Unreachable | DbError::Contention | DbError::Meanwhile | DbError::Stopping => {
                Fault::try_again(self.to_string())
            }
            DbError::Hidden { what } => Fault::not_found(what),
            DbError::RequestIdReused => Fault::new(Code::AlreadyExists, Reason::RequestIdReused, self.to_string()),
        }
    }
}

impl From<DbError> for Status {
    fn from(error: DbError) -> Status {
        error.fault().into()
    }
}

/// What a service's error must be for its closures to run on a store.
pub trait WriteError: std::error::Error + From<DbError> + Send + 'static {}
impl<E: std::error::Error + From<DbError> + Send + 'static> WriteError for E {}

/// Whether a diesel error is the violation of a unique constraint. SQLite does not name constraints, so it is mapped
/// where it can happen.
pub fn is_unique_violation(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// What a failed insert or update means where its unique value was looked for before and not found: a twin in another
/// process came first. The closure runs again and then finds it.
pub fn taken_meanwhile(error: diesel::result::Error) -> DbError {
    if is_unique_violation(&error) { DbError::Meanwhile } else { error.into() }
}

/// The instant that the store decides by: the database's clock (embedded: the process's), or the held clock.
pub fn instant(conn: &mut Conn) -> Result<Timestamp, DbError> {
    Ok(diesel::select(toadlane_now()).get_result(conn)?)
}
