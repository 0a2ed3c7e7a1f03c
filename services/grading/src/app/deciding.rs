//! Recommendations, referrals and determinations (rules 11, 17 and 19).

use kit::call::Part;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{BidId, BoardId, MeetingId, PersonId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::time::Date;

use super::panels::derive;
use super::reading::enter_bid;
use super::{Happening, OnBid, Panel, note};
use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::deciding::decision::{
    Advice, Basis, Condition, Determination, Grounds, OtherBoard, Outcome, Recommendation, Referral, Turn,
};
use crate::deciding::meeting::Meeting;
use crate::error::Error;
use crate::panel::derive::Register;
use crate::panel::quorum::Body;
use crate::panel::{Member, MemberSeen};
use crate::policy::Action;
use crate::state::Stage;
use crate::store;

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
    let meeting = meeting_with_quorum(tx, &assessment, cmd.meeting, Part::Recommends, bid.id)?;
    let recommendation = Recommendation {
        assessment: assessment.id,
        bid: bid.id,
        sequence: i32::try_from(earlier.len()).unwrap_or(i32::MAX) + 1,
        advice: cmd.advice,
        amount: cmd.amount,
        conditions: cmd.conditions.clone(),
        reason: cmd.reason.clone(),
        meeting,
        recorded_at: cx.now,
        referred_back: None,
    };
    store::insert_recommendation(tx, bid.number, &recommendation)?;
    record_advice(tx, cx, recommendation)
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
        return Err(Refusal::IllegalStep { what: "bid", from: "determined", step: "refer_back" }.into());
    }
    let standing = store::recommendations(tx, bid.id)?.pop().filter(Recommendation::stands);
    let standing = standing.ok_or(Error::RecommendationNeeded)?;
    let meeting = meeting_with_quorum(tx, &assessment, cmd.meeting, Part::Determines, bid.id)?;
    let referral = Referral { meeting, question: cmd.question.clone() };
    store::return_recommendation(tx, &standing, &referral)?;
    record_advice(tx, cx, Recommendation { referred_back: Some(referral), ..standing })
}

/// Writes a line of history. A recommendation has two at most: it is made, and it is returned with a question.
fn record_advice(tx: &mut Tx, cx: &Cx, new: Recommendation) -> Result<Recommendation, Error> {
    let (advice, n_before) = (new.advice.name(), i64::from(new.sequence - 1) * 2);
    let (version, step, from, to, reason) = match &new.referred_back {
        None => (n_before + 1, "recommend", None, advice, &new.reason),
        Some(referral) => (n_before + 2, "refer_back", Some(advice), "returned", &referral.question),
    };
    let reached = Happening::of("recommendation", new.bid, version, step, to);
    note(tx, cx, new.assessment, Happening { from, reason, ..reached })?;
    Ok(new)
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

/// What the registry said beforehand of another board that decided.
#[derive(Clone, Copy, Debug)]
pub struct OtherBoardFacts {
    pub board: BoardId,
    pub quorum: usize,
}

/// What it said of one to which a bid is referred: its voters, and what is to be known of their organisations.
#[derive(Clone, Debug)]
pub struct ReferralFacts {
    pub voters: Vec<Member>,
    pub register: Register,
}

#[derive(Clone, Copy, Debug)]
pub struct ReferBid {
    pub on: OnBid,
    pub board: BoardId,
}

/// Who was seated for a bid that is referred to their board.
pub struct SeatedFor(pub Vec<MemberSeen>);

/// Seats another board for a bid from which nobody on the panel is free: its voters declare before they read, and read
/// before they decide (rule 11).
pub fn refer_bid(tx: &mut Tx, cx: &Cx, facts: &ReferralFacts, cmd: &ReferBid) -> Result<SeatedFor, Error> {
    let (assessment, bid) = deciding(tx, cx, cmd.on, "refer")?;
    let panel = Panel::of(tx, assessment.id)?;
    let part = determining_part(tx, &assessment, &panel, bid.id)?;
    let basis = Basis::OtherBoard { board: cmd.board, deciders: Vec::new() };
    let body = Body::sitting(&assessment, &panel.members, part);
    basis.still_holds(bid.id, Grounds { body: &body, conflicts: &panel.conflicts, present: &[], other_board: None })?;
    if assessment.acting(part).iter().any(|board| board.id == cmd.board) {
        return Err(
            Refusal::bad_field("board_id", "decision.other_board", "name a board besides those that act").into()
        );
    }
    for voter in facts.voters.iter().filter(|voter| voter.votes()) {
        seat_for(tx, cx, &assessment, &panel, voter, bid.id)?;
    }
    derive(tx, cx, &assessment, &facts.register)?;
    let seated = store::members(tx, assessment.id)?.into_iter();
    let seated = seated.filter(|member| member.referred.contains(&bid.id) && member.votes_on(&[cmd.board]));
    let rubric = &assessment.call.rubric;
    Ok(SeatedFor(seated.map(|member| MemberSeen { member, rubric: rubric.clone() }).collect()))
}

/// Seats one of them, unless they sit for the bid already or are on the panel, where they are not free.
fn seat_for(
    tx: &mut Tx,
    cx: &Cx,
    assessment: &Assessment,
    panel: &Panel,
    voter: &Member,
    bid: BidId,
) -> Result<(), Error> {
    let n_bids = match panel.members.iter().find(|member| member.person == voter.person) {
        Some(member) if member.acts_on(bid) => return Ok(()),
        Some(member) => {
            let referred = [&member.referred[..], &[bid]].concat();
            store::update_member(tx, assessment.id, &Member { referred, ..member.clone() })?;
            member.referred.len() + 1
        }
        None => {
            store::insert_member(tx, assessment.id, &Member { referred: vec![bid], ..voter.clone() })?;
            1
        }
    };
    let subject = format!("{}/{}", assessment.id, voter.person);
    let version = i64::try_from(n_bids).unwrap_or(i64::MAX);
    note(tx, cx, assessment.id, Happening::of("member", subject, version, "refer", "on the panel"))
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
        return Err(Refusal::bad_field("reason", "required", "say why the bid is not funded as asked").into());
    }
    let panel = Panel::of(tx, assessment.id)?;
    let part = determining_part(tx, &assessment, &panel, bid.id)?;
    let (present, decided_on) = match cmd.basis {
        Basis::Meeting(id) => {
            let meeting = meeting_of(tx, &assessment, id, part)?;
            (meeting.account.present.clone(), meeting.day())
        }
        Basis::Written { .. } | Basis::OtherBoard { .. } => (Vec::new(), day(cx, &assessment, cmd.decided_on)?),
    };
    let other_board = other_board.as_ref().and_then(|facts| free_of(*facts, &assessment, &panel, part, bid.id));
    test(&cmd.basis, &assessment, &panel, part, bid.id, &present, other_board.as_ref())?;
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
    record(tx, cx, earlier.as_ref(), determination)
}

