//! What waits for the workers of one store. A key that a worker holds is passed over by the others, so that the
//! database's lock on it is never what a worker waits for inside one process.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::work::Job;

/// Work that is done under one key (or none) in one transaction.
pub struct Batch {
    pub key: Option<String>,
    pub jobs: Vec<Box<dyn Job>>,
}

pub struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// How much one batch may hold.
    most: usize,
    /// SQLite has one writer, which orders everything: there keys do not part batches.
    by_key: bool,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    held: HashSet<String>,
    closed: bool,
}

impl Queue {
    pub fn new(most: usize, by_key: bool) -> Queue {
        Queue {
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            most,
            by_key,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // No closure of a caller runs under this lock, so a poisoned one is still whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts work at the end.
    ///
    /// # Errors
    /// The work itself when the queue is closed.
    pub fn put(&self, job: Box<dyn Job>) -> Result<(), Box<dyn Job>> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(job);
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes what already waits under the first free key. Nobody waits for a batch to fill. None when closed and
    /// empty.
    pub fn take(&self) -> Option<Batch> {
        let mut waiting = self.lock();
        loop {
            if let Some(batch) = self.first_free(&mut waiting) {
                return Some(batch);
            }
            if waiting.closed && waiting.jobs.is_empty() {
                return None;
            }
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn first_free(&self, waiting: &mut Waiting) -> Option<Batch> {
        waiting.jobs.retain(|job| !job.abandoned());
        if !self.by_key {
            let n = waiting.jobs.len().min(self.most);
            let jobs: Vec<_> = waiting.jobs.drain(..n).collect();
            return (!jobs.is_empty()).then_some(Batch { key: None, jobs });
        }
        let free = waiting.jobs.iter().position(|job| match job.key() {
            Some(key) => !waiting.held.contains(key),
            None => true,
        })?;
        let key = waiting.jobs[free].key().map(str::to_string);
        let mut jobs = Vec::new();
        let mut others = VecDeque::with_capacity(waiting.jobs.len());
        for job in waiting.jobs.drain(..) {
            if jobs.len() < self.most && job.key() == key.as_deref() {
                jobs.push(job);
            } else {
                others.push_back(job);
            }
        }
        waiting.jobs = others;
        if let Some(key) = &key {
            waiting.held.insert(key.clone());
        }
        Some(Batch { key, jobs })
    }

    /// Lets others take work under this key again.
    pub fn release(&self, key: &str) {
        self.lock().held.remove(key);
        self.arrived.notify_all();
    }

    /// Takes no more work; the workers finish what waits and end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }
}
