//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it;
//! the exception is the id of an interest first found inside the transaction.

mod assessments;
mod deciding;
mod meetings;
mod moderation;
mod panels;
mod ranking;
pub mod reading;
mod release;
mod reviews;

pub use assessments::{
    OpenAssessment, Opening, Pinned, cancel_assessment, open_assessment, return_to_moderation, start_determination,
    start_moderation, take_round, tick,
};
pub use deciding::{
    DetermineBid, OtherBoardFacts, RecordRecommendation, ReferBack, ReferBid, ReferralFacts, SeatedFor, determine_bid,
    record_recommendation, refer_back, refer_bid,
};
pub use meetings::{RecordMeeting, UpdateMeeting, record_meeting, update_meeting};
pub use moderation::{CastTie, ModerateBid, cast_tie, moderate_bid};
pub use panels::{
    AddSubstitute, AnswerInterest, Concerned, DecideInterest, DeclareInterests, Declared, RecordInterest,
    SubstituteFacts, add_substitute, answer_interest, decide_interest, declare_interests, derive_interests,
    dismiss_near_miss, record_interest,
};
pub use release::{CloseAssessment, close_assessment};
pub use reviews::{
    AssignReviews, SaveReview, accept_review, assign_reviews, cancel_review, decline_review, lapse, return_review,
    save_review, submit_review,
};

use kit::cx::Cx;
use kit::db::{Conn, Tx};
use kit::ids::{AssessmentId, BidId};

use crate::error::Error;
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

/// The members of the panel, and who of them is kept from which bid.
struct Panel {
    members: Vec<Member>,
    conflicts: Conflicts,
}

impl Panel {
    fn of(conn: &mut Conn, assessment: AssessmentId) -> Result<Panel, Error> {
        Ok(Panel { members: store::members(conn, assessment)?, conflicts: store::conflicts(conn, assessment)? })
    }
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

impl<'a> Happening<'a> {
    /// Without a state before it and without a reason.
    fn of(what: &'static str, subject: impl ToString, version: i64, step: &'static str, to: &'a str) -> Happening<'a> {
        Happening { what, subject: subject.to_string(), version, step, from: None, to, reason: "" }
    }
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
