//! One database handle over SQLite and PostgreSQL: serializable writes in batches, repeatable reads, replayed requests.
//!
//! A read is one synchronous closure on a connection, a write one on [`Tx`], which is the connection within its
//! transaction and what it keeps. A write may run again, so it touches only that. Nobody is answered before the commit,
//! not even with a refusal: it may rest on a neighbour's uncommitted row. There is no query language of our own here
//! and no repository: services write Diesel.

mod answers;
mod columns;
mod conn;
mod connector;
pub(crate) mod kept;
mod open;
mod prepared;
mod queue;
mod take;
#[cfg(test)]
mod tests;
mod tx;
mod work;
mod worker;

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use prost::Message;
use tokio::sync::{Notify, oneshot};

pub use conn::{Backend, Conn, DbError, WriteError, instant, is_unique_violation, taken_meanwhile, toadlane_now};
pub use connector::{OpenError, Storage};
pub use prepared::Prepared;
use queue::Queue;
pub use take::Gathered;
pub use tx::Tx;
use work::{Fate, Job, Run, fate_after};

use crate::clock::Clock;
use crate::cx::Cx;

/// Whether a request was answered before.
pub enum Replay<W, T> {
    Answered(W),
    New(T),
}

/// Refuses a stored answer that its caller may not see any more, with [`DbError::Hidden`].
pub type MayReplay = fn(&mut Conn, &Cx, &dyn Any) -> Result<(), DbError>;

/// The store of one service.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    may_replay: MayReplay,
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

/// A write that says what is answered.
type Answering<W, E> = Box<dyn Fn(&mut Tx) -> Result<W, E> + Send>;

/// What a closure leaves behind, and whether its transaction is kept.
type Running<T, E> = Box<dyn FnMut(&mut Tx) -> (Fate, Result<T, E>) + Send>;

/// Returns when a piece of work is committed.
async fn done(queue: &Queue, key: Option<String>, run: Run) -> Result<(), DbError> {
    let (tell, told) = oneshot::channel();
    if queue.put(Job::new(key, run, tell)).is_err() {
        return Err(DbError::Stopping);
    }
    told.await.unwrap_or(Err(DbError::Stopping))
}

/// The stored answer, if there is one and its caller may still see it.
fn find<W>(conn: &mut Conn, cx: &Cx, may_replay: MayReplay) -> Result<Option<W>, DbError>
where
    W: Message + Default + 'static,
{
    let answer: Option<W> = answers::find(conn, cx)?;
    if let Some(answer) = &answer {
        may_replay(conn, cx, answer)?;
    }
    Ok(answer)
}

impl Db {
    /// The same store, for a service that may not replay every answer to its caller.
    pub fn replays_if(self, may_replay: MayReplay) -> Db {
        Db { may_replay, ..self }
    }

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
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let run = move |tx: &mut Tx| (Fate::Keep, query(tx));
        self.run(&self.inner.readers, None, Box::new(run)).await
    }

    /// Writes without a request: consumers and tickers. The closure may run again.
    pub async fn work<T, E, F>(&self, key: Option<String>, write: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let run = move |tx: &mut Tx| match write(tx) {
            Ok(value) => (Fate::Keep, Ok(value)),
            Err(error) => (Fate::Undo, Err(error)),
        };
        self.run(&self.inner.writers, key, Box::new(run)).await
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
        self.answer(cx, None, Box::new(move |tx| write(tx).map(W::from))).await
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
        self.answer(cx, Some(key.to_string()), Box::new(move |tx| write(tx).map(W::from))).await
    }

    async fn answer<W, E>(&self, cx: &Cx, key: Option<String>, write: Answering<W, E>) -> Result<W, E>
    where
        W: Message + Default + 'static,
        E: WriteError,
    {
        let asked = cx.clone();
        let run = move |tx: &mut Tx| {
            let answer = match write(tx) {
                Ok(answer) => answer,
                Err(error) => return (Fate::Undo, Err(error)),
            };
            if asked.validate_only {
                return (Fate::Undo, Ok(answer));
            }
            answers::store(tx, &asked, &answer);
            (Fate::Keep, Ok(answer))
        };
        match self.run(&self.inner.writers, key, Box::new(run)).await {
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
        let (asked, may_replay) = (cx.clone(), self.may_replay);
        self.read(move |conn| find(conn, &asked, may_replay)).await
    }

    /// The same, or else what the write has to know beforehand from this store: both in one look at it.
    pub async fn replay_or<W, T, E, F>(&self, cx: &Cx, gather: F) -> Result<Replay<W, T>, E>
    where
        W: Message + Default + 'static,
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (asked, may_replay) = (cx.clone(), self.may_replay);
        self.read(move |conn| match find(conn, &asked, may_replay)? {
            Some(answer) => Ok(Replay::Answered(answer)),
            None => Ok(Replay::New(gather(conn)?)),
        })
        .await
    }

    /// The outcome of the last run, once it is committed.
    async fn run<T, E>(&self, queue: &Queue, key: Option<String>, mut run: Running<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
    {
        let outcome = Arc::new(Mutex::new(None));
        let kept = outcome.clone();
        let keep = move |result| *kept.lock().unwrap_or_else(PoisonError::into_inner) = result;
        let run = move |tx: &mut Tx| {
            // Of a run that panics nothing is left, not even what the one before it left.
            keep(None);
            let (fate, result) = run(tx);
            let fate = result.as_ref().map_or_else(|error| fate_after(error), |_| fate);
            keep(Some(result));
            fate
        };
        done(queue, key, Box::new(run)).await?;
        let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        outcome.unwrap_or_else(|| Err(E::from(DbError::Stopping)))
    }
}
