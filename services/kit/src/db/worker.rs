//! A worker thread: owns one connection, takes batches, answers after the commit.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use super::connector::{Connector, Kind};
use super::queue::{Batch, Queue};
use super::work::{Fate, Job, fate_after_query};
use super::{Conn, DbError, Tx};

/// How often a batch as a whole is tried before its items run singly.
const BATCH_TRIES: u32 = 3;
/// How often a single item is tried.
const ITEM_TRIES: u32 = 20;
/// How long after its first failure the same is tried again; from then on twice as long each time.
const FIRST_WAIT: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(64);
/// The connection at hand may have died while it was idle; then one new one is tried before anybody is told.
const CONNECTIONS: usize = 2;
/// How long a store that cannot be reached is left alone.
const PAUSE: Duration = Duration::from_millis(50);

pub struct Worker {
    pub connector: Connector,
    pub queue: Arc<Queue>,
    pub kind: Kind,
    pub changed: Arc<Notify>,
}

type Jobs = Vec<Job>;

/// The connection is gone. What is left of the jobs has had no effect and nobody has answered it.
struct Lost {
    left: Jobs,
}

enum Attempt {
    Committed,
    /// One of them is refused: run all again, each with a savepoint to go back to.
    Refused,
    /// Run the same again: the snapshot was stale or a deadlock was broken.
    Again,
    /// The connection was gone before anything could happen.
    NotBegun,
    /// The connection went while the jobs ran, or in the commit, whose outcome is then unknown.
    Lost,
    Failed(diesel::result::Error),
}

impl Worker {
    /// Works until the queue is closed and empty.
    pub fn run(self, first: Conn) {
        let mut connection = Some(Tx::new(first));
        while let Some(batch) = self.queue.take() {
            let Batch { keys, jobs } = batch;
            self.serve(&mut connection, &keys, jobs);
            if !keys.is_empty() {
                self.queue.release(keys);
            }
        }
    }

    fn serve(&self, connection: &mut Option<Tx>, keys: &[String], mut jobs: Jobs) {
        let mut locks: Vec<i64> = keys.iter().map(|key| lock_number(self.connector.name, key)).collect();
        // In one order everywhere, so that no two processes wait for each other.
        locks.sort_unstable();
        for _ in 0..CONNECTIONS {
            let mut tx = match connection.take() {
                Some(tx) => tx,
                None => match self.connector.connect() {
                    Ok(conn) => Tx::new(conn),
                    Err(error) => {
                        tracing::warn!(error = %error, "{error}");
                        std::thread::sleep(PAUSE);
                        break;
                    }
                },
            };
            match self.run_under_locks(&mut tx, &locks, jobs) {
                Ok(()) => {
                    *connection = Some(tx);
                    return;
                }
                Err(lost) => jobs = lost.left,
            }
            if jobs.is_empty() {
                return;
            }
        }
        for job in jobs {
            job.finish(Err(DbError::Unreachable));
        }
    }

    fn run_under_locks(&self, tx: &mut Tx, locks: &[i64], jobs: Jobs) -> Result<(), Lost> {
        if !locks.is_empty()
            && let Err(error) = lock(tx, locks)
        {
            tracing::warn!(error = %error, "a lock was not given and is asked for again: {error}");
            return Err(Lost { left: jobs });
        }
        let done = self.run_batch(tx, jobs);
        if self.kind == Kind::Writer {
            self.changed.notify_one();
        }
        // A lost session loses its lock with it.
        done?;
        match locks.is_empty() {
            false => unlock(tx, locks).map_err(|_| Lost { left: Vec::new() }),
            true => Ok(()),
        }
    }

    /// Runs the jobs together, or singly when that keeps failing.
    fn run_batch(&self, tx: &mut Tx, mut jobs: Jobs) -> Result<(), Lost> {
        let alone = jobs.len() == 1;
        let most = if alone { ITEM_TRIES } else { BATCH_TRIES };
        // Together without savepoints, which cost a round trip and a transaction number each: most have no refusal.
        let mut apart = alone;
        let mut n_tries = 0;
        let mut why = DbError::Contention;
        while n_tries < most {
            match self.attempt(tx, &mut jobs, apart) {
                Attempt::Committed => {
                    for job in jobs {
                        job.finish(Ok(()));
                    }
                    return Ok(());
                }
                Attempt::Refused => apart = true,
                Attempt::Again => {
                    // In the way stands a commit that waits for the disk: tried at once, all tries are over before it.
                    std::thread::sleep(LONGEST_WAIT.min(FIRST_WAIT * 2_u32.pow(n_tries)));
                    n_tries += 1;
                }
                Attempt::NotBegun => return Err(Lost { left: jobs }),
                Attempt::Lost => {
                    tracing::warn!("a connection to the store was lost; who waited is told to try again");
                    for job in jobs {
                        job.finish(Err(DbError::Unreachable));
                    }
                    return Err(Lost { left: Vec::new() });
                }
                Attempt::Failed(error) => {
                    why = DbError::Query(error);
                    break;
                }
            }
        }
        let mut rest = jobs.into_iter();
        while let Some(job) = rest.next() {
            if alone {
                job.finish(Err(why));
                return Ok(());
            }
            if let Err(mut lost) = self.run_batch(tx, vec![job]) {
                lost.left.extend(rest);
                return Err(lost);
            }
        }
        Ok(())
    }

