//! What waits for the workers of one store: a lane per key, and one for what has no key. Lanes take turns, so that no
//! key starves another. A lane that a worker holds is passed over by the others, so that inside one process nobody
//! waits for the database's lock on a key.

use std::collections::{HashMap, HashSet, VecDeque};
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
    /// No lane here is empty.
    lanes: HashMap<Option<String>, VecDeque<Box<dyn Job>>>,
    /// The lanes that a worker may take, in the order of their turns.
    ready: VecDeque<Option<String>>,
    held: HashSet<String>,
    closed: bool,
}

impl Queue {
    pub fn new(most: usize, by_key: bool) -> Queue {
        Queue { waiting: Mutex::default(), arrived: Condvar::new(), most, by_key }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // No closure of a caller runs under this lock, so a poisoned one is still whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts work at the end of its lane.
    ///
    /// # Errors
    /// The work itself when the queue is closed.
    pub fn put(&self, job: Box<dyn Job>) -> Result<(), Box<dyn Job>> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(job);
        }
        let key = job.key().filter(|_| self.by_key).map(str::to_string);
        let is_held = key.as_ref().is_some_and(|key| waiting.held.contains(key));
        let lane = waiting.lanes.entry(key.clone()).or_default();
        lane.push_back(job);
        if lane.len() == 1 && !is_held {
            waiting.ready.push_back(key);
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Takes what already waits in the lane whose turn it is. Nobody waits for a batch to fill. None when closed and
    /// empty.
    pub fn take(&self) -> Option<Batch> {
        let mut waiting = self.lock();
        loop {
            if let Some(batch) = self.next(&mut waiting) {
                return Some(batch);
            }
            if waiting.closed && waiting.lanes.is_empty() {
                // The other workers may be waiting for the lane that was the last.
                self.arrived.notify_all();
                return None;
            }
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn next(&self, waiting: &mut Waiting) -> Option<Batch> {
        while let Some(key) = waiting.ready.pop_front() {
            let Some(lane) = waiting.lanes.get_mut(&key) else {
                continue;
            };
            let mut jobs = Vec::new();
            while jobs.len() < self.most
                && let Some(job) = lane.pop_front()
            {
                if !job.abandoned() {
                    jobs.push(job);
                }
            }
            let goes_on = !lane.is_empty();
            if !goes_on {
                waiting.lanes.remove(&key);
            }
            if jobs.is_empty() {
                continue;
            }
            match &key {
                Some(key) => {
                    waiting.held.insert(key.clone());
                }
                None if goes_on => {
                    waiting.ready.push_back(None);
                    self.arrived.notify_one();
                }
                None => {}
            }
            return Some(Batch { key, jobs });
        }
        None
    }

    /// Lets others take work under this key again.
    pub fn release(&self, key: &str) {
        let mut waiting = self.lock();
        waiting.held.remove(key);
        let lane = Some(key.to_string());
        if waiting.lanes.contains_key(&lane) {
            waiting.ready.push_back(lane);
            self.arrived.notify_one();
        }
    }

    /// Takes no more work; the workers finish what waits and end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }
}
