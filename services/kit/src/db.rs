//! One database handle over SQLite and PostgreSQL: serializable writes in batches, repeatable reads, replayed requests.
//!
//! A write is one synchronous closure on [`Tx`]; it may run again, so it touches only that. Nobody is answered before
//! the commit, refusals neither: one may rest on a neighbour's uncommitted row. There is no query language of our own
//! here and no repository: services write Diesel.

pub(crate) mod kept;
mod open;
mod prepared;
mod queue;
#[cfg(test)]
mod tests;
mod work;
mod worker;

use std::sync::Arc;

use diesel::prelude::*;
use prost::Message;
use tokio::sync::{Notify, oneshot};
use tonic::Status;

pub use open::{OpenError, Storage};
pub use prepared::Prepared;
use queue::Queue;
use work::{Verdict, Work};

use crate::clock::Clock;
use crate::cx::Cx;
use crate::fault::{Fault, Reason};
use crate::time::Timestamp;

/// A connection, and inside a closure the transaction on it.
#[derive(diesel::MultiConnection)]
pub enum Tx {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// For boxed queries, which name it.
pub type Backend = <Tx as diesel::Connection>::Backend;

/// The few places where the engines' SQL differs (upserts, batch inserts): the same expression on either connection.
#[macro_export]
macro_rules! each_backend {
    ($tx:expr, $conn:ident => $query:expr) => {
        match $tx {
            $crate::db::Tx::Postgres($conn) => $query,
            $crate::db::Tx::Sqlite($conn) => $query,
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
            DbError::RequestIdReused => {
                Fault::new(tonic::Code::AlreadyExists, Reason::RequestIdReused, self.to_string())
            }
        }
    }
}

impl From<DbError> for Status {
    fn from(error: DbError) -> Status {
        error.fault().into()
    }
}

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
pub fn instant(tx: &mut Tx) -> Result<Timestamp, DbError> {
    Ok(Timestamp::from_micros(diesel::select(toadlane_now()).get_result(tx)?))
}

/// What a service's error must be for its closures to run here.
pub trait WriteError: std::error::Error + From<DbError> + Send + 'static {}
impl<E: std::error::Error + From<DbError> + Send + 'static> WriteError for E {}

/// Whether a request was answered before.
pub enum Replay<W, T> {
    Answered(W),
    New(T),
}

/// The store of one service.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    name: &'static str,
    writers: Arc<Queue>,
    readers: Arc<Queue>,
    clock: Clock,
    changed: Arc<Notify>,
    published: Arc<Notify>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.writers.close();
        self.readers.close();
    }
}

impl Db {
    pub fn name(&self) -> &'static str {
        self.inner.name
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Woken after commits, for the relay.
    pub fn changed(&self) -> Arc<Notify> {
        self.inner.changed.clone()
    }

    /// Woken after the relay has published, for watchers. Wakes all who wait.
    pub fn published(&self) -> Arc<Notify> {
        self.inner.published.clone()
    }

    /// Reads at one snapshot. Nothing can be written.
    pub async fn read<T, E, F>(&self, query: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let run = move |tx: &mut Tx| (Verdict::Keep, query(tx));
        self.run(&self.inner.readers, None, run).await
    }

    /// Writes without a request: consumers and tickers. The closure may run again.
    pub async fn work<T, E, F>(&self, key: Option<String>, write: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let run = move |tx: &mut Tx| match write(tx) {
            Ok(value) => (Verdict::Keep, Ok(value)),
            Err(error) => (Verdict::Undo, Err(error)),
        };
        self.run(&self.inner.writers, key, run).await
    }

    /// Writes on behalf of a request. The wire answer is stored in the same transaction, so that a repeated
    /// request replays it (AIP-155); with `validate_only` everything is checked and undone (AIP-163). The closure may
    /// run again.
    pub async fn write<W, T, E, F>(&self, cx: &Cx, write: F) -> Result<W, E>
    where
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        self.answer(cx, None, write).await
    }

    /// The same for writes that contend for one row: those with the same key run one after the other, in every
    /// process, without retries.
    pub async fn write_keyed<W, T, E, F>(&self, cx: &Cx, key: impl ToString, write: F) -> Result<W, E>
    where
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        self.answer(cx, Some(key.to_string()), write).await
    }

    async fn answer<W, T, E, F>(&self, cx: &Cx, key: Option<String>, write: F) -> Result<W, E>
    where
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let asked = cx.clone();
        let run = move |tx: &mut Tx| {
            let answer = match write(tx) {
                Ok(value) => W::from(value),
                Err(error) => return (Verdict::Undo, Err(error)),
            };
            if asked.validate_only {
                return (Verdict::Undo, Ok(answer));
            }
            crate::idempotency::store(&asked, &answer);
            (Verdict::Keep, Ok(answer))
        };
        match self.run(&self.inner.writers, key, run).await {
            Ok(answer) => Ok(answer),
            // A twin of this request may have been committed since the look-up: then its answer counts.
            Err(error) => match self.replay(cx).await {
                Ok(Some(answer)) => Ok(answer),
                Err(reused @ DbError::RequestIdReused) => Err(E::from(reused)),
                Ok(None) | Err(_) => Err(error),
            },
        }
    }

    /// The stored answer of this very request, if it was answered before.
    ///
    /// # Errors
    /// [`DbError::RequestIdReused`] when the id was used with other content.
    pub async fn replay<W: Message + Default + 'static>(&self, cx: &Cx) -> Result<Option<W>, DbError> {
        if cx.answered_as().is_none() {
            return Ok(None);
        }
        let asked = cx.clone();
        self.read(move |tx| crate::idempotency::find(tx, &asked)).await
    }

    /// The same, or else what the write has to know beforehand from this store: both in one look at it.
    pub async fn replay_or<W, T, E, F>(&self, cx: &Cx, gather: F) -> Result<Replay<W, T>, E>
    where
        W: Message + Default + 'static,
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let asked = cx.clone();
        self.read(move |tx| match crate::idempotency::find(tx, &asked)? {
            Some(answer) => Ok(Replay::Answered(answer)),
            None => Ok(Replay::New(gather(tx)?)),
        })
        .await
    }

    async fn run<T, E, F>(&self, queue: &Queue, key: Option<String>, run: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: FnMut(&mut Tx) -> (Verdict, Result<T, E>) + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        if queue.put(Box::new(Work::new(key, run, answer))).is_err() {
            return Err(E::from(DbError::Stopping));
        }
        answered.await.unwrap_or_else(|_| Err(E::from(DbError::Stopping)))
    }
}
