//! The steps of an assessment, those that somebody takes and those that the round brings about.

use kit::caller::Role;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::deadline::Deadline;
use kit::fault::Violation;
use kit::ids::{AssessmentId, RoundId};
use kit::time::Timestamp;

use super::interests::derive;
use super::reviews::settle_review;
use super::ticker::lapse_review;
use super::{bench, enter, moderating, settle};
use crate::assessment::{Assessment, AssessmentNow};
use crate::derive::Register;
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::review::{self, Review};
use crate::settling;
use crate::state::{Stage, Step};
use crate::store;

#[derive(Clone, Copy, Debug)]
pub struct StartModeration {
    pub target: Target<AssessmentId>,
}

/// Locks the reviews, once all are handed in or have lapsed and every bid has enough of them.
pub fn start_moderation(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &StartModeration,
) -> Result<AssessmentNow, Error> {
    let old = advance(tx, cx, register, &cmd.target)?;
    let new = old.step(Step::StartModeration, "", cx.now)?;
    let missing = still_open(tx, cx, &old)?;
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
    let bench = bench(tx, old.id)?;
    let entries = store::entries(tx, old.id, &[])?;
    let missing = settling::too_few_reviews(&old, &bench.members, &bench.conflicts, &entries);
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
    for review in store::reviews(tx, old.id)? {
        if review.state.is_handed_in() {
            let locked = review.step(review::Step::Lock, "", cx.now)?;
            settle_review(tx, cx, &review, locked, review::Step::Lock, "")?;
        }
    }
    settle(tx, cx, &old, new, Happened::ModerationStarted, "")
}

/// Reviews that are still to be handed in. Those that were due lapse here, should the ticker be a moment behind.
fn still_open(tx: &mut Tx, cx: &Cx, assessment: &Assessment) -> Result<Vec<Violation>, Error> {
    let is_open = |review: &Review| review::State::OPEN.contains(&review.state.name());
    let mut missing = Vec::new();
    for review in store::reviews(tx, assessment.id)?.into_iter().filter(is_open) {
        if assessment.settings.reviews_due <= cx.now {
            lapse_review(tx, cx, review.id)?;
        } else {
            let says = format!("it is {}; wait for it, or take it back", review.state.name());
            missing.push(Violation::new(format!("reviews[{}]", review.id), "review.open", says));
        }
    }
    Ok(missing)
}

#[derive(Clone, Copy, Debug)]
pub struct StartDetermination {
    pub target: Target<AssessmentId>,
}

/// Settles the marks, once every criterion that counts has one and those that lie apart are explained (rule 13).
pub fn start_determination(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &StartDetermination,
) -> Result<AssessmentNow, Error> {
    let old = advance(tx, cx, register, &cmd.target)?;
    let new = old.step(Step::StartDetermination, "", cx.now)?;
    let (bench, entries) = (bench(tx, old.id)?, store::entries(tx, old.id, &[])?);
    let ranking = moderating::rank(tx, &old, &[])?;
    let rubric = &old.call.rubric;
    let missing = settling::unsettled(rubric, &bench.members, &bench.conflicts, &entries, &ranking);
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
    settle(tx, cx, &old, new, Happened::DeterminationStarted, "")
}

#[derive(Clone, Debug)]
pub struct ReturnToModeration {
    pub target: Target<AssessmentId>,
    pub reason: String,
}

pub fn return_to_moderation(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &ReturnToModeration,
) -> Result<AssessmentNow, Error> {
    let old = advance(tx, cx, register, &cmd.target)?;
    let new = old.step(Step::ReturnToModeration, &cmd.reason, cx.now)?;
    if let Some(first) = store::determinations(tx, old.id)?.first() {
        let says = "it is determined; marks under a decision stay";
        return Err(Error::NotReady(vec![Violation::new(format!("bids[{}]", first.bid), "bid.determined", says)]));
    }
    settle(tx, cx, &old, new, Happened::ReturnedToModeration, &cmd.reason)
}

/// The assessment as it is, if the caller may go on with it. Whoever belongs to a bidder by now is recused first, for
/// that may be the caller.
fn advance(tx: &mut Tx, cx: &Cx, register: &Register, target: &Target<AssessmentId>) -> Result<Assessment, Error> {
    let assessment = store::assessment(tx, target.id)?;
    derive(tx, cx, &assessment, register)?;
    let sight = enter(tx, cx, Action::Advance, target.id)?;
    sight.assessment.expect_version(target.version)?;
    Ok(sight.assessment)
}

#[derive(Clone, Debug)]
pub struct CancelAssessment {
    pub target: Target<AssessmentId>,
    pub reason: String,
}

pub fn cancel_assessment(tx: &mut Tx, cx: &Cx, cmd: &CancelAssessment) -> Result<AssessmentNow, Error> {
    let sight = enter(tx, cx, Action::Cancel, cmd.target.id)?;
    sight.assessment.expect_version(cmd.target.version)?;
    call_off(tx, cx, &sight.assessment, &cmd.reason)
}

fn call_off(tx: &mut Tx, cx: &Cx, old: &Assessment, reason: &str) -> Result<AssessmentNow, Error> {
    let new = old.step(Step::Cancel, reason, cx.now)?;
    settle(tx, cx, old, new, Happened::Cancelled, reason)
}

/// What `rounds` published of a round that is being assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoundNow {
    Cancelled { reason: String },
    Announces(Deadline),
}

/// Follows the round: it is called off with it, and announced when it is.
pub fn take_round(tx: &mut Tx, round: RoundId, said: &RoundNow, now: Timestamp) -> Result<(), Error> {
    let Some(old) = store::assessment_of_round(tx, round)? else {
        return Ok(());
    };
    match said {
        RoundNow::Cancelled { reason } if old.stage().is_open() => {
            call_off(tx, &Cx::of_role(Role::Grading, now), &old, reason)?;
        }
        RoundNow::Announces(announces) if old.stage() < Stage::Announced && *announces != old.call.announces => {
            let (cx, new) = (Cx::of_role(Role::Grading, now), old.announced_by(announces.clone()));
            settle(tx, &cx, &old, new, Happened::AnnouncementMoved, "")?;
        }
        // Decided things stay decided.
        RoundNow::Cancelled { .. } | RoundNow::Announces(_) => {}
    }
    Ok(())
}
