//! Submitting, reopening and withdrawing a bid.

use std::sync::Arc;

use kit::cx::{Cx, Reasoned, Target};
use kit::db::{Conn, Tx};
use kit::ids::BidId;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::Seal;

use super::{intake_of, load_for, missing, open_intake, reading, save};
use crate::bid::{Bid, BidNow};
use crate::call::Call;
use crate::duplicates::{FLAG_FROM_PERMILLE, Pair, Words, similarity_permille};
use crate::error::Error;
use crate::events::Happened;
use crate::intake::Timing;
use crate::policy::{self, Action};
use crate::receipt::{self, HandIn};
use crate::state::Step;
use crate::store::{self, Taken};

#[derive(Clone, Debug)]
pub struct SubmitBid {
    pub target: Target<BidId>,
    /// Kept and never used (rule 4).
    pub client_time: Option<Timestamp>,
}

/// What handing in rests on, read beforehand: others need not wait in the round's line while it is read.
#[derive(Clone, Debug)]
pub struct Seen {
    pub bid: Bid,
    /// Shared, since a closure that runs again needs it again.
    pub call: Arc<Call>,
    /// Whether one on whose word the bid rests is no certifier any more.
    pub word_ended: bool,
}

/// The bid, if the caller may hand it in, and what its round asks for.
pub fn look(conn: &mut Conn, cx: &Cx, id: BidId) -> Result<Seen, Error> {
    let bid = reading::seen(conn, cx, Action::Submit, id)?;
    Ok(Seen { call: Arc::new(store::call(conn, bid.round)?), bid, word_ended: false })
}

impl Seen {
    /// Bid and call as they are once the number is taken; what changed since is read again.
    fn renew(&self, tx: &mut Tx, taken: &Taken) -> Result<Seen, Error> {
        let Seen { mut bid, mut call, word_ended } = self.clone();
        if taken.bid_version != bid.version {
            bid = store::get(tx, bid.id)?;
        }
        if taken.call_version != call.version {
            call = Arc::new(store::call(tx, bid.round)?);
        }
        // The place is with a number, or without, for the bid as it was seen, and so are they who were asked after.
        match bid.state.receipt() == self.bid.state.receipt() && bid.words() == self.bid.words() {
            true => Ok(Seen { bid, call, word_ended }),
            false => Err(Refusal::stale(bid).into()),
        }
    }
}

/// Hands a draft in.
pub fn submit_bid(tx: &mut Tx, cx: &Cx, seal: &Seal, seen: &Seen, cmd: &SubmitBid) -> Result<BidNow, Error> {
    // Number and instant: this statement orders all bids of the round.
    let taken = store::take_place(tx, &seen.bid)?;
    let Seen { bid, call, word_ended } = seen.renew(tx, &taken)?;
    let place = taken.place;
    policy::check(&cx.caller, Action::Submit, &bid)?;
    bid.expect_version_but_for_close(cmd.target.version)?;
    let keeps_number = bid.state.receipt().is_some();
    if call.cancelled {
        return Err(Error::RoundCancelled);
    }
    bid.expect_unsubmitted()?;
    let (missing, limit) = missing(tx, cx, &bid, &call)?;
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    if let Some(limit) = limit {
        return Err(Error::LeadLimitReached { limit });
    }
    bid.expect_signed_off()?;
    if word_ended {
        return Err(Error::WordEnded);
    }
    if cx.validate_only && place.timing == Timing::Early {
        // Everything is in order but the time: the draft is the answer.
        return Ok(reading::shown(cx, bid, call.closes_at));
    }
    let new = bid.submit(place)?;
    let happened = match place.timing {
        Timing::Early | Timing::InTime { .. } => Happened::BidSubmitted,
        Timing::Late { .. } => Happened::BidHeldLate,
    };
    let now = save(tx, cx, &bid, new, happened, call.closes_at)?;
    write_receipt(tx, seal, &now.bid, &call, place.at, cmd.client_time)?;
    if keeps_number {
        // Flagged when it was handed in before.
        store::clear_duplicates(tx, &now.bid)?;
    }
    flag_duplicates(tx, &now.bid)?;
    Ok(now)
}

/// `at` is the instant of the hand-in.
pub fn write_receipt(
    tx: &mut Tx,
    seal: &Seal,
    bid: &Bid,
    call: &Call,
    at: Timestamp,
    client_time: Option<Timestamp>,
) -> Result<(), Error> {
    let claims = receipt::claims(bid, call, at, seal.at);
    let hand_in = HandIn {
        bid: bid.id,
        version: bid.version,
        number: claims.number,
        received_at: at,
        revision: bid.revision,
        digest: bid.digest.clone(),
        jws: receipt::sign(&seal.key, &claims)?,
        acknowledgement: receipt::acknowledgement(bid, call, at),
        client_time,
    };
    Ok(store::insert_hand_in(tx, &hand_in)?)
}

/// Rule 8: flagged, not merged.
fn flag_duplicates(tx: &mut Tx, bid: &Bid) -> Result<(), Error> {
    let siblings = store::received_siblings(tx, bid)?;
    if siblings.is_empty() {
        return Ok(());
    }
    let own = Words::of(&bid.paper.content);
    let own = own.triples();
    let mut pairs = Vec::new();
    for (other, content) in siblings {
        let permille = similarity_permille(&Words::of(&content).triples(), &own);
        if permille >= FLAG_FROM_PERMILLE {
            pairs.push(Pair::new(bid.id, other, permille));
        }
    }
    Ok(store::insert_duplicates(tx, bid, &pairs)?)
}

pub fn reopen_bid(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<BidId>) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::Reopen, &cmd.target)?;
    let intake = open_intake(tx, cx, bid.round)?;
    let new = bid.step(Step::Reopen, &cmd.reason, cx.now)?;
    save(tx, cx, &bid, new, Happened::BidReopened, intake.call.closes_at)
}

pub fn withdraw_bid(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<BidId>) -> Result<BidNow, Error> {
    let bid = store::get(tx, cmd.target.id)?;
    // A reopened bid was received too: reopening it first is no way past the certifier.
    let action = match bid.state.is_received() || bid.state.receipt().is_some() {
        true => Action::WithdrawReceived,
        false => Action::Withdraw,
    };
    policy::check(&cx.caller, action, &bid)?;
    bid.expect_version(cmd.target.version)?;
    let intake = intake_of(tx, bid.round)?;
    let mut new = bid.step(Step::Withdraw, &cmd.reason, cx.now)?;
    // Who may not see drafts sees the bid again from now on, and what was written since it was reopened was not
    // handed in.
    if let (false, Some(receipt)) = (bid.state.is_received(), bid.state.receipt()) {
        new = new.as_received(store::revision(tx, bid.id, receipt.revision)?);
    }
    save(tx, cx, &bid, new, Happened::BidWithdrawn, intake.call.closes_at)
}
