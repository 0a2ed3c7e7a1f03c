//! Rounds: set up, scheduled, and their dates moved.

use std::collections::BTreeSet;

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{BoardId, RoundId};

use super::{actor, load_for, reading, save};
use crate::error::Error;
use crate::policy::{self, Action};
use crate::round::{Entry, LaterDates, Round, RoundNow, Timetable};
use crate::rules::Rules;
use crate::state::Step;
use crate::store;

#[derive(Clone, Debug)]
pub struct CreateRound {
    pub id: RoundId,
    pub rules: Rules,
    pub timetable: Timetable,
}

pub fn create_round(tx: &mut Tx, cx: &Cx, cmd: &CreateRound) -> Result<RoundNow, Error> {
    policy::check_at_large(&cx.caller, Action::CreateRound, "round")?;
    let round = Round::draft(cmd.id, cmd.rules.clone(), cmd.timetable.clone(), cx.now);
    store::insert(tx, &round)?;
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
    store::update(tx, &round, &new)?;
    Ok(RoundNow { round: new, as_of: cx.now })
}

/// Publishes a draft and freezes its version of the framework. `boards` are those of its boards that the
/// registry holds, asked beforehand.
pub fn schedule_round(
    tx: &mut Tx,
    cx: &Cx,
    boards: &BTreeSet<BoardId>,
    cmd: &Target<RoundId>,
) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::ScheduleRound, cmd)?;
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

/// An extension or a reopening.
#[derive(Clone, Debug)]
pub struct MoveClose {
    pub target: Target<RoundId>,
    pub dates: LaterDates,
    pub reason: String,
}

pub fn extend_round(tx: &mut Tx, cx: &Cx, cmd: &MoveClose) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::ExtendRound, &cmd.target)?;
    let new = round.extend(cmd.dates.clone(), &cmd.reason, cx.now)?;
    save(tx, cx, &round, new, Step::Extend)
}

pub fn reopen_round(tx: &mut Tx, cx: &Cx, cmd: &MoveClose) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::ReopenRound, &cmd.target)?;
    let new = round.reopen(cmd.dates.clone(), &cmd.reason, cx.now)?;
    save(tx, cx, &round, new, Step::Reopen)
}

pub fn cancel_round(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<RoundId>) -> Result<RoundNow, Error> {
    let round = load_for(tx, cx, Action::CancelRound, &cmd.target)?;
    let new = round.cancel(&cmd.reason, cx.now)?;
    save(tx, cx, &round, new, Step::Cancel)
}
