//! Reviews: assigned, taken on or not, written and handed in; given back, taken back, and ended by the clock.

use kit::caller::Area;
use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::reading::{enter, enter_bid, enter_review};
use super::{Happening, OnBid, Panel, note};
use crate::assessment::Assessment;
use crate::error::Error;
use crate::marking::review::{Assigned, MOST_PER_BID, Mark, Review, State, Step};
use crate::panel::Member;
use crate::panel::quorum::Conflicts;
use crate::policy::Action;
use crate::store;
use crate::view::View;

#[derive(Clone, Debug)]
pub struct AssignReviews {
    pub assessment: AssessmentId,
    pub pairs: Vec<(ReviewId, BidId, PersonId)>,
}

/// Every pair or none; each bad one is named.
pub fn assign_reviews(tx: &mut Tx, cx: &Cx, cmd: &AssignReviews) -> Result<Assigned, Error> {
    for &(_, bid, _) in &cmd.pairs {
        enter_bid(tx, cx, Action::AssignReviews, OnBid { assessment: cmd.assessment, bid })?;
    }
    let view = enter(tx, cx, Action::AssignReviews, cmd.assessment)?;
    view.assessment.expect_reviewing("assign_reviews", cx.now)?;
    let panel = Panel::of(tx, cmd.assessment)?;
    let (mut assigned, mut violations) = (Vec::with_capacity(cmd.pairs.len()), Vec::new());
    for (place, &(id, bid, reviewer)) in cmd.pairs.iter().enumerate() {
        let member = panel.members.iter().find(|member| member.person == reviewer);
        if let Some(says) = why_not(tx, &view.assessment, member, &panel.conflicts, bid)? {
            violations.push(Violation::new(format!("assignments[{place}]"), "review.assignment", says));
            continue;
        }
        let review = Review::assigned(id, cmd.assessment, bid, reviewer, cx.now);
        store::insert_review(tx, &review)?;
        assigned.push(record(tx, cx, None, review, "assign", "")?);
    }
    Refusal::if_any(violations)?;
    Ok(Assigned(assigned))
}

/// Why somebody cannot be given a bid to review.
fn why_not(
    tx: &mut Tx,
    assessment: &Assessment,
    member: Option<&Member>,
    conflicts: &Conflicts,
    bid: BidId,
) -> Result<Option<String>, Error> {
    let Some(member) = member.filter(|member| member.sits()) else {
        return Ok(Some("this person is not on the panel".to_string()));
    };
    if !member.may_score(&assessment.call.rubric) {
        return Ok(Some("a seat without a vote does not score in this round".to_string()));
    }
    if conflicts.keeps(member.person, bid) {
        return Ok(Some("this person is recused from the bid, or has an interest in it to be decided".to_string()));
    }
    if store::has_live_review(tx, bid, member.person)? {
        return Ok(Some("this person has a review of the bid already".to_string()));
    }
    let n_live = usize::try_from(store::n_live_reviews(tx, bid)?).unwrap_or(usize::MAX);
    Ok((n_live >= MOST_PER_BID).then(|| format!("a bid has at most {MOST_PER_BID} reviews")))
}

pub fn accept_review(tx: &mut Tx, cx: &Cx, cmd: &Target<ReviewId>) -> Result<Review, Error> {
    step_review(tx, cx, Action::AcceptReview, cmd, Step::Accept, "")
}

pub fn decline_review(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<ReviewId>) -> Result<Review, Error> {
    step_review(tx, cx, Action::DeclineReview, &cmd.target, Step::Decline, &cmd.reason)
}

/// Gives it back to its reviewer.
pub fn return_review(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<ReviewId>) -> Result<Review, Error> {
    step_review(tx, cx, Action::ReturnReview, &cmd.target, Step::Return, &cmd.reason)
}

/// Takes it back from its reviewer.
pub fn cancel_review(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<ReviewId>) -> Result<Review, Error> {
    step_review(tx, cx, Action::CancelReview, &cmd.target, Step::Cancel, &cmd.reason)
}

/// A step that changes nothing but the state.
fn step_review(
    tx: &mut Tx,
    cx: &Cx,
    action: Action,
    target: &Target<ReviewId>,
    step: Step,
    reason: &str,
) -> Result<Review, Error> {
    let (view, old) = load_for(tx, cx, action, target)?;
    view.assessment.expect_reviewing(step.name(), cx.now)?;
    let new = old.step(step, reason, cx.now)?;
    Ok(view.shows(save(tx, cx, &old, new, step, reason)?))
}

#[derive(Clone, Debug)]
pub struct SaveReview {
    pub target: Target<ReviewId>,
    pub marks: Vec<Mark>,
    pub comment: String,
}

pub fn save_review(tx: &mut Tx, cx: &Cx, cmd: &SaveReview) -> Result<Review, Error> {
    let (view, old) = load_for(tx, cx, Action::WriteReview, &cmd.target)?;
    view.assessment.expect_reviewing("save", cx.now)?;
    let new = old.save(cmd.marks.clone(), cmd.comment.clone(), &view.assessment.call.rubric, cx.now)?;
    save(tx, cx, &old, new, Step::Save, "")
}

pub fn submit_review(tx: &mut Tx, cx: &Cx, cmd: &Target<ReviewId>) -> Result<Review, Error> {
    let (view, old) = load_for(tx, cx, Action::WriteReview, cmd)?;
    view.assessment.expect_reviewing("submit", cx.now)?;
    let new = old.submit(&view.assessment.call.rubric, cx.now)?;
    save(tx, cx, &old, new, Step::Submit, "")
}

/// Ends a review that was not handed in when it was due.
pub fn lapse(tx: &mut Tx, id: ReviewId, now: Timestamp) -> Result<(), Error> {
    lapse_review(tx, &Cx::of_area(Area::Grading, now), id)
}

/// The same in the name of the caller who goes on with the assessment.
pub fn lapse_review(tx: &mut Tx, cx: &Cx, id: ReviewId) -> Result<(), Error> {
    let old = store::review(tx, id)?;
    // It may have been handed in, or ended, since it was looked for.
    if !State::OPEN.contains(&old.state.name()) {
        return Ok(());
    }
    let new = old.step(Step::Lapse, "", cx.now)?;
    save(tx, cx, &old, new, Step::Lapse, "")?;
    Ok(())
}

/// The review as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<ReviewId>) -> Result<(View, Review), Error> {
    let (view, review) = enter_review(tx, cx, action, target.id)?;
    // A refusal bears the newer version: no more of it than the caller may read.
    view.shows(review.clone()).expect_version(target.version)?;
    Ok((view, review))
}

/// Saves the new version of a review with its line of history.
pub fn save(tx: &mut Tx, cx: &Cx, old: &Review, new: Review, step: Step, reason: &str) -> Result<Review, Error> {
    store::update_review(tx, old, &new)?;
    record(tx, cx, Some(old), new, step.name(), reason)
}

/// Writes a line of history.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Review>,
    new: Review,
    step: &'static str,
    reason: &str,
) -> Result<Review, Error> {
    let from = old.map(|old| old.state.name());
    let reached = Happening::of("review", new.id, new.version, step, new.state.name());
    note(tx, cx, new.assessment, Happening { from, reason, ..reached })?;
    Ok(new)
}
