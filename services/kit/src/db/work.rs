//! One piece of work for a worker: a closure, and who waits for it.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::oneshot;

use super::{DbError, Tx};

/// What becomes of the savepoint around a piece of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Keep,
    Undo,
    /// The snapshot is stale or a deadlock was broken: the whole batch runs again.
    Restart,
    /// The connection is gone.
    Lost,
}

/// A piece of work and who waits for it. What came of it goes where its closure puts it, so that the queue and its
/// workers are compiled once, whatever is asked.
pub struct Job {
    key: Option<String>,
    run: Run,
    /// Why the last run left nothing behind, where the closure could not say so itself.
    panicked: Option<DbError>,
    done: oneshot::Sender<Result<(), DbError>>,
}

pub type Run = Box<dyn FnMut(&mut Tx) -> Fate + Send>;

impl Job {
    pub fn new(key: Option<String>, run: Run, done: oneshot::Sender<Result<(), DbError>>) -> Job {
        Job { key, run, panicked: None, done }
    }

    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether nobody waits any more. Such work is skipped unless it has begun.
    pub fn abandoned(&self) -> bool {
        self.done.is_closed()
    }

    pub fn run(&mut self, tx: &mut Tx) -> Fate {
        // The savepoint is rolled back after a panic, and the closure changes nothing but its outcome, which it empties
        // first: unwinding leaves nothing half done.
        let ran = catch_unwind(AssertUnwindSafe(|| (self.run)(tx)));
        self.panicked = ran.as_ref().err().map(|panic| DbError::Panicked(words_of(panic.as_ref())));
        ran.unwrap_or(Fate::Undo)
    }

    /// Tells whoever waits that the outcome counts, after the commit, or why there was none.
    pub fn finish(self, committed: Result<(), DbError>) {
        let done = committed.and(self.panicked.map_or(Ok(()), Err));
        // Whoever waited may have left; the work is done all the same.
        let _ = self.done.send(done);
    }
}

/// What an error from inside the closure means for the batch: looks down the chain of causes.
pub fn fate_after(error: &(dyn StdError + 'static)) -> Fate {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(DbError::Meanwhile) = cause.downcast_ref::<DbError>() {
            return Fate::Restart;
        }
        if let Some(error) = cause.downcast_ref::<DieselError>() {
            return fate_after_query(error);
        }
        next = cause.source();
    }
    Fate::Undo
}

/// Diesel shows a serialization failure by kind but a deadlock only by its message.
pub fn fate_after_query(error: &DieselError) -> Fate {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Fate::Restart,
        DieselError::DatabaseError(_, about) if about.message().starts_with("deadlock detected") => Fate::Restart,
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | DieselError::BrokenTransactionManager => {
            Fate::Lost
        }
        DieselError::DatabaseError(_, about)
            if ["server closed the connection", "terminating connection", "no connection to the server"]
                .iter()
                .any(|words| about.message().contains(words)) =>
        {
            Fate::Lost
        }
        _ => Fate::Undo,
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => (*words).to_string(),
        (None, Some(words)) => words.clone(),
        (None, None) => "no words".to_string(),
    }
}
