//! One piece of work for a worker: a closure, its outcome, and who waits for it.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::oneshot;

use super::{DbError, Tx, WriteError};

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

pub trait Job: Send {
    fn key(&self) -> Option<&str>;
    /// Whether nobody waits any more. Such work is skipped unless it has begun.
    fn abandoned(&self) -> bool;
    fn run(&mut self, tx: &mut Tx) -> Fate;
    /// Answers whoever waits: the outcome after a commit, or why there was none.
    fn finish(self: Box<Self>, committed: Result<(), DbError>);
}

pub struct Work<T, E, F> {
    key: Option<String>,
    run: F,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work<T, E, F> {
    pub fn new(key: Option<String>, run: F, answer: oneshot::Sender<Result<T, E>>) -> Work<T, E, F> {
        Work { key, run, outcome: None, answer }
    }
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send,
    E: WriteError,
    F: FnMut(&mut Tx) -> (Fate, Result<T, E>) + Send,
{
    fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(&mut self, tx: &mut Tx) -> Fate {
        // The savepoint is rolled back after a panic and the closure owns nothing but its captures, which it may not
        // change: unwinding leaves nothing half done.
        let (fate, outcome) = match catch_unwind(AssertUnwindSafe(|| (self.run)(tx))) {
            Ok((_, Err(error))) => (fate_after(&error), Err(error)),
            Ok((fate, Ok(value))) => (fate, Ok(value)),
            Err(panic) => (Fate::Undo, Err(E::from(DbError::Panicked(words_of(panic.as_ref()))))),
        };
        self.outcome = Some(outcome);
        fate
    }

    fn finish(self: Box<Self>, committed: Result<(), DbError>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(E::from(DbError::Stopping)),
            (Err(error), _) => Err(E::from(error)),
        };
        // Whoever waited may have left; the work is done all the same.
        let _ = self.answer.send(answer);
    }
}

/// What an error from inside the closure means for the batch: looks down the chain of causes.
fn fate_after(error: &(dyn StdError + 'static)) -> Fate {
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
