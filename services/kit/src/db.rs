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

use std::sync::Arc;

use prost::Message;
use tokio::sync::{Notify, oneshot};

pub use conn::{Backend, Conn, DbError, WriteError, instant, is_unique_violation, taken_meanwhile, toadlane_now};
pub use connector::{OpenError, Storage};
pub use prepared::Prepared;
use queue::Queue;
pub use take::Gathered;
pub use tx::Tx;
use work::{Fate, Work};

use crate::clock::Clock;
use crate::cx::Cx;

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
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let run = move |tx: &mut Tx| (Fate::Keep, query(tx));
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
            Ok(value) => (Fate::Keep, Ok(value)),
            Err(error) => (Fate::Undo, Err(error)),
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
                Err(error) => return (Fate::Undo, Err(error)),
            };
            if asked.validate_only {
                return (Fate::Undo, Ok(answer));
            }
            answers::store(tx, &asked, &answer);
            (Fate::Keep, Ok(answer))
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
        self.read(move |conn| answers::find(conn, &asked)).await
    }

    /// The same, or else what the write has to know beforehand from this store: both in one look at it.
    pub async fn replay_or<W, T, E, F>(&self, cx: &Cx, gather: F) -> Result<Replay<W, T>, E>
    where
        W: Message + Default + 'static,
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let asked = cx.clone();
        self.read(move |conn| match answers::find(conn, &asked)? {
            Some(answer) => Ok(Replay::Answered(answer)),
            None => Ok(Replay::New(gather(conn)?)),
        })
        .await
    }

    async fn run<T, E, F>(&self, queue: &Queue, key: Option<String>, run: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: FnMut(&mut Tx) -> (Fate, Result<T, E>) + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        if queue.put(Box::new(Work::new(key, run, answer))).is_err() {
            return Err(E::from(DbError::Stopping));
        }
        answered.await.unwrap_or_else(|_| Err(E::from(DbError::Stopping)))
    }
}
