//! What waits for the workers of one store: a lane per key, and one for work without a key. Lanes take turns, so no key
//! starves another.
//!
//! Work under keys runs in one batch at a time, whatever its keys. PostgreSQL watches for conflicts by the page of an
//! index, so batches of different keys that write neighbouring rows fail each other (seen with 16 rounds: as many
//! failures as bids). Together they also share one commit, and inside one process nobody waits for the database's lock
//! on a key.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::work::Job;

/// Work that is done in one transaction, under the locks of these keys.
#[derive(Default)]
pub struct Batch {
    pub keys: Vec<String>,
    pub jobs: Vec<Job>,
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
    lanes: HashMap<Option<String>, VecDeque<Job>>,
    /// The lanes that nobody holds, in the order of their turns.
    ready: VecDeque<Option<String>>,
    held: HashSet<String>,
    closed: bool,
}

impl Waiting {
    /// Whether there is something that a worker may take.
    fn has_turn(&self) -> bool {
        self.ready.iter().any(|lane| lane.is_none() || self.held.is_empty())
    }
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
    pub fn put(&self, job: Job) -> Result<(), Job> {
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
            if waiting.has_turn() {
                self.arrived.notify_one();
            }
        }
        Ok(())
    }

    /// Takes what already waits in the lanes whose turn it is. Nobody waits for a batch to fill. None when closed and
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
        let mut batch = Batch::default();
        let mut passed_over = Vec::new();
        while let Some(lane) = waiting.ready.pop_front() {
            match &lane {
                Some(key) if waiting.held.is_empty() && batch.jobs.len() < self.most => {
                    if self.fill(waiting, &mut batch, &lane) {
                        batch.keys.push(key.clone());
                    }
                }
                // What needs no lock does not wait for those that do, nor they for it.
                None if batch.keys.is_empty() => {
                    self.fill(waiting, &mut batch, &lane);
                    if waiting.lanes.contains_key(&lane) {
                        waiting.ready.push_back(lane);
                    }
                    if !batch.jobs.is_empty() {
                        break;
                    }
                }
                Some(_) | None => passed_over.push(lane),
            }
        }
        for lane in passed_over.into_iter().rev() {
            waiting.ready.push_front(lane);
        }
        waiting.held.extend(batch.keys.iter().cloned());
        if waiting.has_turn() {
            self.arrived.notify_one();
        }
        Some(batch).filter(|batch| !batch.jobs.is_empty())
    }

    /// Moves what waits in a lane into a batch, as far as there is room. False when nobody waits for it any more.
    fn fill(&self, waiting: &mut Waiting, batch: &mut Batch, lane: &Option<String>) -> bool {
        let n_before = batch.jobs.len();
        if let Some(jobs) = waiting.lanes.get_mut(lane) {
            while batch.jobs.len() < self.most
                && let Some(job) = jobs.pop_front()
            {
                if !job.abandoned() {
                    batch.jobs.push(job);
                }
            }
            if jobs.is_empty() {
                waiting.lanes.remove(lane);
            }
        }
        batch.jobs.len() > n_before
    }

    /// Lets others take work under these keys again.
    pub fn release(&self, keys: Vec<String>) {
        let mut waiting = self.lock();
        for key in keys {
            waiting.held.remove(&key);
            let lane = Some(key);
            if waiting.lanes.contains_key(&lane) {
                waiting.ready.push_back(lane);
            }
        }
        if waiting.has_turn() {
            self.arrived.notify_one();
        }
    }

    /// Takes no more work; the workers finish what waits and end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }
}
