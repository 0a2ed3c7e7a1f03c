//! What the clock does: rounds open and close by themselves.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::RoundId;
use kit::time::Timestamp;

use super::save;
use crate::error::Error;
use crate::store;

/// Takes the step of one round that is due at this instant. One whose whole window has passed has two: it is due
/// again.
pub fn tick(tx: &mut Tx, id: RoundId, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_area(Area::Rounds, now);
    let round = store::get(tx, id)?;
    // None where another process was first.
    let Some(step) = round.due(now) else { return Ok(()) };
    let state = save(tx, &cx, &round, round.tick(step, now)?, step)?.round.state.name();
    tracing::info!(round.id = %id, "round {id} is now {state}");
    Ok(())
}
