//! Reviews, what the panel settles about a bid, and ties on which its chair casts a vote.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};

use super::ranking::rank;
use super::reading::{RankingNow, enter, enter_bid, enter_review};
use super::{Happening, OnBid, bench, note};
use crate::assessment::Assessment;
use crate::error::Error;
use crate::marking::moderation::{AgreedMark, Casting, Feedback, Moderation};
use crate::marking::review::{Assigned, MOST_PER_BID, Mark, Review, State, Step};
use crate::panel::Member;
use crate::panel::quorum::Conflicts;
use crate::policy::Action;
use crate::state::Stage;
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
    let bench = bench(tx, cmd.assessment)?;
    let (mut assigned, mut violations) = (Vec::with_capacity(cmd.pairs.len()), Vec::new());
    for (place, &(id, bid, reviewer)) in cmd.pairs.iter().enumerate() {
        let member = bench.members.iter().find(|member| member.person == reviewer);
        if let Some(says) = why_not(tx, &view.assessment, member, &bench.conflicts, bid)? {
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

/// What somebody does with a review that changes nothing but its state.
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
    let (view, old) = load_for(tx, cx, action, &cmd.target)?;
    view.assessment.expect_reviewing(step.name(), cx.now)?;
    let new = old.step(step, reason, cx.now)?;
    Ok(view.shows(put_review(tx, cx, &old, new, step, reason)?))
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
    put_review(tx, cx, &old, new, Step::Save, "")
}

#[derive(Clone, Copy, Debug)]
pub struct SubmitReview {
    pub target: Target<ReviewId>,
}

pub fn submit_review(tx: &mut Tx, cx: &Cx, cmd: &SubmitReview) -> Result<Review, Error> {
    let (view, old) = load_for(tx, cx, Action::WriteReview, &cmd.target)?;
    view.assessment.expect_reviewing("submit", cx.now)?;
    let new = old.submit(&view.assessment.call.rubric, cx.now)?;
    put_review(tx, cx, &old, new, Step::Submit, "")
}

/// The review as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<ReviewId>) -> Result<(View, Review), Error> {
    let (view, review) = enter_review(tx, cx, action, target.id)?;
    // A refusal bears the newer version: no more of it than the caller may read.
    view.shows(review.clone()).expect_version(target.version)?;
    Ok((view, review))
}

/// Ends the review of a bid by somebody who is recused from it. Once marks are settled it stays.
pub fn end_reviews(tx: &mut Tx, cx: &Cx, assessment: &Assessment, reviewer: PersonId, bid: BidId) -> Result<(), Error> {
    if assessment.stage() > Stage::Moderation {
        return Ok(());
    }
    for old in store::live_reviews_of(tx, bid, reviewer)? {
        if old.state != State::Lapsed {
            let new = old.step(Step::Recuse, "the reviewer is recused from the bid", cx.now)?;
            put_review(tx, cx, &old, new, Step::Recuse, "")?;
        }
    }
    Ok(())
}

/// Saves the new version of a review with its line of history.
pub fn put_review(tx: &mut Tx, cx: &Cx, old: &Review, new: Review, step: Step, reason: &str) -> Result<Review, Error> {
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

#[derive(Clone, Debug)]
pub struct ModerateBid {
    /// What is settled about a bid has no identity of its own.
    pub on: OnBid,
    pub version: i64,
    pub agreed: Vec<AgreedMark>,
    pub feedback: Vec<Feedback>,
}

pub fn moderate_bid(tx: &mut Tx, cx: &Cx, cmd: &ModerateBid) -> Result<Moderation, Error> {
    let (view, bid) = enter_bid(tx, cx, Action::Moderate, cmd.on)?;
    let assessment = &view.assessment;
    assessment.expect_stage(Stage::Moderation, "moderate")?;
    let old = store::moderation(tx, assessment.id, bid.id)?;
    old.expect_version(cmd.version)?;
    let new = old.settle(cmd.agreed.clone(), cmd.feedback.clone(), &assessment.call.rubric, cx.now)?;
    store::put_moderation(tx, &old, &new, cx.now)?;
    let happening = Happening {
        what: "moderation",
        subject: bid.id.to_string(),
        version: new.version,
        step: "moderate",
        from: None,
        to: "settled",
        reason: "",
    };
    note(tx, cx, assessment.id, happening)?;
    Ok(new)
}

#[derive(Clone, Debug)]
pub struct CastTie {
    pub assessment: AssessmentId,
    /// The bids of the tie, best first.
    pub bids: Vec<BidId>,
    pub reason: String,
}

/// The chair's casting decision (rule 15), between all the bids of one tie as the chair sees it.
pub fn cast_tie(tx: &mut Tx, cx: &Cx, cmd: &CastTie) -> Result<RankingNow, Error> {
    for &bid in &cmd.bids {
        enter_bid(tx, cx, Action::CastTie, OnBid { assessment: cmd.assessment, bid })?;
    }
    let view = enter(tx, cx, Action::CastTie, cmd.assessment)?;
    let assessment = &view.assessment;
    assessment.expect_stage(Stage::Determination, "cast_tie")?;
    let chair = view.person().ok_or(Error::NotAllowed { who_may: "a panel chair" })?;
    let mut named = cmd.bids.clone();
    named.sort();
    let before = rank(tx, assessment, &view.hidden)?;
    if !before.open_ties.iter().any(|tie| tie.bids == named) {
        let says = "name all the bids of one open tie, each once";
        return Err(Error::invalid("bid_ids", "ranking.tie", says));
    }
    let casting = Casting { bids: cmd.bids.clone(), chair, reason: cmd.reason.clone(), at: cx.now };
    store::insert_casting(tx, assessment.id, &casting)?;
    let ranking = rank(tx, assessment, &view.hidden)?;
    Ok(RankingNow { assessment: assessment.id, ranking, as_of: cx.now })
}
