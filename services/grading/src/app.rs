//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it,
//! but for the ids of interests that the register turns out to show.

mod closing;
mod deciding;
mod interests;
mod meetings;
mod moderating;
mod opening;
mod recording;
mod reviews;
mod steps;
mod substitutes;
mod ticker;

pub use closing::{CloseAssessment, close_assessment};
pub use deciding::{
    DetermineBid, OtherBoardFacts, RecordRecommendation, ReferBack, determine_bid, record_recommendation, refer_back,
};
pub use interests::{
    DecideInterest, DeclareInterests, Declared, DeriveInterests, RecordInterest, decide_interest, declare_interests,
    derive_interests, record_interest,
};
pub use meetings::{RecordMeeting, UpdateMeeting, of_meeting, record_meeting, update_meeting};
pub use moderating::{CastTie, ModerateBid, RankingNow, cast_tie, moderate_bid, rank};
pub use opening::{OpenAssessment, Opening, Pinned, open_assessment};
pub use reviews::{
    AssignReviews, Assigned, ReviewStep, SaveReview, StepReview, SubmitReview, assign_reviews, save_review,
    step_review, submit_review,
};
pub use steps::{
    CancelAssessment, ReturnToModeration, RoundNow, StartDetermination, StartModeration, cancel_assessment,
    return_to_moderation, start_determination, start_moderation, take_round,
};
pub use substitutes::{AddSubstitute, SubstituteFacts, add_substitute};
pub use ticker::{lapse, tick};

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId};
use kit::outbox;

use crate::assessment::{Assessment, AssessmentNow};
use crate::bid::AssessedBid;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::panel::Member;
use crate::policy::Action;
use crate::quorum::Conflicts;
use crate::record::HistoryLine;
use crate::sight::Sight;
use crate::store;

/// A bid of an assessment.
#[derive(Clone, Copy, Debug)]
pub struct OnBid {
    pub assessment: AssessmentId,
    pub bid: BidId,
}

/// What the caller sees of an assessment in which they may do this.
fn enter(tx: &mut Tx, cx: &Cx, action: Action, id: AssessmentId) -> Result<Sight, Error> {
    let sight = store::sight(tx, &cx.caller, id)?;
    sight.may(action)?;
    Ok(sight)
}

/// The same for a bid of it, which is as good as none where it is hidden from the caller: one that does not exist is
/// answered before anybody hears who may do this.
fn enter_bid(tx: &mut Tx, cx: &Cx, action: Action, on: OnBid) -> Result<(Sight, AssessedBid), Error> {
    let sight = enter(tx, cx, Action::See, on.assessment)?;
    let bid = store::bid(tx, on.assessment, on.bid)?;
    sight.may_with(action, on.bid)?;
    Ok((sight, bid))
}

/// The panel, and who of it is kept from which bid.
struct Bench {
    members: Vec<Member>,
    conflicts: Conflicts,
}

fn bench(tx: &mut Tx, assessment: AssessmentId) -> Result<Bench, Error> {
    Ok(Bench { members: store::members(tx, assessment)?, conflicts: store::conflicts(tx, assessment)? })
}

/// Something that happened, for the history.
struct Happening<'a> {
    what: &'static str,
    subject: String,
    /// The version of the subject after it.
    version: i64,
    step: &'static str,
    from: Option<&'a str>,
    to: &'a str,
    reason: &'a str,
}

fn note(tx: &mut Tx, cx: &Cx, assessment: AssessmentId, happening: Happening) -> Result<(), Error> {
    let line = HistoryLine {
        what: happening.what.to_string(),
        subject: happening.subject,
        sequence: happening.version,
        at: cx.now,
        actor: cx.caller.subject.to_string(),
        step: happening.step.to_string(),
        from_state: happening.from.map(str::to_string),
        to_state: happening.to.to_string(),
        reason: happening.reason.to_string(),
    };
    Ok(store::insert_history(tx, assessment, line)?)
}

/// Writes what became of an assessment: its row, its history and the event.
fn settle(
    tx: &mut Tx,
    cx: &Cx,
    old: &Assessment,
    new: Assessment,
    happened: Happened,
    reason: &str,
) -> Result<AssessmentNow, Error> {
    store::update_assessment(tx, old, &new)?;
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
    let happening = Happening {
        what: "assessment",
        subject: new.id.to_string(),
        version: new.version,
        step: happened.step(),
        from: old.map(|old| old.stage().name()),
        to: new.stage().name(),
        reason,
    };
    note(tx, cx, new.id, happening)?;
    let now = AssessmentNow { assessment: new, as_of: cx.now };
    outbox::put(tx, cx, cx.now, &events::fact(happened, &now))?;
    Ok(now)
}
