//! Reviews: assigned, taken or not, written, handed in, given back, ended.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};

use super::{Happening, OnBid, bench, enter, enter_bid, note};
use crate::assessment::Assessment;
use crate::error::Error;
use crate::panel::Member;
use crate::policy::Action;
use crate::quorum::Conflicts;
use crate::review::{MOST_PER_BID, Mark, Review, State, Step};
use crate::sight::Sight;
use crate::state::Stage;
use crate::store;

#[derive(Clone, Debug)]
pub struct AssignReviews {
    pub assessment: AssessmentId,
    pub pairs: Vec<(ReviewId, BidId, PersonId)>,
}

/// What was assigned, in the order of the pairs.
pub struct Assigned(pub Vec<Review>);

/// Every pair or none; each bad one is named.
pub fn assign_reviews(tx: &mut Tx, cx: &Cx, cmd: &AssignReviews) -> Result<Assigned, Error> {
    for &(_, bid, _) in &cmd.pairs {
        enter_bid(tx, cx, Action::AssignReviews, OnBid { assessment: cmd.assessment, bid })?;
    }
    let sight = enter(tx, cx, Action::AssignReviews, cmd.assessment)?;
    sight.assessment.expect_reviewing("assign_reviews", cx.now)?;
    let bench = bench(tx, cmd.assessment)?;
    let (mut assigned, mut violations) = (Vec::with_capacity(cmd.pairs.len()), Vec::new());
    for (place, &(id, bid, reviewer)) in cmd.pairs.iter().enumerate() {
        let member = bench.members.iter().find(|member| member.person == reviewer);
        if let Some(says) = why_not(tx, &sight.assessment, member, &bench.conflicts, bid)? {
            violations.push(Violation::new(format!("assignments[{place}]"), "review.assignment", says));
            continue;
        }
        let review = Review::assigned(id, cmd.assessment, bid, reviewer, cx.now);
        store::insert_review(tx, &review)?;
        note_review(tx, cx, None, &review, "assign", "")?;
        assigned.push(review);
    }
    if violations.is_empty() { Ok(Assigned(assigned)) } else { Err(Error::Invalid(violations)) }
}

/// Why somebody cannot be given a bid to review.
fn why_not(
    tx: &mut Tx,
    assessment: &Assessment,
    member: Option<&Member>,
    conflicts: &Conflicts,
    bid: BidId,
) -> Result<Option<String>, Error> {
    let Some(member) = member else {
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

/// What somebody does with a review that changes nothing but where it stands.
#[derive(Clone, Debug)]
pub enum ReviewStep {
    Accept,
    Decline { reason: String },
    Return { reason: String },
    Cancel { reason: String },
}

#[derive(Clone, Debug)]
pub struct StepReview {
    pub target: Target<ReviewId>,
    pub step: ReviewStep,
}

/// Takes it on or not, gives it back, or takes it back.
pub fn step_review(tx: &mut Tx, cx: &Cx, cmd: &StepReview) -> Result<Review, Error> {
    let (action, step, reason) = match &cmd.step {
        ReviewStep::Accept => (Action::AcceptReview, Step::Accept, ""),
        ReviewStep::Decline { reason } => (Action::DeclineReview, Step::Decline, reason.as_str()),
        ReviewStep::Return { reason } => (Action::ReturnReview, Step::Return, reason.as_str()),
        ReviewStep::Cancel { reason } => (Action::CancelReview, Step::Cancel, reason.as_str()),
    };
    let (sight, old) = open(tx, cx, action, &cmd.target)?;
    sight.assessment.expect_reviewing(step.name(), cx.now)?;
    let new = old.step(step, reason, cx.now)?;
    Ok(sight.shows(settle_review(tx, cx, &old, new, step, reason)?))
}

#[derive(Clone, Debug)]
pub struct SaveReview {
    pub target: Target<ReviewId>,
    pub marks: Vec<Mark>,
    pub comment: String,
}

pub fn save_review(tx: &mut Tx, cx: &Cx, cmd: &SaveReview) -> Result<Review, Error> {
    let (sight, old) = open(tx, cx, Action::WriteReview, &cmd.target)?;
    sight.assessment.expect_reviewing("save", cx.now)?;
    let new = old.save(cmd.marks.clone(), cmd.comment.clone(), &sight.assessment.call.rubric, cx.now)?;
    settle_review(tx, cx, &old, new, Step::Save, "")
}

#[derive(Clone, Copy, Debug)]
pub struct SubmitReview {
    pub target: Target<ReviewId>,
}

pub fn submit_review(tx: &mut Tx, cx: &Cx, cmd: &SubmitReview) -> Result<Review, Error> {
    let (sight, old) = open(tx, cx, Action::WriteReview, &cmd.target)?;
    sight.assessment.expect_reviewing("submit", cx.now)?;
    let new = old.submit(&sight.assessment.call.rubric, cx.now)?;
    settle_review(tx, cx, &old, new, Step::Submit, "")
}

/// The review as it is, if the caller may take this step and read its present version.
fn open(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<ReviewId>) -> Result<(Sight, Review), Error> {
    let review = store::review(tx, target.id)?;
    let sight = store::sight(tx, &cx.caller, review.assessment)?;
    sight.may_review(action, &review)?;
    // A refusal bears the newer version: no more of it than the caller may read.
    sight.shows(review.clone()).expect_version(target.version)?;
    Ok((sight, review))
}

/// Ends the review of a bid by somebody who is out of everything about it. Once marks are settled it stands.
pub fn end_reviews(tx: &mut Tx, cx: &Cx, assessment: &Assessment, reviewer: PersonId, bid: BidId) -> Result<(), Error> {
    if assessment.stage() > Stage::Moderation {
        return Ok(());
    }
    for old in store::live_reviews_of(tx, bid, reviewer)? {
        if old.state != State::Lapsed {
            let new = old.step(Step::Recuse, "the reviewer is recused from the bid", cx.now)?;
            settle_review(tx, cx, &old, new, Step::Recuse, "")?;
        }
    }
    Ok(())
}

/// Writes what became of a review: its row and its history.
pub fn settle_review(
    tx: &mut Tx,
    cx: &Cx,
    old: &Review,
    new: Review,
    step: Step,
    reason: &str,
) -> Result<Review, Error> {
    store::update_review(tx, old, &new)?;
    note_review(tx, cx, Some(old), &new, step.name(), reason)?;
    Ok(new)
}

fn note_review(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Review>,
    new: &Review,
    step: &'static str,
    reason: &str,
) -> Result<(), Error> {
    let happening = Happening {
        what: "review",
        subject: new.id.to_string(),
        version: new.version,
        step,
        from: old.map(|old| old.state.name()),
        to: new.state.name(),
        reason,
    };
    note(tx, cx, new.assessment, happening)
}
