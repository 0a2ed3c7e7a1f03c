//! Assessments: opened, moved from stage to stage, cancelled; and the steps that the clock and the round cause.

use kit::caller::Area;
use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, RoundId};
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::panels::derive;
use super::ranking::{castings, entries, rank_entries};
use super::reading::enter;
use super::reviews::{lapse_review, save as save_review};
use super::{Happening, Panel, note};
use crate::assessment::{Assessment, AssessmentNow, Board, Settings};
use crate::bid::{Answer, AssessedBid};
use crate::call::{Call, Published};
use crate::error::{Error, expect_ready};
use crate::events::{self, Happened};
use crate::marking::review::{self, Review};
use crate::marking::settling;
use crate::panel::Member;
use crate::panel::derive::Register;
use crate::panel::near_miss::Hint;
use crate::panel::quorum::Conflicts;
use crate::policy::{self, Action};
use crate::state::{Stage, State, Step};
use crate::store;

#[derive(Clone, Debug)]
pub struct OpenAssessment {
    pub id: AssessmentId,
    pub round: RoundId,
    pub settings: Settings,
}

/// What the neighbours said beforehand.
#[derive(Clone, Debug)]
pub struct Opening {
    pub call: Call,
    pub boards: Vec<Board>,
    pub panel: Vec<Member>,
    pub bids: Vec<Pinned>,
    /// Received bids that are not decided, with where they stand.
    pub undecided: Vec<(BidId, &'static str)>,
    pub intake_is_closed: bool,
    pub register: Register,
}

/// A bid as it is pinned.
#[derive(Clone, Debug)]
pub struct Pinned {
    pub bid: AssessedBid,
    pub answers: Vec<Answer>,
    /// What it says of ties that are none yet.
    pub hints: Vec<Hint>,
}

pub fn open_assessment(tx: &mut Tx, cx: &Cx, opening: &Opening, cmd: &OpenAssessment) -> Result<AssessmentNow, Error> {
    policy::check_at_large(&cx.caller, Action::Open, "round")?;
    if let Some(existing) = store::of_round(tx, cmd.round)? {
        return Err(Error::AssessedAlready { existing: existing.id });
    }
    Refusal::if_any(cmd.settings.misfits(&opening.call, cx.now))?;
    expect_ready(missing(opening))?;
    let assessment = Assessment {
        id: cmd.id,
        version: 1,
        state: State::Reviewing,
        call: opening.call.clone(),
        boards: opening.boards.clone(),
        settings: cmd.settings.clone(),
        opened_at: cx.now,
        reason: String::new(),
    };
    store::insert(tx, &assessment)?;
    for member in &opening.panel {
        store::insert_member(tx, assessment.id, member)?;
    }
    for Pinned { bid, answers, hints } in &opening.bids {
        let scalable = says_yes(answers, cmd.settings.scaling_question.as_deref());
        store::insert_bid(tx, assessment.id, &AssessedBid { scalable, ..bid.clone() }, answers, hints)?;
    }
    derive(tx, cx, &assessment, &opening.register)?;
    record(tx, cx, None, assessment, Happened::AssessmentOpened, "")
}

/// What keeps a round from being graded.
fn missing(opening: &Opening) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut say = |field: String, says: String| found.push(Violation::new(field, "assessment.ready", says));
    if !opening.intake_is_closed {
        say("round_id".to_string(), "the round still takes bids; wait for its close".to_string());
    }
    for (bid, state) in &opening.undecided {
        say(format!("bids[{bid}]"), format!("it is {state}; decide on it first"));
    }
    if opening.bids.is_empty() {
        say("bids".to_string(), "no bid is eligible".to_string());
    }
    if opening.panel.is_empty() {
        say("boards".to_string(), "nobody sits on the round's boards today".to_string());
    }
    found
}

/// Rule 18: whether the bidder said that the project can be funded in part.
fn says_yes(answers: &[Answer], question: Option<&str>) -> bool {
    answers.iter().any(|answer| Some(answer.question.as_str()) == question && answer.text.trim() == "yes")
}

/// Locks the reviews, once all are handed in or have lapsed and every bid has enough of them.
pub fn start_moderation(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &Target<AssessmentId>,
) -> Result<AssessmentNow, Error> {
    let (old, new) = advance(tx, cx, register, cmd, Step::StartModeration, "")?;
    let panel = Panel::of(tx, old.id)?;
    expect_ready(still_open(tx, cx, &old, &panel.conflicts)?)?;
    let entries = entries(tx, old.id, &[])?;
    expect_ready(settling::too_few_reviews(&old, &panel.members, &panel.conflicts, &entries))?;
    for review in store::reviews(tx, old.id)? {
        if review.state.is_handed_in() {
            let locked = review.step(review::Step::Lock, "", cx.now)?;
            save_review(tx, cx, &review, locked, review::Step::Lock, "")?;
        }
    }
    save(tx, cx, &old, new, Happened::ModerationStarted, "")
}

/// Reviews that are still to be handed in. Those of the recused are waited for by nobody and lapse here, and so do
/// those that were due, should the ticker be a moment behind.
fn still_open(tx: &mut Tx, cx: &Cx, assessment: &Assessment, conflicts: &Conflicts) -> Result<Vec<Violation>, Error> {
    let is_open = |review: &Review| review::State::OPEN.contains(&review.state.name());
    let mut missing = Vec::new();
    for review in store::reviews(tx, assessment.id)?.into_iter().filter(is_open) {
        if assessment.settings.reviews_due <= cx.now || conflicts.set_aside(&review) {
            lapse_review(tx, cx, review.id)?;
        } else {
            let says = format!("it is {}; wait for it, or take it back", review.state.name());
            missing.push(Violation::new(format!("reviews[{}]", review.id), "review.open", says));
        }
    }
    Ok(missing)
}

