//! Meetings, recorded and corrected (rule 11).

use kit::call::Part;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AssessmentId, MeetingId};
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::reading::{enter, enter_meeting};
use super::{Happening, Panel, note};
use crate::deciding::meeting::{Account, Meeting};
use crate::error::Error;
use crate::panel::quorum::Body;
use crate::policy::Action;
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
    let view = enter(tx, cx, Action::RecordMeeting, cmd.assessment)?;
    view.assessment.expect_locked("record_meeting")?;
    if cmd.held_at > cx.now {
        return Err(Refusal::bad_field("held_at", "timestamp.lte_now", "record a meeting when it has begun").into());
    }
    if cmd.held_at < view.assessment.opened_at {
        let says = "no panel met before the assessment was opened";
        return Err(Refusal::bad_field("held_at", "timestamp.gte_opened", says).into());
    }
    if view.assessment.acting(cmd.part).is_empty() {
        return Err(Refusal::bad_field("part", "assessment.part", "no board of the round sits in this part").into());
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
    record(tx, cx, meeting, "record")
}

#[derive(Clone, Debug)]
pub struct UpdateMeeting {
    pub target: Target<MeetingId>,
    pub account: Account,
}

/// Corrects a meeting. Decisions that rest on it must keep their quorum.
pub fn update_meeting(tx: &mut Tx, cx: &Cx, cmd: &UpdateMeeting) -> Result<Meeting, Error> {
    let (view, old) = enter_meeting(tx, cx, Action::UpdateMeeting, cmd.target.id)?;
    view.assessment.expect_locked("update_meeting")?;
    old.expect_version(cmd.target.version)?;
    let panel = Panel::of(tx, old.assessment)?;
    cmd.account.check(&panel.members)?;
    let new = old.corrected(cmd.account.clone());
    let body = Body::sitting(&view.assessment, &panel.members, new.part);
    for bid in store::decisions_of_meeting(tx, new.id)? {
        let quorum = body.quorum(bid, &new.account.present, &panel.conflicts);
        if !quorum.is_met() {
            return Err(quorum.missed(bid, "a decision on this bid rests on the meeting"));
        }
    }
    store::update_meeting(tx, &old, &new)?;
    record(tx, cx, new, "update")
}

/// Writes a line of history.
fn record(tx: &mut Tx, cx: &Cx, new: Meeting, step: &'static str) -> Result<Meeting, Error> {
    let recorded = Happening::of("meeting", new.id, new.version, step, new.part.name());
    note(tx, cx, new.assessment, recorded)?;
    Ok(new)
}
