//! Handing in, and taking back.

use kit::cx::Cx;
use kit::db::Tx;
use kit::time::Timestamp;
use kit::tokens::SigningKey;

use super::{Target, open, open_gate, settle};
use crate::bid::{Bid, BidNow, State, Step};
use crate::call::Call;
use crate::duplicates::{FLAG_FROM_PERMILLE, similarity_permille};
use crate::error::Error;
use crate::events::Happened;
use crate::intake::Timing;
use crate::policy::{self, Action};
use crate::store::{self, HandIn};
use crate::{form, receipt};

#[derive(Clone, Debug)]
pub struct Submit {
    pub target: Target,
    /// Kept and never used (rule 4).
    pub client_time: Option<Timestamp>,
    /// Real time, for the receipt's signature.
    pub signed_at: Timestamp,
}

/// Hands a draft in.
pub fn submit(tx: &mut Tx, cx: &Cx, key: &SigningKey, cmd: &Submit) -> Result<BidNow, Error> {
    let bid = open(tx, cx, Action::Submit, &cmd.target)?;
    let keeps_number = bid.state.receipt().is_some();
    // Number and instant: this statement orders all bids of the round.
    let gate = store::take_place(tx, bid.round, keeps_number)?.ok_or(Error::NotFound { what: "round" })?;
    let call = gate.call;
    if call.cancelled {
        return Err(Error::RoundCancelled);
    }
    bid.expect_draft("submit")?;
    let missing = form::check(&bid.paper, &call);
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    check_lead_limit(tx, &bid, &call)?;
    if cx.validate_only && gate.place.timing == Timing::Early {
        return dry_run_before_opening(cx, &bid, &call);
    }
    let new = bid.submit(gate.place)?;
    let happened = match new.state {
        State::HeldLate(_) => Happened::HeldLate,
        State::Submitted(_)
        | State::Draft { .. }
        | State::Eligible(_)
        | State::Ineligible(_)
        | State::Withdrawn(_)
        | State::NotSubmitted { .. }
        | State::RejectedLate(_) => Happened::Submitted,
    };
    let now = settle(tx, cx, &bid, &new, happened, call.closes_at)?;
    write_receipt(tx, key, &new, &call, gate.place.at, cmd)?;
    flag_duplicates(tx, &new)?;
    Ok(now)
}

/// Everything is in order but the time: the draft is the answer.
fn dry_run_before_opening(cx: &Cx, bid: &Bid, call: &Call) -> Result<BidNow, Error> {
    match &bid.sign_off {
        Some(sign_off) if sign_off.digest == bid.digest => Ok(BidNow {
            bid: bid.clone(),
            closes_at: call.closes_at,
            as_of: cx.now,
        }),
        Some(_) | None => Err(Error::SignOffNeeded),
    }
}

fn check_lead_limit(tx: &mut Tx, bid: &Bid, call: &Call) -> Result<(), Error> {
    let instrument = &bid.paper.content.instrument;
    let Some(limit) = call
        .instrument(instrument)
        .and_then(|instrument| instrument.lead_limit)
    else {
        return Ok(());
    };
    let n_led = store::n_led(tx, bid.round, bid.lead(), instrument)?;
    if n_led < limit {
        Ok(())
    } else {
        Err(Error::LeadLimitReached { limit })
    }
}

fn write_receipt(
    tx: &mut Tx,
    key: &SigningKey,
    bid: &Bid,
    call: &Call,
    at: Timestamp,
    cmd: &Submit,
) -> Result<(), Error> {
    let claims = receipt::claims(bid, call, at, cmd.signed_at);
    let hand_in = HandIn {
        bid_id: bid.id.to_string(),
        version: bid.version,
        number: claims.number,
        received_at: at.micros(),
        revision: bid.revision,
        sha256: bid.digest.clone(),
        jws: receipt::sign(key, &claims)?,
        acknowledgement: receipt::acknowledgement(bid, call, at),
        client_time: cmd.client_time.map(Timestamp::micros),
    };
    Ok(store::insert_hand_in(tx, &hand_in)?)
}

/// Rule 8: flagged, not merged.
fn flag_duplicates(tx: &mut Tx, bid: &Bid) -> Result<(), Error> {
    for (other, content) in store::received_siblings(tx, bid)? {
        let permille = similarity_permille(&content, &bid.paper.content);
        if permille >= FLAG_FROM_PERMILLE {
            let (first, second) = if other < bid.id {
                (other, bid.id)
            } else {
                (bid.id, other)
            };
            store::put_duplicate(tx, bid.round, first, second, permille)?;
        }
    }
    Ok(())
}

#[derive(Clone, Debug)]
pub struct Reopen {
    pub target: Target,
    pub reason: String,
}

pub fn reopen(tx: &mut Tx, cx: &Cx, cmd: &Reopen) -> Result<BidNow, Error> {
    let bid = open(tx, cx, Action::Reopen, &cmd.target)?;
    let intake = open_gate(tx, cx, bid.round)?;
    let new = bid.step(Step::Reopen, &cmd.reason, cx.now)?;
    settle(tx, cx, &bid, &new, Happened::Reopened, intake.call.closes_at)
}

#[derive(Clone, Debug)]
pub struct Withdraw {
    pub target: Target,
    pub reason: String,
}

pub fn withdraw(tx: &mut Tx, cx: &Cx, cmd: &Withdraw) -> Result<BidNow, Error> {
    let bid = store::get(tx, cmd.target.id)?;
    let action = if bid.state.is_received() {
        Action::WithdrawReceived
    } else {
        Action::Withdraw
    };
    policy::check(&cx.caller, action, &bid)?;
    bid.expect_version(cmd.target.version)?;
    let intake = store::intake(tx, bid.round)?.ok_or(Error::NotFound { what: "round" })?;
    let new = bid.step(Step::Withdraw, &cmd.reason, cx.now)?;
    settle(tx, cx, &bid, &new, Happened::Withdrawn, intake.call.closes_at)
}
