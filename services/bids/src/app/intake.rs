//! The intake of a round: set by events of `rounds`, closed by our own ticker, so neither needs `rounds` to be up.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{BidId, RoundId};
use kit::time::Timestamp;
use kit::tokens::Seal;

use super::decisions::admit;
use super::save;
use crate::call::Call;
use crate::error::Error;
use crate::events::Happened;
use crate::state::{State, Step};
use crate::store;

/// Takes a round as it now is. An extension re-decides the held bids whose instant it covers, in order of receipt
/// (rule 7).
pub fn take_call(tx: &mut Tx, seal: &Seal, call: &Call, now: Timestamp) -> Result<(), Error> {
    if !store::put_call(tx, call, now)? || call.cancelled {
        return Ok(());
    }
    let cx = Cx::of_area(Area::Bids, now);
    for id in store::held(tx, call.round)? {
        let bid = store::get(tx, id)?;
        if bid.state.held().is_some_and(|held| held.at < call.closes_at) {
            let reason = format!("the close was moved to {}", call.closes_at.in_words(&call.zone));
            admit(tx, &cx, seal, &bid, call, &reason)?;
        }
    }
    Ok(())
}

/// Closes an intake whose time has come.
pub fn close(tx: &mut Tx, round: RoundId) -> Result<(), Error> {
    if store::close_intake(tx, round)? {
        tracing::info!(round.id = %round, "round {round} takes no more bids");
    }
    Ok(())
}

/// Brings one bid up with its round's intake: a draft behind the close is not submitted; before a new close it is a
/// draft again.
pub fn sweep(tx: &mut Tx, round: RoundId, id: BidId, now: Timestamp) -> Result<(), Error> {
    let Some(intake) = store::intake(tx, round)? else {
        return Ok(());
    };
    let bid = store::get(tx, id)?;
    let (step, happened) = match (bid.state, intake.closed_at) {
        (State::Draft { .. }, Some(_)) => (Step::Close, Happened::BidNotSubmitted),
        (State::NotSubmitted { .. }, None) => (Step::Resume, Happened::BidResumed),
        // It moved on since it was looked for.
        (_, _) => return Ok(()),
    };
    let new = bid.step(step, &bid.reason, now)?;
    save(tx, &Cx::of_area(Area::Bids, now), &bid, new, happened, intake.call.closes_at)?;
    Ok(())
}
