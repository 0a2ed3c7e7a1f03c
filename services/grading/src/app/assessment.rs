//! Assessments: opened, moved from stage to stage, cancelled; and the steps that the clock and the round cause.

use kit::caller::Area;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, ReviewId, RoundId};
use kit::time::Timestamp;

use super::marking::put_review;
use super::panel::derive;
use super::ranking::{entries, rank_entries};
use super::reading::enter;
use super::{bench, record, save};
use crate::assessment::{Assessment, AssessmentNow, Board, Settings};
use crate::bid::{Answer, AssessedBid};
use crate::call::{Call, RoundNow};
use crate::error::Error;
use crate::events::Happened;
use crate::marking::review::{self, Review};
use crate::marking::settling;
use crate::panel::Member;
use crate::panel::derive::Register;
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
}

pub fn open_assessment(tx: &mut Tx, cx: &Cx, opening: &Opening, cmd: &OpenAssessment) -> Result<AssessmentNow, Error> {
    policy::check_at_large(&cx.caller, Action::Open, "round")?;
    if let Some(existing) = store::assessment_of_round(tx, cmd.round)? {
        return Err(Error::AssessedAlready { existing: existing.id });
    }
    let misfits = cmd.settings.misfits(&opening.call, cx.now);
    if !misfits.is_empty() {
        return Err(Error::Invalid(misfits));
    }
    let missing = missing(opening);
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
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
    store::insert_assessment(tx, &assessment)?;
    for member in &opening.panel {
        store::insert_member(tx, assessment.id, member)?;
    }
    for Pinned { bid, answers } in &opening.bids {
        let scalable = says_yes(answers, cmd.settings.scaling_question.as_deref());
        store::insert_bid(tx, assessment.id, &AssessedBid { scalable, ..bid.clone() }, answers)?;
    }
    derive(tx, cx, &assessment, &opening.register)?;
    record(tx, cx, None, assessment, Happened::Opened, "")
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
    let entries = entries(tx, old.id, &[])?;
    let missing = settling::too_few_reviews(&old, &bench.members, &bench.conflicts, &entries);
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
    for review in store::reviews(tx, old.id)? {
        if review.state.is_handed_in() {
            let locked = review.step(review::Step::Lock, "", cx.now)?;
            put_review(tx, cx, &review, locked, review::Step::Lock, "")?;
        }
    }
    save(tx, cx, &old, new, Happened::ModerationStarted, "")
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
    let (bench, entries) = (bench(tx, old.id)?, entries(tx, old.id, &[])?);
    let ranking = rank_entries(&old, &entries, &store::castings(tx, old.id)?)?;
    let rubric = &old.call.rubric;
    let missing = settling::unsettled(rubric, &bench.members, &bench.conflicts, &entries, &ranking);
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
    save(tx, cx, &old, new, Happened::DeterminationStarted, "")
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
    save(tx, cx, &old, new, Happened::ReturnedToModeration, &cmd.reason)
}

/// The assessment as it is, if the caller may go on with it. Members who belong to a bidder by now are recused first,
/// for that may be the caller.
fn advance(tx: &mut Tx, cx: &Cx, register: &Register, target: &Target<AssessmentId>) -> Result<Assessment, Error> {
    let assessment = store::assessment(tx, target.id)?;
    derive(tx, cx, &assessment, register)?;
    let view = enter(tx, cx, Action::Advance, target.id)?;
    view.assessment.expect_version(target.version)?;
    Ok(view.assessment)
}

#[derive(Clone, Debug)]
pub struct CancelAssessment {
    pub target: Target<AssessmentId>,
    pub reason: String,
}

pub fn cancel_assessment(tx: &mut Tx, cx: &Cx, cmd: &CancelAssessment) -> Result<AssessmentNow, Error> {
    let view = enter(tx, cx, Action::Cancel, cmd.target.id)?;
    view.assessment.expect_version(cmd.target.version)?;
    call_off(tx, cx, &view.assessment, &cmd.reason)
}

fn call_off(tx: &mut Tx, cx: &Cx, old: &Assessment, reason: &str) -> Result<AssessmentNow, Error> {
    let new = old.step(Step::Cancel, reason, cx.now)?;
    save(tx, cx, old, new, Happened::Cancelled, reason)
}

/// Follows the round: it is called off with it, and announced when it is.
pub fn take_round(tx: &mut Tx, round: RoundId, said: &RoundNow, now: Timestamp) -> Result<(), Error> {
    let Some(old) = store::assessment_of_round(tx, round)? else {
        return Ok(());
    };
    match said {
        RoundNow::Cancelled { reason } if old.stage().is_open() => {
            call_off(tx, &Cx::of_area(Area::Grading, now), &old, reason)?;
        }
        RoundNow::Announces(announces) if old.stage() < Stage::Announced && *announces != old.call.announces => {
            let (cx, new) = (Cx::of_area(Area::Grading, now), old.announced_by(announces.clone()));
            save(tx, &cx, &old, new, Happened::AnnouncementMoved, "")?;
        }
        // Decided things stay decided.
        RoundNow::Cancelled { .. } | RoundNow::Announces(_) => {}
    }
    Ok(())
}

/// Ends a review that was not handed in when it was due.
pub fn lapse(tx: &mut Tx, id: ReviewId, now: Timestamp) -> Result<(), Error> {
    lapse_review(tx, &Cx::of_area(Area::Grading, now), id)
}

/// The same in the name of the caller who goes on with the assessment.
pub fn lapse_review(tx: &mut Tx, cx: &Cx, id: ReviewId) -> Result<(), Error> {
    let old = store::review(tx, id)?;
    // It may have been handed in, or ended, since it was looked for.
    if !review::State::OPEN.contains(&old.state.name()) {
        return Ok(());
    }
    let new = old.step(review::Step::Lapse, "", cx.now)?;
    put_review(tx, cx, &old, new, review::Step::Lapse, "")?;
    Ok(())
}

/// Takes the next step that the clock has brought about. False when there is none.
pub fn tick(tx: &mut Tx, id: AssessmentId, now: Timestamp) -> Result<bool, Error> {
    let old = store::assessment(tx, id)?;
    let Some(step) = old.due(now) else {
        return Ok(false);
    };
    let happened = match step {
        Step::Inform => Happened::BiddersInformed,
        Step::Announce => Happened::Announced,
        Step::StartModeration | Step::StartDetermination | Step::ReturnToModeration | Step::Close | Step::Cancel => {
            return Ok(false);
        }
    };
    let new = old.step(step, "", now)?;
    save(tx, &Cx::of_area(Area::Grading, now), &old, new, happened, "")?;
    Ok(true)
}
