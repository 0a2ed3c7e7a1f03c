//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod frameworks;
pub mod reading;
mod rounds;
mod ticker;

pub use frameworks::{
    AddFrameworkVersion, CreateFramework, UpdateFrameworkVersion, add_framework_version, create_framework,
    update_framework_version,
};
pub use rounds::{
    CreateRound, MoveClose, UpdateRound, cancel_round, create_round, extend_round, reopen_round, schedule_round,
    update_round,
};
pub use ticker::tick;

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::RoundId;
use kit::outbox;

use crate::error::Error;
use crate::events;
use crate::policy::{self, Action};
use crate::round::{Entry, Round, RoundNow};
use crate::state::Step;
use crate::store;

/// The round as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<RoundId>) -> Result<Round, Error> {
    let round = reading::seen(tx, cx, action, target.id)?;
    round.expect_version(target.version)?;
    Ok(round)
}

/// Who acts, with the network that they act for.
fn actor(cx: &Cx) -> Actor {
    cx.caller.acting_for(policy::network_of(&cx.caller))
}

/// Saves the new version of a round with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Round, new: Round, happened: Step) -> Result<RoundNow, Error> {
    store::update(tx, old, &new)?;
    store::insert_history(tx, new.id, Entry::of(actor(cx), happened, old, &new))?;
    let now = RoundNow { round: new, as_of: cx.now };
    if let Some(fact) = events::fact(happened, &now) {
        outbox::put(tx, cx, now.round.updated_at, fact)?;
    }
    Ok(now)
}
