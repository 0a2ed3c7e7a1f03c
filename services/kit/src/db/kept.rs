//! The rows that nearly every write adds, its answer and its events: kept back until the batch ends, then written with
//! one statement for each table. One for each row would cost a write two more round trips, while others wait for its
//! key.

use diesel::prelude::*;

use super::Conn;
use crate::ids::EventId;
use crate::time::Timestamp;

diesel::table! {
    idempotency (caller, rpc, request_id) {
        caller -> Text,
        rpc -> Text,
        request_id -> Text,
        digest -> Binary,
        answer -> Binary,
        answered_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        version -> BigInt,
        happened_at -> BigInt,
        body -> Binary,
        position -> Nullable<BigInt>,
        published_at -> Nullable<BigInt>,
        broker_sequence -> Nullable<BigInt>,
    }
}

/// The answer to a request with an identity.
#[derive(Insertable)]
#[diesel(table_name = idempotency)]
pub struct AnswerRow {
    pub caller: String,
    pub rpc: String,
    pub request_id: String,
    pub digest: Vec<u8>,
    pub answer: Vec<u8>,
    pub answered_at: Timestamp,
}

/// A fact before it is published.
#[derive(Insertable)]
#[diesel(table_name = outbox)]
pub struct EventRow {
    pub id: EventId,
    pub kind: &'static str,
    pub subject: String,
    pub version: i64,
    pub happened_at: Timestamp,
    pub body: Vec<u8>,
}

/// Those of one batch.
#[derive(Default)]
pub struct Kept {
    answers: Vec<AnswerRow>,
    events: Vec<EventRow>,
}

/// How much was kept when a job began.
#[derive(Clone, Copy)]
pub struct Bookmark {
    n_answers: usize,
    n_events: usize,
}

impl Kept {
    pub fn answer(&mut self, row: AnswerRow) {
        self.answers.push(row);
    }

    pub fn event(&mut self, row: EventRow) {
        self.events.push(row);
    }

    pub fn bookmark(&self) -> Bookmark {
        Bookmark { n_answers: self.answers.len(), n_events: self.events.len() }
    }

    /// Forgets what a job that is undone has added.
    pub fn back_to(&mut self, bookmark: Bookmark) {
        self.answers.truncate(bookmark.n_answers);
        self.events.truncate(bookmark.n_events);
    }

    /// Writes all of it, before the commit.
    pub fn write(self, conn: &mut Conn) -> QueryResult<()> {
        let Kept { answers, events } = self;
        if !events.is_empty() {
            crate::each_backend!(conn, conn => diesel::insert_into(outbox::table).values(&events).execute(conn))?;
        }
        if !answers.is_empty() {
            crate::each_backend!(conn, conn => diesel::insert_into(idempotency::table).values(&answers).execute(conn))?;
        }
        Ok(())
    }
}
