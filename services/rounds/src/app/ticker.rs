//! What the clock brings about: rounds open and close by themselves.

use kit::caller::Role;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::RoundId;
use kit::time::Timestamp;

use super::rounds::settle;
use crate::error::Error;
use crate::store;

/// Takes every step of one round that is due at this instant: one whose whole window has passed opens and closes.
pub fn tick(tx: &mut Tx, id: RoundId, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_role(Role::Rounds, now);
    let mut round = store::round(tx, id)?;
    while let Some(step) = round.due(now) {
        let new = round.tick(step, now)?;
        round = settle(tx, &cx, step, &round, new)?.round;
        tracing::info!(round.id = %id, "round {id} is now {}", round.state.name());
    }
    Ok(())
}
