//! What every write adds: a line of history and an event.

mod store;

use kit::cx::Cx;
use kit::db::Tx;
use kit::history::Line;
use kit::outbox::{self, Fact};

use crate::error::Error;
use crate::events::Happened;

/// Writes a line of history and the event. Names of states: that before, and that now.
pub fn note(
    tx: &mut Tx,
    cx: &Cx,
    happened: Happened,
    (from, to): (Option<&str>, &str),
    reason: &str,
    fact: Fact,
) -> Result<(), Error> {
    // Every version is one line of history.
    let line = Line::first(fact.version, cx.now, cx.caller.acting_for(None), happened.step(), to);
    let line = line.after(from).because(happened.has_reason(), reason);
    store::insert_history(tx, &fact.subject, line)?;
    Ok(outbox::put(tx, cx, cx.now, fact)?)
}
