//! A worker thread: owns one connection, takes batches, answers after the commit.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tokio::sync::Notify;

use super::open::Connector;
use super::queue::{Batch, Queue};
use super::work::{Job, Verdict, verdict_on_query};
use super::{DbError, Tx};

/// How often a batch as a whole is tried before its items run singly.
const BATCH_TRIES: usize = 3;
/// How often a single item is tried.
const ITEM_TRIES: usize = 20;

diesel::define_sql_function!(fn pg_advisory_lock(key: BigInt) -> diesel::sql_types::Nullable<Text>);
diesel::define_sql_function!(fn pg_advisory_unlock(key: BigInt) -> diesel::sql_types::Bool);
diesel::define_sql_function!(fn hashtextextended(text: Text, seed: BigInt) -> BigInt);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Writer,
    Reader,
}

pub struct Worker {
    pub connector: Connector,
    pub queue: Arc<Queue>,
    pub kind: Kind,
    pub changed: Arc<Notify>,
}

enum Attempt {
    Committed,
    /// Run the same again: the snapshot was stale or a deadlock was broken.
    Again,
    Lost,
    Failed(diesel::result::Error),
}

impl Worker {
    /// Works until the queue is closed and empty.
    pub fn run(self, first: Tx) {
        let mut connection = Some(first);
        while let Some(batch) = self.queue.take() {
            let key = batch.key.clone();
            if connection.is_none() {
                connection = self.connector.connect().ok();
            }
            match connection.take() {
                Some(tx) => connection = self.serve(tx, batch),
                None => {
                    for job in batch.jobs {
                        job.finish(Err(DbError::Unreachable));
                    }
                    // The server may be starting again; the callers have been told to come back.
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
            if let Some(key) = key {
                self.queue.release(&key);
            }
        }
    }

    /// Gives the connection back unless it was lost.
    fn serve(&self, mut tx: Tx, batch: Batch) -> Option<Tx> {
        if let Some(key) = &batch.key {
            if lock(&mut tx, key).is_err() {
                for job in batch.jobs {
                    job.finish(Err(DbError::Unreachable));
                }
                return None;
            }
        }
        let kept = self.settle(&mut tx, batch.jobs);
        if self.kind == Kind::Writer {
            self.changed.notify_one();
        }
        match &batch.key {
            // A lost session loses its lock with it.
            Some(key) if kept => unlock(&mut tx, key).ok().map(|()| tx),
            Some(_) | None => kept.then_some(tx),
        }
    }

    /// Runs the jobs together, or singly when that keeps failing. False when the connection is lost.
    fn settle(&self, tx: &mut Tx, mut jobs: Vec<Box<dyn Job>>) -> bool {
        let tries = if jobs.len() == 1 { ITEM_TRIES } else { BATCH_TRIES };
        for _ in 0..tries {
            match self.attempt(tx, &mut jobs) {
                Attempt::Committed => {
                    for job in jobs {
                        job.finish(Ok(()));
                    }
                    return true;
                }
                Attempt::Again => {}
                Attempt::Lost => {
                    for job in jobs {
                        job.finish(Err(DbError::Unreachable));
                    }
                    return false;
                }
                Attempt::Failed(error) => {
                    tracing::error!(error = %error, "a batch could not be committed");
                    break;
                }
            }
        }
        if let [_] = jobs.as_slice() {
            for job in jobs {
                job.finish(Err(DbError::Contention));
            }
            return true;
        }
        let mut kept = true;
        for job in jobs {
            if kept {
                kept = self.settle(tx, vec![job]);
            } else {
                job.finish(Err(DbError::Unreachable));
            }
        }
        kept
    }

    fn attempt(&self, tx: &mut Tx, jobs: &mut [Box<dyn Job>]) -> Attempt {
        let begun = match (self.kind, &mut *tx) {
            (Kind::Writer, Tx::Postgres(conn)) => conn.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE"),
            (Kind::Writer, Tx::Sqlite(conn)) => conn.batch_execute("BEGIN IMMEDIATE"),
            (Kind::Reader, Tx::Postgres(conn)) => {
                conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            }
            (Kind::Reader, Tx::Sqlite(conn)) => conn.batch_execute("BEGIN DEFERRED"),
        };
        if let Err(error) = begun {
            return after(&error);
        }
        // One item needs no savepoint: undoing it is undoing the transaction.
        let alone = jobs.len() == 1;
        let mut n_kept = 0;
        for job in jobs.iter_mut() {
            if !alone && let Err(error) = tx.batch_execute("SAVEPOINT item") {
                return self.abort(tx, after(&error));
            }
            let closed = match job.run(tx) {
                Verdict::Keep => {
                    n_kept += 1;
                    if alone {
                        Ok(())
                    } else {
                        tx.batch_execute("RELEASE SAVEPOINT item")
                    }
                }
                Verdict::Undo if alone => Ok(()),
                Verdict::Undo => tx.batch_execute("ROLLBACK TO SAVEPOINT item; RELEASE SAVEPOINT item"),
                Verdict::Restart => return self.abort(tx, Attempt::Again),
                Verdict::Lost => return Attempt::Lost,
            };
            if let Err(error) = closed {
                return self.abort(tx, after(&error));
            }
        }
        // A refusal may rest on what it read, so the transaction of refusals alone is committed too: PostgreSQL
        // checks its reads then. After a failed statement this COMMIT is a rollback, which undoes nothing but the
        // refusal.
        let ended = match (self.kind, n_kept, alone) {
            (Kind::Writer, 0, true) | (Kind::Reader, _, _) => tx.batch_execute("ROLLBACK"),
            (Kind::Writer, _, _) => tx.batch_execute("COMMIT"),
        };
        match ended {
            Ok(()) => Attempt::Committed,
            Err(error) => self.abort(tx, after(&error)),
        }
    }

    fn abort(&self, tx: &mut Tx, attempt: Attempt) -> Attempt {
        match tx.batch_execute("ROLLBACK") {
            Ok(()) => attempt,
            Err(_) => match attempt {
                // SQLite has already rolled back by itself after some errors.
                Attempt::Again | Attempt::Failed(_) if matches!(tx, Tx::Sqlite(_)) => attempt,
                Attempt::Again | Attempt::Failed(_) | Attempt::Committed | Attempt::Lost => Attempt::Lost,
            },
        }
    }
}

fn after(error: &diesel::result::Error) -> Attempt {
    match verdict_on_query(error) {
        Verdict::Restart => Attempt::Again,
        Verdict::Lost => Attempt::Lost,
        Verdict::Keep | Verdict::Undo => {
            Attempt::Failed(diesel::result::Error::QueryBuilderError(error.to_string().into()))
        }
    }
}

fn lock(tx: &mut Tx, key: &str) -> QueryResult<()> {
    match tx {
        Tx::Postgres(conn) => diesel::select(pg_advisory_lock(hashtextextended(key, 0_i64)))
            .execute(conn)
            .map(|_| ()),
        Tx::Sqlite(_) => Ok(()),
    }
}

fn unlock(tx: &mut Tx, key: &str) -> QueryResult<()> {
    match tx {
        Tx::Postgres(conn) => diesel::select(pg_advisory_unlock(hashtextextended(key, 0_i64)))
            .execute(conn)
            .map(|_| ()),
        Tx::Sqlite(_) => Ok(()),
    }
}
