//! Meetings, and corrections of what is on record of them.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AssessmentId, MeetingId};
use kit::time::Timestamp;

use super::{Happening, bench, enter, note};
use crate::call::Part;
use crate::error::Error;
use crate::meeting::{Account, Meeting};
use crate::policy::Action;
use crate::quorum::Body;
use crate::store;

#[derive(Clone, Debug)]
pub struct RecordMeeting {
    pub id: MeetingId,
    pub assessment: AssessmentId,
    pub part: Part,
    pub held_at: Timestamp,
    pub account: Account,
}

pub fn record_meeting(tx: &mut Tx, cx: &Cx, cmd: &RecordMeeting) -> Result<Meeting, Error> {
    let sight = enter(tx, cx, Action::RecordMeeting, cmd.assessment)?;
    sight.assessment.expect_locked("record_meeting")?;
    if cmd.held_at > cx.now {
        return Err(Error::invalid("held_at", "timestamp.lte_now", "record a meeting when it has begun"));
    }
    if sight.assessment.acting(cmd.part).is_empty() {
        return Err(Error::invalid("part", "assessment.part", "no board of the round sits in this part"));
    }
    cmd.account.check(&store::members(tx, cmd.assessment)?)?;
    let meeting = Meeting {
        id: cmd.id,
        version: 1,
        assessment: cmd.assessment,
        part: cmd.part,
        held_at: cmd.held_at,
        account: cmd.account.clone(),
    };
    store::insert_meeting(tx, &meeting)?;
    note_meeting(tx, cx, &meeting, "record")?;
    Ok(meeting)
}

#[derive(Clone, Debug)]
pub struct UpdateMeeting {
    pub target: Target<MeetingId>,
    pub account: Account,
}

/// Corrects a meeting. Decisions that rest on it must keep their quorum.
pub fn update_meeting(tx: &mut Tx, cx: &Cx, cmd: &UpdateMeeting) -> Result<Meeting, Error> {
    let old = store::meeting(tx, cmd.target.id)?;
    let sight = store::sight(tx, &cx.caller, old.assessment)?;
    sight.may(Action::UpdateMeeting).map_err(of_meeting)?;
    sight.assessment.expect_locked("update_meeting")?;
    old.expect_version(cmd.target.version)?;
    let bench = bench(tx, old.assessment)?;
    cmd.account.check(&bench.members)?;
    let new = old.corrected(cmd.account.clone());
    let body = Body::sitting(&sight.assessment, &bench.members, new.part);
    for bid in store::decisions_of_meeting(tx, new.id)? {
        let quorum = body.quorum(bid, &new.account.present, &bench.conflicts);
        if !quorum.is_met() {
            return Err(Error::NoQuorum { bid, quorum, says: "a decision on this bid rests on the meeting" });
        }
    }
    store::update_meeting(tx, &old, &new)?;
    note_meeting(tx, cx, &new, "update")?;
    Ok(new)
}

/// A meeting of an assessment that the caller may not know of is as good as none.
pub fn of_meeting(error: Error) -> Error {
    match error {
        Error::NotFound { .. } => Error::NotFound { what: "meeting" },
        other => other,
    }
}

fn note_meeting(tx: &mut Tx, cx: &Cx, meeting: &Meeting, step: &'static str) -> Result<(), Error> {
    let happening = Happening {
        what: "meeting",
        subject: meeting.id.to_string(),
        version: meeting.version,
        step,
        from: None,
        to: meeting.part.name(),
        reason: "",
    };
    note(tx, cx, meeting.assessment, happening)
}
