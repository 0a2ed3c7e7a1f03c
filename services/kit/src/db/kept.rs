//! The rows that nearly every write adds, its answer and its events: kept back until the batch ends, then written with
//! one statement for each table. One for each row would be two more round trips a write, within the line of its key.

use std::cell::RefCell;

use diesel::prelude::*;

use super::Tx;
use crate::idempotency::{AnswerRow, idempotency};
use crate::outbox::{EventRow, outbox};

#[derive(Default)]
struct Kept {
    answers: Vec<AnswerRow>,
    events: Vec<EventRow>,
}

thread_local! {
    /// Those of the batch that this thread runs. A worker runs one at a time, and its jobs one after the other.
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// How much was kept when a job began.
#[derive(Clone, Copy)]
pub struct Mark {
    n_answers: usize,
    n_events: usize,
}

pub fn answer(row: AnswerRow) {
    KEPT.with_borrow_mut(|kept| kept.answers.push(row));
}

pub fn event(row: EventRow) {
    KEPT.with_borrow_mut(|kept| kept.events.push(row));
}

/// A new batch: nothing is left of the one before it.
pub fn begin() {
    KEPT.take();
}

pub fn mark() -> Mark {
    KEPT.with_borrow(|kept| Mark { n_answers: kept.answers.len(), n_events: kept.events.len() })
}

/// Forgets what a job that is undone has added.
pub fn back_to(mark: Mark) {
    KEPT.with_borrow_mut(|kept| {
        kept.answers.truncate(mark.n_answers);
        kept.events.truncate(mark.n_events);
    });
}

/// Writes what is kept, before the commit.
pub fn write(tx: &mut Tx) -> QueryResult<()> {
    let Kept { answers, events } = KEPT.take();
    if !events.is_empty() {
        crate::each_backend!(tx, conn => diesel::insert_into(outbox::table).values(&events).execute(conn))?;
    }
    if !answers.is_empty() {
        crate::each_backend!(tx, conn => diesel::insert_into(idempotency::table).values(&answers).execute(conn))?;
    }
    Ok(())
}
