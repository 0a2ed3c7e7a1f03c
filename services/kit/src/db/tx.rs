//! What a write gets: the connection within its transaction, and what is kept back until the batch ends.

use std::ops::{Deref, DerefMut};

use super::Conn;
use super::kept::{AnswerRow, Bookmark, EventRow, Kept};

/// The transaction of a write. Queries take the connection in it; only a write can keep an event or an answer, and with
/// it they are undone. They may not be kept within a transaction inside the write: they would outlive its rollback.
pub struct Tx {
    conn: Conn,
    kept: Kept,
}

impl Tx {
    pub(super) fn new(conn: Conn) -> Tx {
        Tx { conn, kept: Kept::default() }
    }

    pub(crate) fn keep_event(&mut self, row: EventRow) {
        self.kept.event(row);
    }

    pub(super) fn keep_answer(&mut self, row: AnswerRow) {
        self.kept.answer(row);
    }

    pub(super) fn bookmark(&self) -> Bookmark {
        self.kept.bookmark()
    }

    pub(super) fn back_to(&mut self, bookmark: Bookmark) {
        self.kept.back_to(bookmark);
    }

    /// Nothing is left of the batch before.
    pub(super) fn forget_kept(&mut self) {
        self.kept = Kept::default();
    }

    pub(super) fn write_kept(&mut self) -> diesel::QueryResult<()> {
        std::mem::take(&mut self.kept).write(&mut self.conn)
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