/// Settles the marks, once every criterion that counts has one and those that lie apart are explained (rule 13).
pub fn start_determination(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &Target<AssessmentId>,
) -> Result<AssessmentNow, Error> {
    let (old, new) = advance(tx, cx, register, cmd, Step::StartDetermination, "")?;
    let (panel, entries) = (Panel::of(tx, old.id)?, entries(tx, old.id, &[])?);
    let ranking = rank_entries(&old, &entries, &castings(tx, old.id, &[])?)?;
    expect_ready(settling::unsettled(&old.call.rubric, &panel.members, &panel.conflicts, &entries, &ranking))?;
    save(tx, cx, &old, new, Happened::DeterminationStarted, "")
}

pub fn return_to_moderation(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &Reasoned<AssessmentId>,
) -> Result<AssessmentNow, Error> {
    let (old, new) = advance(tx, cx, register, &cmd.target, Step::ReturnToModeration, &cmd.reason)?;
    if let Some(first) = store::determinations(tx, old.id)?.first() {
        let says = "it is determined; marks under a decision stay";
        return Err(Error::NotReady(vec![Violation::new(format!("bids[{}]", first.bid), "bid.determined", says)]));
    }
    save(tx, cx, &old, new, Happened::ReturnedToModeration, &cmd.reason)
}

pub fn cancel_assessment(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<AssessmentId>) -> Result<AssessmentNow, Error> {
    let old = load_for(tx, cx, Action::Cancel, &cmd.target)?;
    call_off(tx, cx, &old, &cmd.reason)
}

fn call_off(tx: &mut Tx, cx: &Cx, old: &Assessment, reason: &str) -> Result<AssessmentNow, Error> {
    let new = old.step(Step::Cancel, reason, cx.now)?;
    save(tx, cx, old, new, Happened::AssessmentCancelled, reason)
}

/// Follows the round: it is called off with it, and announced when it is.
pub fn take_round(tx: &mut Tx, round: RoundId, published: &Published, now: Timestamp) -> Result<(), Error> {
    let Some(old) = store::of_round(tx, round)? else {
        return Ok(());
    };
    match published {
        Published::Cancelled { reason } if old.stage().is_open() => {
            call_off(tx, &Cx::of_area(Area::Grading, now), &old, reason)?;
        }
        Published::Announces(announces) if old.stage() < Stage::Announced && *announces != old.call.announces => {
            let (cx, new) = (Cx::of_area(Area::Grading, now), old.announced_by(announces.clone()));
            save(tx, &cx, &old, new, Happened::AnnouncementMoved, "")?;
        }
        // Decided things stay decided.
        Published::Cancelled { .. } | Published::Announces(_) => {}
    }
    Ok(())
}

/// Takes the next step that the clock has brought about. False when there is none.
pub fn tick(tx: &mut Tx, id: AssessmentId, now: Timestamp) -> Result<bool, Error> {
    let old = store::get(tx, id)?;
    let Some(step) = old.due(now) else {
        return Ok(false);
    };
    let happened = match step {
        Step::Inform => Happened::BiddersInformed,
        Step::Announce => Happened::AssessmentAnnounced,
        Step::StartModeration | Step::StartDetermination | Step::ReturnToModeration | Step::Close | Step::Cancel => {
            return Ok(false);
        }
    };
    let new = old.step(step, "", now)?;
    save(tx, &Cx::of_area(Area::Grading, now), &old, new, happened, "")?;
    Ok(true)
}

/// The assessment as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<AssessmentId>) -> Result<Assessment, Error> {
    let assessment = enter(tx, cx, action, target.id)?.assessment;
    assessment.expect_version(target.version)?;
    Ok(assessment)
}

/// The same once members who belong to a bidder by now are recused, for that may be the caller.
pub fn load_after_deriving(
    tx: &mut Tx,
    cx: &Cx,
    action: Action,
    register: &Register,
    target: &Target<AssessmentId>,
) -> Result<Assessment, Error> {
    let assessment = store::get(tx, target.id)?;
    derive(tx, cx, &assessment, register)?;
    load_for(tx, cx, action, target)
}

/// The assessment before and after a step from one stage to another, for a caller who may take it.
fn advance(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    target: &Target<AssessmentId>,
    step: Step,
    reason: &str,
) -> Result<(Assessment, Assessment), Error> {
    let old = load_after_deriving(tx, cx, Action::Advance, register, target)?;
    let new = old.step(step, reason, cx.now)?;
    Ok((old, new))
}

/// Saves the new version of an assessment with its line of history and its event.
pub fn save(
    tx: &mut Tx,
    cx: &Cx,
    old: &Assessment,
    new: Assessment,
    happened: Happened,
    reason: &str,
) -> Result<AssessmentNow, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened, reason)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Assessment>,
    new: Assessment,
    happened: Happened,
    reason: &str,
) -> Result<AssessmentNow, Error> {
    let from = old.map(|old| old.stage().name());
    let reached = Happening::of("assessment", new.id, new.version, happened.step(), new.stage().name());
    note(tx, cx, new.id, Happening { from, reason, ..reached })?;
    let now = AssessmentNow { assessment: new, as_of: cx.now };
    outbox::put(tx, cx, cx.now, events::fact(happened, &now))?;
    Ok(now)
}
