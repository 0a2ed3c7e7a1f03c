//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it;
//! the one exception is a submission's instant and number, which come from the gate's row.

mod decisions;
mod drafts;
mod earlier;
mod gate;
mod hand_in;
pub mod reading;

pub use decisions::{
    AnswerClarification, AskClarification, DecideEligibility, DecideLate, ScreenBid, admit_late_bid,
    answer_clarification, ask_clarification, decide_eligibility, reject_late_bid, screen_bid,
};
pub use drafts::{
    CreateBid, RemoveAttachment, RestoreRevision, SetParticipants, SignOffBid, UpdateBid, add_attachment, check_room,
    create_bid, remove_attachment, restore_revision, set_participants, sign_off_bid, update_bid,
};
pub use earlier::{take_award, take_report};
pub use gate::{close, sweep, take_call};
pub use hand_in::{ReopenBid, Seen, SubmitBid, WithdrawBid, look, reopen_bid, submit_bid, withdraw_bid};

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::history::Line;
use kit::ids::{BidId, RoundId};
use kit::outbox;
use kit::time::Timestamp;

use crate::bid::{Bid, BidNow};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::intake::Intake;
use crate::policy::{self, Action};
use crate::store;

/// The gate of a bid's round. A bid is never without one.
fn gate_of(conn: &mut Conn, bid: &Bid) -> Result<Intake, Error> {
    store::intake(conn, bid.round)?.ok_or(Error::NotFound { what: "round" })
}

/// The bid as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<BidId>) -> Result<Bid, Error> {
    let bid = reading::seen(tx, cx, action, target.id)?;
    bid.expect_version(target.version)?;
    Ok(bid)
}

/// The gate of a round, which must be open for drafting: not closed, not cancelled.
fn open_gate(tx: &mut Tx, cx: &Cx, round: RoundId) -> Result<Intake, Error> {
    let intake = store::intake(tx, round)?.ok_or(Error::NotFound { what: "round" })?;
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

/// Who acts, with the organisation that they act for here.
fn actor(cx: &Cx, bid: &Bid, happened: Happened) -> Actor {
    let organisation = match happened.by_network() {
        true => policy::network_of(&cx.caller),
        false => policy::council_of(&cx.caller, bid),
    };
    cx.caller.acting_for(organisation)
}

/// Saves the new version of a bid with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Bid, new: &Bid, happened: Happened, closes_at: Timestamp) -> Result<BidNow, Error> {
    store::update(tx, old, new)?;
    record(tx, cx, Some(old), new, happened, closes_at)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Bid>,
    new: &Bid,
    happened: Happened,
    closes_at: Timestamp,
) -> Result<BidNow, Error> {
    let line = Line {
        // Every version is one line of history.
        sequence: new.version,
        at: new.updated_at,
        by: actor(cx, new, happened),
        step: happened.step().to_string(),
        from: old.map(|old| old.state.name().to_string()),
        to: new.state.name().to_string(),
        reason: if happened.has_reason() { new.reason.clone() } else { String::new() },
    };
    store::insert_history(tx, new.id, line)?;
    let now = BidNow { bid: new.clone(), closes_at, as_of: cx.now };
    outbox::put(tx, cx, new.updated_at, &events::fact(happened, &now))?;
    Ok(now)
}