    /// Runs the jobs in one transaction, and `apart` each in its savepoint. A refusal may rest on what it read, so a
    /// transaction of refusals alone is committed too: PostgreSQL checks its reads then.
    fn attempt(&self, tx: &mut Tx, jobs: &mut [Job], apart: bool) -> Attempt {
        if let Err(error) = begin(tx, self.kind, apart) {
            tracing::warn!(error = %error, "a transaction could not begin and is tried on a new connection: {error}");
            return Attempt::NotBegun;
        }
        tx.forget_kept();
        let n_jobs = jobs.len();
        for (n, job) in jobs.iter_mut().enumerate() {
            let bookmark = tx.bookmark();
            let fate = job.run(tx);
            if let Err(error) = leave_nested(tx) {
                return abort(tx, error);
            }
            let ended = match fate {
                Fate::Keep if apart && n + 1 < n_jobs => tx.batch_execute("RELEASE SAVEPOINT item; SAVEPOINT item"),
                // The last savepoint ends with the transaction.
                Fate::Keep => Ok(()),
                Fate::Undo if apart => {
                    tx.back_to(bookmark);
                    // It still stands, for the next job.
                    tx.batch_execute("ROLLBACK TO SAVEPOINT item")
                }
                Fate::Undo => return roll_back(tx, Attempt::Refused),
                Fate::Restart => return roll_back(tx, Attempt::Again),
                Fate::Lost => return Attempt::Lost,
            };
            if let Err(error) = ended {
                return abort(tx, error);
            }
        }
        // A job may have gone on after a failed statement: then PostgreSQL keeps nothing, a bare COMMIT would be a
        // rollback that looks like success, and the savepoint before it fails instead.
        match tx.write_kept().and_then(|()| tx.batch_execute("SAVEPOINT whole; COMMIT")) {
            Ok(()) => {
                forget(tx);
                Attempt::Committed
            }
            Err(error) => abort(tx, error),
        }
    }
}

/// Begins a transaction, and its first savepoint if each job is to have one. Through Diesel's own count of
/// transactions, so that one that a closure begins becomes a savepoint, and not a second BEGIN whose COMMIT would be
/// ours.
fn begin(tx: &mut Tx, kind: Kind, apart: bool) -> QueryResult<()> {
    let how = match (kind, &**tx) {
        (Kind::Writer, Conn::Postgres(_)) => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        (Kind::Writer, Conn::Sqlite(_)) => "BEGIN IMMEDIATE",
        (Kind::Reader, Conn::Postgres(_)) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        (Kind::Reader, Conn::Sqlite(_)) => "BEGIN DEFERRED",
    };
    let sql = if apart { format!("{how}; SAVEPOINT item") } else { how.to_string() };
    crate::each_backend!(&mut **tx, conn => AnsiTransactionManager::begin_transaction_sql(conn, &sql))
}

/// A closure that panicked inside a transaction of its own has left it open.
fn leave_nested(tx: &mut Tx) -> QueryResult<()> {
    crate::each_backend!(&mut **tx, conn => {
        while let Ok(Some(depth)) = AnsiTransactionManager::transaction_manager_status_mut(conn).transaction_depth()
            && depth.get() > 1
        {
            AnsiTransactionManager::rollback_transaction(conn)?;
        }
    });
    Ok(())
}

/// Tells Diesel that the transaction is over: its end was sent as plain SQL.
fn forget(tx: &mut Tx) {
    crate::each_backend!(&mut **tx, conn => {
        *AnsiTransactionManager::transaction_manager_status_mut(conn) = Default::default();
    });
}

fn abort(tx: &mut Tx, error: diesel::result::Error) -> Attempt {
    match fate_after_query(&error) {
        Fate::Restart => roll_back(tx, Attempt::Again),
        Fate::Lost => Attempt::Lost,
        Fate::Keep | Fate::Undo => roll_back(tx, Attempt::Failed(error)),
    }
}

fn roll_back(tx: &mut Tx, attempt: Attempt) -> Attempt {
    let rolled_back = tx.batch_execute("ROLLBACK");
    forget(tx);
    match (rolled_back, &**tx) {
        // SQLite has already rolled back by itself after some errors.
        (Ok(()), _) | (Err(_), Conn::Sqlite(_)) => attempt,
        (Err(_), Conn::Postgres(_)) => Attempt::Lost,
    }
}

/// Waits for the session's locks on keys, but not for ever: the process that holds one may be stopped.
fn lock(tx: &mut Tx, locks: &[i64]) -> QueryResult<()> {
    match &mut **tx {
        Conn::Postgres(conn) => {
            let locks = each(locks, "pg_advisory_lock");
            conn.batch_execute(&format!("SET lock_timeout = '10s'; {locks}; SET lock_timeout = 0"))
        }
        Conn::Sqlite(_) => Ok(()),
    }
}

fn unlock(tx: &mut Tx, locks: &[i64]) -> QueryResult<()> {
    match &mut **tx {
        Conn::Postgres(conn) => conn.batch_execute(&each(locks, "pg_advisory_unlock")),
        Conn::Sqlite(_) => Ok(()),
    }
}

/// One statement for each lock, sent together.
fn each(locks: &[i64], does: &str) -> String {
    let statements: Vec<String> = locks.iter().map(|lock| format!("SELECT {does}({lock})")).collect();
    statements.join("; ")
}

/// The number of a store's key among the locks of the database, which other stores share.
fn lock_number(store: &str, key: &str) -> i64 {
    let digest = Sha256::digest(format!("{store}/{key}"));
    let (first, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
    i64::from_be_bytes(*first)
}
