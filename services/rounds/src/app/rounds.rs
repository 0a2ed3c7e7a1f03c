//! Rounds: set up, scheduled, and their dates moved.

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{BoardId, RoundId};
use kit::outbox;

use super::reading;
use crate::error::Error;
use crate::events;
use crate::policy::{self, Action, Facts};
use crate::round::{Entry, LaterDates, Round, RoundNow, Timetable};
use crate::rules::Rules;
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
pub(super) fn save(tx: &mut Tx, cx: &Cx, old: &Round, new: Round, step: Step) -> Result<RoundNow, Error> {
    store::update_round(tx, old, &new)?;
    store::insert_history(tx, new.id, Entry::of(actor(cx), step, old, &new))?;
    let now = RoundNow { round: new, as_of: cx.now };
    if let Some(fact) = events::fact(step, &now) {
        outbox::put(tx, cx, now.round.updated_at, &fact)?;
    }
    Ok(now)
}

#[derive(Clone, Debug)]
pub struct CreateRound {
    pub id: RoundId,
    pub rules: Rules,
    pub timetable: Timetable,
}

pub fn create_round(tx: &mut Tx, cx: &Cx, cmd: &CreateRound) -> Result<RoundNow, Error> {
    policy::check(&cx.caller, Action::CreateRound, &Facts::New)?;
    let round = Round::draft(cmd.id, cmd.rules.clone(), cmd.timetable.clone(), cx.now);
    store::insert_round(tx, &round)?;
    store::insert_history(tx, round.id, Entry::created(actor(cx), &round))?;
    Ok(RoundNow { round, as_of: cx.now })
}

#[derive(Clone, Debug)]
pub struct UpdateRound {
    pub target: Target<RoundId>,
    pub rules: Rules,
    pub timetable: Timetable,
}

/// Rewrites a draft. Not a transition: history keeps the steps, and who drafted what is nobody's later.
pub fn update_round(tx: &mut Tx, cx: &Cx, cmd: &UpdateRound) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::UpdateRound, &cmd.target)?;
    let new = round.update(cmd.rules.clone(), cmd.timetable.clone(), cx.now)?;
    store::update_round(tx, &round, &new)?;
    Ok(RoundNow { round: new, as_of: cx.now })
}

#[derive(Clone, Debug)]
pub struct ScheduleRound {
    pub target: Target<RoundId>,
}

/// Publishes a draft and freezes its version of the framework. `boards` are those of its boards that the
/// registry holds, asked beforehand.
pub fn schedule_round(tx: &mut Tx, cx: &Cx, boards: &[BoardId], cmd: &ScheduleRound) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::ScheduleRound, &cmd.target)?;
    let known = reading::known(tx, &round, boards)?;
    let new = round.schedule(&known, cx.now)?;
    if let Some(used) = new.rules.framework {
        let framework = store::framework(tx, used.id)?;
        if let Some(frozen) = framework.freeze(used.version, cx.now) {
            store::update_framework(tx, &framework, &frozen)?;
        }
    }
    save(tx, cx, &round, new, Step::Schedule)
}

#[derive(Clone, Debug)]
pub struct ExtendRound {
    pub target: Target<RoundId>,
    pub dates: LaterDates,
    pub reason: String,
}

pub fn extend_round(tx: &mut Tx, cx: &Cx, cmd: &ExtendRound) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::ExtendRound, &cmd.target)?;
    let new = round.extend(cmd.dates.clone(), cmd.reason.clone(), cx.now)?;
    save(tx, cx, &round, new, Step::Extend)
}

#[derive(Clone, Debug)]
pub struct ReopenRound {
    pub target: Target<RoundId>,
    pub dates: LaterDates,
    pub reason: String,
}

pub fn reopen_round(tx: &mut Tx, cx: &Cx, cmd: &ReopenRound) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::ReopenRound, &cmd.target)?;
    let new = round.reopen(cmd.dates.clone(), cmd.reason.clone(), cx.now)?;
    save(tx, cx, &round, new, Step::Reopen)
}

#[derive(Clone, Debug)]
pub struct CancelRound {
    pub target: Target<RoundId>,
    pub reason: String,
}

pub fn cancel_round(tx: &mut Tx, cx: &Cx, cmd: &CancelRound) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::CancelRound, &cmd.target)?;
    let new = round.cancel(cmd.reason.clone(), cx.now)?;
    save(tx, cx, &round, new, Step::Cancel)
}
