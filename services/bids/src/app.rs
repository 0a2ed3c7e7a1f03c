//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it;
//! the one exception is a submission's instant and number, which come from the intake's row.

mod decisions;
mod drafts;
mod earlier;
mod hand_in;
mod intake;
mod participations;
pub mod reading;

pub use decisions::{
    AnswerClarification, AskClarification, DecideEligibility, admit_late_bid, answer_clarification, ask_clarification,
    decide_eligibility, reject_late_bid, screen_bid,
};
pub use drafts::{
    CreateBid, RemoveAttachment, RestoreRevision, SetParticipants, SignOffBid, UpdateBid, add_attachment,
    announce_attachment, create_bid, load_for_attachment, remove_attachment, restore_revision, set_participants,
    sign_off_bid, update_bid,
};
pub use earlier::{take_award, take_report};
pub use hand_in::{Seen, SubmitBid, look, reopen_bid, submit_bid, withdraw_bid};
pub use intake::{close, sweep, take_call};
pub use participations::{
    ConfirmParticipation, DeclareConflicts, PartOf, ReplyParticipation, confirm_participation, declare_conflicts,
    decline_participation, leave_bid, seen_part,
};

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::fault::Violation;
use kit::history::Line;
use kit::ids::{BidId, RoundId};
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use crate::bid::{Bid, BidNow};
use crate::call::Call;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::form;
use crate::intake::Intake;
use crate::participation::{self, Part};
use crate::policy::{self, Action};
use crate::store;

/// The intake of a round that bids knows. A bid's round is one.
fn intake_of(conn: &mut Conn, round: RoundId) -> Result<Intake, Error> {
    Ok(store::intake(conn, round)?.ok_or(Refusal::NotFound { what: "round" })?)
}

/// The same while it is open for drafting: not closed, not cancelled.
fn open_intake(tx: &mut Tx, cx: &Cx, round: RoundId) -> Result<Intake, Error> {
    let intake = intake_of(tx, round)?;
    if intake.call.cancelled {
        return Err(Error::RoundCancelled);
    }
    match intake.closed_at {
        Some(closed_at) => Err(Error::RoundClosed { closed_at }),
        // The ticker may be a moment behind; a draft is edited until the close, not until it is noticed.
        None if cx.now >= intake.call.closes_at => Err(Error::RoundClosed { closed_at: intake.call.closes_at }),
        None => Ok(intake),
    }
}

/// The limit on the bids that the lead organisation may have, if it has as many without this one (rule 3).
fn lead_limit_reached(conn: &mut Conn, bid: &Bid, call: &Call) -> Result<Option<i64>, Error> {
    let instrument = call.instrument(&bid.paper.content.instrument);
    let Some(limit) = instrument.and_then(|instrument| instrument.lead_limit) else {
        return Ok(None);
    };
    let n_led = store::n_led_besides(conn, bid)?;
    Ok(Some(limit).filter(|limit| n_led >= *limit))
}

/// What keeps a bid from being handed in, but for its sign-off; and the limit that its lead has reached, if the caller
/// may know. Whether another organisation leads as many bids as it may is told to itself alone: to others it is a lead
/// that has not confirmed (rule 3).
fn missing(conn: &mut Conn, cx: &Cx, bid: &Bid, call: &Call) -> Result<(Vec<Violation>, Option<i64>), Error> {
    let mut missing = form::check(&bid.paper, call);
    let reached = lead_limit_reached(conn, bid, call)?;
    let is_own = bid.lead() == bid.applicant;
    if !bid.is_confirmed(Part::Lead) || (reached.is_some() && !is_own) {
        missing.push(form::unconfirmed(Part::Lead));
    }
    if !bid.is_confirmed(Part::Payee) {
        missing.push(form::unconfirmed(Part::Payee));
    }
    Ok((missing, reached.filter(|_| policy::reads_for(&cx.caller, bid.lead()))))
}

/// The bid as it is, if the caller may take this step and read its present version.
fn load_for(conn: &mut Conn, cx: &Cx, action: Action, target: &Target<BidId>) -> Result<Bid, Error> {
    let bid = reading::seen(conn, cx, action, target.id)?;
    bid.expect_version(target.version)?;
    Ok(bid)
}

/// Who acts: for the council of a bid or one of its partners if they are of it, for the network otherwise.
fn actor(cx: &Cx, bid: &Bid, happened: Happened) -> Actor {
    let organisation = match happened.by_network() {
        true => policy::network_of(&cx.caller),
        false => policy::council_of(&cx.caller, bid).or_else(|| policy::network_of(&cx.caller)),
    };
    cx.caller.acting_for(organisation)
}

/// Saves the new version of a bid with its line of history and its event. The close of its round is at hand where this
/// is called, and not read again.
fn save(tx: &mut Tx, cx: &Cx, old: &Bid, new: Bid, happened: Happened, closes_at: Timestamp) -> Result<BidNow, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened, closes_at)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Bid>,
    new: Bid,
    happened: Happened,
    closes_at: Timestamp,
) -> Result<BidNow, Error> {
    // Whoever leaves acts for their council a last time, and is told of the bid as they read it.
    let before = old.unwrap_or(&new);
    let by = actor(cx, before, happened);
    let extent = policy::extent(&cx.caller, before, cx.now >= closes_at);
    // Every version is one line of history.
    let line = Line::first(new.version, new.updated_at, by, happened.step(), new.state.name())
        .after(old.map(|old| old.state.name()))
        .because(happened.has_reason(), &new.reason);
    store::insert_history(tx, new.id, with_parts(line, old, &new))?;
    let now = BidNow { bid: new, closes_at, as_of: cx.now, extent };
    outbox::put(tx, cx, now.bid.updated_at, events::fact(happened, &now))?;
    Ok(now)
}

/// The line with who was asked to take part, answered, or is no longer named.
fn with_parts(line: Line, old: Option<&Bid>, new: &Bid) -> Line {
    let before = old.map_or(&[][..], |old| &old.participations);
    let told = [line.reason.clone(), participation::told(before, &new.participations)];
    Line { reason: told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "), ..line }
}
