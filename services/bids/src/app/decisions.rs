//! What the network does with received bids: late ones decided, eligibility screened and decided, questions asked.

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{BidId, ClarificationId};
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::Seal;

use super::hand_in::write_receipt;
use super::{actor, intake_of, load_for, reading, save};
use crate::bid::{Bid, BidNow};
use crate::call::Call;
use crate::clarification::Clarification;
use crate::earlier::Burden;
use crate::eligibility::{self, Standings};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::intake::Intake;
use crate::policy::Action;
use crate::state::Step;
use crate::store;

pub fn admit_late_bid(tx: &mut Tx, cx: &Cx, seal: &Seal, cmd: &Reasoned<BidId>) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::DecideLate, &cmd.target)?;
    let call = intake_of(tx, bid.round)?.call;
    admit(tx, cx, seal, &bid, &call, &cmd.reason)
}

/// Lets a held bid in, with a receipt that bears its number: the next one, or the one that it keeps.
pub fn admit(tx: &mut Tx, cx: &Cx, seal: &Seal, bid: &Bid, call: &Call, reason: &str) -> Result<BidNow, Error> {
    let number = match bid.state.receipt() {
        Some(kept) => kept.number,
        None => store::take_number(tx, bid.round)?,
    };
    let new = bid.step(Step::AdmitLate { number }, reason, cx.now)?;
    let now = save(tx, cx, bid, new, Happened::BidAdmittedLate, call.closes_at)?;
    let received_at = bid.state.held().map_or(cx.now, |held| held.at);
    write_receipt(tx, seal, &now.bid, call, received_at, None)?;
    Ok(now)
}

pub fn reject_late_bid(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<BidId>) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::DecideLate, &cmd.target)?;
    let intake = intake_of(tx, bid.round)?;
    let new = bid.step(Step::RejectLate, &cmd.reason, cx.now)?;
    save(tx, cx, &bid, new, Happened::BidRejectedLate, intake.call.closes_at)
}

/// The bid of a round that has closed: until then it is sealed to who handles it, and so is the newer version.
fn load_closed(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<BidId>) -> Result<(Bid, Intake), Error> {
    let bid = reading::seen(tx, cx, action, target.id)?;
    let intake = intake_of(tx, bid.round)?;
    if intake.closed_at.is_none() {
        return Err(Error::NotYetClosed);
    }
    bid.expect_version(target.version)?;
    Ok((bid, intake))
}

/// Tries every eligibility rule. The standings on the day of the close were asked of the registry beforehand.
pub fn screen_bid(tx: &mut Tx, cx: &Cx, standings: &Standings, cmd: &Target<BidId>) -> Result<BidNow, Error> {
    let (bid, intake) = load_closed(tx, cx, Action::Screen, cmd)?;
    let burden = Burden {
        n_led: 1 + store::n_led_besides(tx, &bid)?,
        n_live: store::n_live_besides(tx, &bid)?,
        n_overdue: store::n_overdue(tx, &[bid.applicant, bid.lead()], cx.now)?,
    };
    let findings = eligibility::screen(&bid.paper.content, &intake.call, standings, burden);
    let new = bid.screened(findings, cx.now)?;
    save(tx, cx, &bid, new, Happened::BidScreened, intake.call.closes_at)
}

#[derive(Clone, Debug)]
pub struct DecideEligibility {
    pub target: Target<BidId>,
    pub eligible: bool,
    pub reason: String,
}

pub fn decide_eligibility(tx: &mut Tx, cx: &Cx, cmd: &DecideEligibility) -> Result<BidNow, Error> {
    let (bid, intake) = load_closed(tx, cx, Action::Decide, &cmd.target)?;
    let new = bid.decide(cmd.eligible, &cmd.reason, cx.now)?;
    let happened = if cmd.eligible { Happened::BidFoundEligible } else { Happened::BidFoundIneligible };
    save(tx, cx, &bid, new, happened, intake.call.closes_at)
}

#[derive(Clone, Debug)]
pub struct AskClarification {
    pub id: ClarificationId,
    pub bid: BidId,
    pub question: String,
    pub answer_by: Timestamp,
}

pub fn ask_clarification(tx: &mut Tx, cx: &Cx, cmd: &AskClarification) -> Result<Clarification, Error> {
    let bid = reading::seen(tx, cx, Action::Ask, cmd.bid)?;
    bid.expect_received("ask")?;
    if cmd.answer_by <= cx.now {
        let says = "give a deadline for the answer that lies ahead";
        return Err(Refusal::bad_field("answer_by", "timestamp.gt_now", says).into());
    }
    let clarification = Clarification {
        id: cmd.id,
        bid: bid.id,
        version: 1,
        question: cmd.question.clone(),
        answer_by: cmd.answer_by,
        asked_at: cx.now,
        asked_by: actor(cx, &bid, Happened::ClarificationAsked),
        answer: None,
    };
    store::insert_clarification(tx, &clarification)?;
    publish(tx, cx, bid, Happened::ClarificationAsked)?;
    Ok(clarification)
}

#[derive(Clone, Debug)]
pub struct AnswerClarification {
    pub bid: BidId,
    pub target: Target<ClarificationId>,
    pub text: String,
}

pub fn answer_clarification(tx: &mut Tx, cx: &Cx, cmd: &AnswerClarification) -> Result<Clarification, Error> {
    let bid = reading::seen(tx, cx, Action::Answer, cmd.bid)?;
    let old = store::clarification(tx, cmd.bid, cmd.target.id)?;
    old.expect_version(cmd.target.version)?;
    let new = old.answer(cmd.text.clone(), actor(cx, &bid, Happened::ClarificationAnswered), cx.now)?;
    store::update_clarification(tx, &old, &new)?;
    publish(tx, cx, bid, Happened::ClarificationAnswered)?;
    Ok(new)
}

/// The bid itself is unchanged by a clarification: watchers are told, its version and history stay.
fn publish(tx: &mut Tx, cx: &Cx, bid: Bid, happened: Happened) -> Result<(), Error> {
    let closes_at = intake_of(tx, bid.round)?.call.closes_at;
    let now = reading::shown(cx, bid, closes_at);
    Ok(outbox::put(tx, cx, cx.now, events::fact(happened, &now))?)
}
