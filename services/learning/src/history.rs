//! What every write adds: a line of history and an event. Who reads which lines is in `history/reading.rs`.

mod convert;
pub mod reading;
mod store;

use kit::cx::Cx;
use kit::db::Tx;
use kit::history::Line;
use kit::ids::OrgId;
use kit::outbox::{self, Fact};

use crate::error::Error;
use crate::events::Happened;

/// A line of the history of something that learning keeps. Its states are those of many kinds of things, so they go by
/// their names.
#[derive(Clone, Debug)]
pub struct Entry(pub Line);

/// Writes a line of history and the event. Names of states: that before, and that now. The council is the one for which
/// the caller acts, if for one.
pub fn note(
    tx: &mut Tx,
    cx: &Cx,
    happened: Happened,
    (from, to): (Option<&str>, &str),
    reason: &str,
    council: Option<OrgId>,
    fact: Fact,
) -> Result<(), Error> {
    // Every version is one line of history.
    let line = Line::first(fact.version, cx.now, cx.caller.acting_for(council), happened.step(), to);
    let line = line.after(from).because(happened.has_reason(), reason);
    store::insert_history(tx, fact.subject.clone(), line)?;
    Ok(outbox::put(tx, cx, cx.now, fact)?)
}
