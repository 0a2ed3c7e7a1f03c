//! What every write adds: a line of history and an event.

mod store;

use kit::cx::Cx;
use kit::db::Tx;
use kit::history::Line;
use kit::outbox::{self, Fact};

use crate::error::Error;
use crate::events::Happened;

/// Writes a line of history and the event.
pub fn note(
    tx: &mut Tx,
    cx: &Cx,
    happened: Happened,
    states: (Option<&str>, &str),
    reason: &str,
    fact: &Fact,
) -> Result<(), Error> {
    let (from, to) = states;
    let line = Line {
        // Every version is one line of history.
        sequence: fact.version,
        at: cx.now,
        by: cx.caller.acting_for(None),
        step: happened.step().to_string(),
        from: from.map(str::to_string),
        to: to.to_string(),
        reason: if happened.has_reason() { reason.to_string() } else { String::new() },
    };
    store::insert_history(tx, &fact.subject, line)?;
    Ok(outbox::put(tx, cx, cx.now, fact)?)
}
