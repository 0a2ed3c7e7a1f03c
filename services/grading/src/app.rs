//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it;
//! the exception is the id of an interest first found inside the transaction.

mod assessment;
mod deciding;
mod marking;
mod panel;
mod ranking;
pub mod reading;
mod release;

pub use assessment::{
    CancelAssessment, OpenAssessment, Opening, Pinned, ReturnToModeration, StartDetermination, StartModeration,
    cancel_assessment, lapse, open_assessment, return_to_moderation, start_determination, start_moderation, take_round,
    tick,
};
pub use deciding::{
    DetermineBid, OtherBoardFacts, RecordMeeting, RecordRecommendation, ReferBack, UpdateMeeting, determine_bid,
    record_meeting, record_recommendation, refer_back, update_meeting,
};
pub use marking::{
    AssignReviews, CastTie, ModerateBid, ReviewStep, SaveReview, StepReview, SubmitReview, assign_reviews, cast_tie,
    moderate_bid, save_review, step_review, submit_review,
};
pub use panel::{
    AddSubstitute, DecideInterest, DeclareInterests, Declared, DeriveInterests, RecordInterest, SubstituteFacts,
    add_substitute, decide_interest, declare_interests, derive_interests, record_interest,
};
pub use release::{CloseAssessment, close_assessment};

use kit::cx::Cx;
use kit::db::{Conn, Tx};
use kit::ids::{AssessmentId, BidId};
use kit::outbox;

use crate::assessment::{Assessment, AssessmentNow};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::panel::Member;
use crate::panel::quorum::Conflicts;
use crate::release::record::HistoryLine;
use crate::store;

/// A bid of an assessment.
#[derive(Clone, Copy, Debug)]
pub struct OnBid {
    pub assessment: AssessmentId,
    pub bid: BidId,
}

/// The panel, and who of it is kept from which bid.
struct Bench {
    members: Vec<Member>,
    conflicts: Conflicts,
}

fn bench(conn: &mut Conn, assessment: AssessmentId) -> Result<Bench, Error> {
    Ok(Bench { members: store::members(conn, assessment)?, conflicts: store::conflicts(conn, assessment)? })
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

/// Saves the new version of an assessment with its line of history and its event.
fn save(
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
