//! Meetings, recommendations, referrals and determinations (rules 11, 17 and 19).

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId, BoardId, MeetingId, PersonId};
use kit::money::Money;
use kit::time::{Date, Timestamp};

use super::reading::{enter, enter_bid, enter_meeting};
use super::{Bench, Happening, OnBid, bench, note};
use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::call::Part;
use crate::deciding::decision::{
    Advice, Basis, Condition, Determination, Grounds, OtherBoard, Outcome, Recommendation, Referral, Turn,
};
use crate::deciding::meeting::{Account, Meeting};
use crate::error::Error;
use crate::panel::Member;
use crate::panel::derive::{Register, link};
use crate::panel::quorum::Body;
use crate::policy::Action;
use crate::state::Stage;
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
        return Err(Error::invalid("held_at", "timestamp.lte_now", "record a meeting when it has begun"));
    }
    if view.assessment.acting(cmd.part).is_empty() {
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
    let (view, old) = enter_meeting(tx, cx, Action::UpdateMeeting, cmd.target.id)?;
    view.assessment.expect_locked("update_meeting")?;
    old.expect_version(cmd.target.version)?;
    let bench = bench(tx, old.assessment)?;
    cmd.account.check(&bench.members)?;
    let new = old.corrected(cmd.account.clone());
    let body = Body::sitting(&view.assessment, &bench.members, new.part);
    for bid in store::decisions_of_meeting(tx, new.id)? {
        let quorum = body.quorum(bid, &new.account.present, &bench.conflicts);
        if !quorum.is_met() {
            return Err(quorum.missed(bid, "a decision on this bid rests on the meeting"));
        }
    }
    store::update_meeting(tx, &old, &new)?;
    note_meeting(tx, cx, &new, "update")?;
    Ok(new)
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

#[derive(Clone, Debug)]
pub struct RecordRecommendation {
    pub on: OnBid,
    pub advice: Advice,
    pub amount: Option<Money>,
    pub conditions: Vec<Condition>,
    pub reason: String,
    pub meeting: MeetingId,
}

/// Records the advice of the recommending body, for a meeting that had quorum for the bid.
pub fn record_recommendation(tx: &mut Tx, cx: &Cx, cmd: &RecordRecommendation) -> Result<Recommendation, Error> {
    let (assessment, bid) = deciding(tx, cx, cmd.on, "recommend")?;
    let earlier = store::recommendations(tx, bid.id)?;
    match Turn::after(assessment.is_in_two_stages(), &earlier) {
        Turn::Recommending => {}
        Turn::Joint => return Err(Error::NotTheirTurn { part: Part::Joint.name() }),
        Turn::Determining => return Err(Error::NotTheirTurn { part: Part::Determines.name() }),
    }
    cmd.advice.check(&bid, &assessment.call, cmd.amount, &cmd.conditions)?;
    let meeting = meeting_of(tx, &assessment, cmd.meeting, Part::Recommends)?;
    let bench = bench(tx, assessment.id)?;
    let basis = Basis::Meeting(meeting.id);
    test(&basis, &assessment, &bench, Part::Recommends, bid.id, &meeting.account.present, None)?;
    let recommendation = Recommendation {
        assessment: assessment.id,
        bid: bid.id,
        sequence: i32::try_from(earlier.len()).unwrap_or(i32::MAX) + 1,
        advice: cmd.advice,
        amount: cmd.amount,
        conditions: cmd.conditions.clone(),
        reason: cmd.reason.clone(),
        meeting: meeting.id,
        recorded_at: cx.now,
        referred_back: None,
    };
    store::insert_recommendation(tx, bid.number, &recommendation)?;
    note_advice(tx, cx, &recommendation)?;
    Ok(recommendation)
}

#[derive(Clone, Debug)]
pub struct ReferBack {
    pub on: OnBid,
    pub meeting: MeetingId,
    pub question: String,
}

/// Returns a bid to the recommending body with a question (rule 19).
pub fn refer_back(tx: &mut Tx, cx: &Cx, cmd: &ReferBack) -> Result<Recommendation, Error> {
    let (assessment, bid) = deciding(tx, cx, cmd.on, "refer_back")?;
    if store::determination(tx, bid.id)?.is_some() {
        return Err(Error::IllegalStep { what: "bid", from: "determined", step: "refer_back" });
    }
    let standing = store::recommendations(tx, bid.id)?.pop().filter(Recommendation::stands);
    let standing = standing.ok_or(Error::RecommendationNeeded)?;
    let meeting = meeting_of(tx, &assessment, cmd.meeting, Part::Determines)?;
    let bench = bench(tx, assessment.id)?;
    let basis = Basis::Meeting(meeting.id);
    test(&basis, &assessment, &bench, Part::Determines, bid.id, &meeting.account.present, None)?;
    let referral = Referral { meeting: meeting.id, question: cmd.question.clone() };
    store::return_recommendation(tx, &standing, &referral)?;
    let returned = Recommendation { referred_back: Some(referral), ..standing };
    note_advice(tx, cx, &returned)?;
    Ok(returned)
}

/// A recommendation has two lines of history at most: it is made, and it is returned with a question.
fn note_advice(tx: &mut Tx, cx: &Cx, of: &Recommendation) -> Result<(), Error> {
    let n_before = i64::from(of.sequence - 1) * 2;
    let (version, step, from, to, reason) = match &of.referred_back {
        None => (n_before + 1, "recommend", None, of.advice.name(), &of.reason),
        Some(referral) => (n_before + 2, "refer_back", Some(of.advice.name()), "returned", &referral.question),
    };
    let happening = Happening { what: "recommendation", subject: of.bid.to_string(), version, step, from, to, reason };
    note(tx, cx, of.assessment, happening)
}

#[derive(Clone, Debug)]
pub struct DetermineBid {
    pub on: OnBid,
    pub outcome: Outcome,
    pub amount: Option<Money>,
    pub conditions: Vec<Condition>,
    pub reason: String,
    pub basis: Basis,
    /// None for a meeting: its day is the decision's.
    pub decided_on: Option<Date>,
}

/// What the registry said beforehand of another board that decided: its quorum, its voters with the organisations of
/// their seats, and what is to be known of these.
#[derive(Clone, Debug)]
pub struct OtherBoardFacts {
    pub board: BoardId,
    pub quorum: usize,
    pub voters: Vec<Member>,
    pub register: Register,
}

/// Records the binding decision, or records it anew.
pub fn determine_bid(
    tx: &mut Tx,
    cx: &Cx,
    other_board: &Option<OtherBoardFacts>,
    cmd: &DetermineBid,
) -> Result<Determination, Error> {
    let (assessment, bid) = deciding(tx, cx, cmd.on, "determine")?;
    cmd.outcome.check(&bid, &assessment.call, cmd.amount, &cmd.conditions)?;
    if cmd.outcome != Outcome::Fund && cmd.reason.trim().is_empty() {
        return Err(Error::invalid("reason", "required", "say why the bid is not funded as asked"));
    }
    let bench = bench(tx, assessment.id)?;
    let part = determining_part(tx, &assessment, &bench, bid.id)?;
    let (present, decided_on) = match cmd.basis {
        Basis::Meeting(id) => {
            let meeting = meeting_of(tx, &assessment, id, part)?;
            (meeting.account.present.clone(), meeting.day())
        }
        Basis::Written { .. } | Basis::OtherBoard { .. } => (Vec::new(), day(cx, cmd.decided_on)?),
    };
    let other_board = other_board.as_ref().and_then(|facts| free_of(facts, &assessment, &bench, part, &bid));
    test(&cmd.basis, &assessment, &bench, part, bid.id, &present, other_board.as_ref())?;
    let earlier = store::determination(tx, bid.id)?;
    let determination = Determination {
        assessment: assessment.id,
        bid: bid.id,
        version: earlier.as_ref().map_or(0, |earlier| earlier.version) + 1,
        outcome: cmd.outcome,
        amount: cmd.amount,
        conditions: cmd.conditions.clone(),
        reason: cmd.reason.clone(),
        basis: cmd.basis.clone(),
        decided_on,
        recorded_at: cx.now,
    };
    store::put_determination(tx, bid.number, &determination)?;
    let happening = Happening {
        what: "determination",
        subject: bid.id.to_string(),
        version: determination.version,
        step: "determine",
        from: earlier.as_ref().map(|earlier| earlier.outcome.name()),
        to: determination.outcome.name(),
        reason: &determination.reason,
    };
    note(tx, cx, assessment.id, happening)?;
    Ok(determination)
}

/// The assessment and the bid, during determination, if the caller may record decisions on it.
fn deciding(tx: &mut Tx, cx: &Cx, on: OnBid, step: &'static str) -> Result<(Assessment, AssessedBid), Error> {
    let (view, bid) = enter_bid(tx, cx, Action::Decide, on)?;
    view.assessment.expect_stage(Stage::Determination, step)?;
    Ok((view.assessment, bid))
}

/// A meeting of this assessment, of the part whose turn it is.
fn meeting_of(tx: &mut Tx, assessment: &Assessment, id: MeetingId, part: Part) -> Result<Meeting, Error> {
    let meeting = store::meeting(tx, id)?;
    if meeting.assessment != assessment.id {
        return Err(Error::NotFound { what: "meeting" });
    }
    if meeting.part != part {
        return Err(Error::NotTheirTurn { part: part.name() });
    }
    Ok(meeting)
}

/// The part of the body that determines a bid next (rule 19).
pub(super) fn determining_part(tx: &mut Tx, assessment: &Assessment, bench: &Bench, bid: BidId) -> Result<Part, Error> {
    let recommending = Body::sitting(assessment, &bench.members, Part::Recommends);
    let quorum = recommending.quorum(bid, &[], &bench.conflicts);
    let turn = Turn::after(assessment.is_in_two_stages(), &store::recommendations(tx, bid)?);
    turn.given(quorum).determines_in()
}

/// Tests what a decision rests on (rule 11).
fn test(
    basis: &Basis,
    assessment: &Assessment,
    bench: &Bench,
    part: Part,
    bid: BidId,
    present: &[PersonId],
    other_board: Option<&OtherBoard>,
) -> Result<(), Error> {
    let body = Body::sitting(assessment, &bench.members, part);
    basis.check(bid, Grounds { body: &body, conflicts: &bench.conflicts, present, other_board })
}

/// Who of another board may decide on a bid: voters who have no interest in it that the register shows or the panel
/// knows of. None for a board that acts itself.
fn free_of(
    facts: &OtherBoardFacts,
    assessment: &Assessment,
    bench: &Bench,
    part: Part,
    bid: &AssessedBid,
) -> Option<OtherBoard> {
    if assessment.acting(part).iter().any(|board| board.id == facts.board) {
        return None;
    }
    let has_link = |member: &Member| {
        let belongs = facts.register.belongs.get(&member.person).into_iter().flatten();
        member.organisations.iter().chain(belongs).any(|&id| link(id, bid, &facts.register).is_some())
    };
    let free = facts.voters.iter().filter(|member| {
        member.votes_on(&[facts.board]) && !has_link(member) && !bench.conflicts.keeps(member.person, bid.id)
    });
    let free_voters = free.map(|member| member.person).collect();
    Some(OtherBoard { board: facts.board, quorum: facts.quorum, free_voters })
}

/// The day of a decision that no meeting took.
fn day(cx: &Cx, decided_on: Option<Date>) -> Result<Date, Error> {
    match decided_on {
        None => Err(Error::invalid("decided_on", "required", "say on which day it was decided")),
        Some(day) if day > Date::today(cx.now) => {
            Err(Error::invalid("decided_on", "date.lte_today", "record a decision when it has been taken"))
        }
        Some(day) => Ok(day),
    }
}