/// Writes a line of history.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Determination>, new: Determination) -> Result<Determination, Error> {
    let from = old.map(|old| old.outcome.name());
    let reached = Happening::of("determination", new.bid, new.version, "determine", new.outcome.name());
    note(tx, cx, new.assessment, Happening { from, reason: &new.reason, ..reached })?;
    Ok(new)
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
        return Err(Refusal::NotFound { what: "meeting" }.into());
    }
    if meeting.part != part {
        return Err(Error::NotTheirTurn { part: part.name() });
    }
    Ok(meeting)
}

/// A meeting of this part that had quorum for the bid (rule 11).
fn meeting_with_quorum(
    tx: &mut Tx,
    assessment: &Assessment,
    id: MeetingId,
    part: Part,
    bid: BidId,
) -> Result<MeetingId, Error> {
    let meeting = meeting_of(tx, assessment, id, part)?;
    let panel = Panel::of(tx, assessment.id)?;
    test(&Basis::Meeting(id), assessment, &panel, part, bid, &meeting.account.present, None)?;
    Ok(id)
}

/// The part of the body that determines a bid next (rule 19).
pub(super) fn determining_part(tx: &mut Tx, assessment: &Assessment, panel: &Panel, bid: BidId) -> Result<Part, Error> {
    let recommending = Body::sitting(assessment, &panel.members, Part::Recommends);
    let quorum = recommending.quorum(bid, &[], &panel.conflicts);
    let turn = Turn::after(assessment.is_in_two_stages(), &store::recommendations(tx, bid)?);
    turn.given(quorum).determines_in()
}

/// Tests what a decision rests on (rule 11).
fn test(
    basis: &Basis,
    assessment: &Assessment,
    panel: &Panel,
    part: Part,
    bid: BidId,
    present: &[PersonId],
    other_board: Option<&OtherBoard>,
) -> Result<(), Error> {
    let body = Body::sitting(assessment, &panel.members, part);
    basis.check(bid, Grounds { body: &body, conflicts: &panel.conflicts, present, other_board })
}

/// Who of another board may decide on a bid: voters who were seated for it, have declared their interests, and have
/// none in it. None for a board that acts itself.
fn free_of(
    facts: OtherBoardFacts,
    assessment: &Assessment,
    panel: &Panel,
    part: Part,
    bid: BidId,
) -> Option<OtherBoard> {
    if assessment.acting(part).iter().any(|board| board.id == facts.board) {
        return None;
    }
    let may_decide = |member: &&Member| {
        let is_seated = member.sits() && member.referred.contains(&bid) && member.votes_on(&[facts.board]);
        is_seated && member.declared_at.is_some() && !panel.conflicts.keeps(member.person, bid)
    };
    let free_voters = panel.members.iter().filter(may_decide).map(|member| member.person).collect();
    Some(OtherBoard { board: facts.board, quorum: facts.quorum, free_voters })
}

/// The day of a decision that no meeting took: within the assessment, which begins when every bid was received.
fn day(cx: &Cx, assessment: &Assessment, decided_on: Option<Date>) -> Result<Date, Refusal> {
    match decided_on {
        None => Err(Refusal::bad_field("decided_on", "required", "say on which day it was decided")),
        Some(day) if day > Date::today(cx.now) => {
            Err(Refusal::bad_field("decided_on", "date.lte_today", "record a decision when it has been taken"))
        }
        Some(day) if day < Date::today(assessment.opened_at) => {
            let says = "no bid was decided before the assessment was opened";
            Err(Refusal::bad_field("decided_on", "date.gte_opened", says))
        }
        Some(day) => Ok(day),
    }
}
