//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::Conn;
use kit::fault::Violation;
use kit::history::Line;
use kit::ids::{AttachmentId, BidId, ClarificationId, RoundId};
use kit::paging::{Found, Listed};
use kit::time::Timestamp;

use super::{gate_of, hand_in};
use crate::bid::{Bid, BidNow};
use crate::clarification::Clarification;
use crate::content::{self, Attachment, Change, Revision};
use crate::duplicates::Pair;
use crate::error::Error;
use crate::intake::Intake;
use crate::policy::{self, Action};
use crate::receipt::HandIn;
use crate::store::{self, Filter, Totals, Visible};

/// Two revisions of one bid, by their numbers.
#[derive(Clone, Debug)]
pub struct Compared {
    pub bid: BidId,
    pub numbers: [i32; 2],
}

/// The bid, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: BidId) -> Result<Bid, Error> {
    let bid = store::get(conn, id)?;
    policy::check(&cx.caller, action, &bid)?;
    Ok(bid)
}

pub fn bid(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<BidNow, Error> {
    let bid = seen(conn, cx, Action::See, *id)?;
    let closes_at = gate_of(conn, &bid)?.call.closes_at;
    Ok(BidNow { bid, closes_at, as_of: cx.now })
}

/// A page of bids, the totals of all pages, and their instant.
pub fn bids(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<Filter, (i64, BidId)>,
) -> Result<(Found<BidNow>, Totals, Timestamp), Error> {
    let Listed { filter, page } = asked;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, page.after.as_ref(), page.limit())?;
    let now = |(bid, closes_at)| BidNow { bid, closes_at, as_of: cx.now };
    let number = |bid: &Bid| bid.state.receipt().map_or(0, |receipt| receipt.number);
    let bids = page.found(rows.into_iter().map(now).collect(), |now| (number(&now.bid), now.bid.id));
    Ok((bids, store::totals(conn, filter, &visible)?, cx.now))
}

/// The caller's own bids, and for who oversees the round all that the network has received.
fn visible(cx: &Cx) -> Visible {
    Visible { own: policy::reads_for_all(&cx.caller), all_received: policy::oversees(&cx.caller) }
}

/// What is missing from a bid, the gate that it has to pass, and their instant.
pub fn check(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<(Vec<Violation>, Intake, Timestamp), Error> {
    let bid = seen(conn, cx, Action::Edit, *id)?;
    let intake = gate_of(conn, &bid)?;
    Ok((hand_in::check(conn, &bid, &intake.call)?, intake, cx.now))
}

pub fn revisions(conn: &mut Conn, cx: &Cx, asked: &Listed<BidId, i32>) -> Result<Found<Revision>, Error> {
    let bid = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::revisions(conn, bid.id, sees_received_only(cx, &bid), asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |revision| revision.number))
}

pub fn changes(conn: &mut Conn, cx: &Cx, asked: &Compared) -> Result<Vec<Change>, Error> {
    let bid = seen(conn, cx, Action::See, asked.bid)?;
    let received_only = sees_received_only(cx, &bid);
    let mut paper = |number| {
        let found = store::revision_if(conn, bid.id, received_only, number)?;
        Ok::<_, Error>(found.ok_or(Error::NotFound { what: "revision" })?.paper)
    };
    let [first, second] = asked.numbers;
    Ok(content::compare(&paper(first)?, &paper(second)?))
}

/// Who reads a bid that is not their own sees of its revisions those that were handed in.
fn sees_received_only(cx: &Cx, bid: &Bid) -> bool {
    !policy::is_of_its_own(&cx.caller, &policy::facts(bid))
}

pub fn attachment(conn: &mut Conn, cx: &Cx, bid: BidId, file: AttachmentId) -> Result<Attachment, Error> {
    Ok(seen(conn, cx, Action::See, bid)?.attachment(file)?.clone())
}

/// The receipt of the latest hand-in.
pub fn receipt(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<(Bid, HandIn), Error> {
    let bid = seen(conn, cx, Action::See, *id)?;
    let hand_in = store::latest_hand_in(conn, bid.id)?.ok_or(Error::NotFound { what: "receipt" })?;
    Ok((bid, hand_in))
}

pub fn history(conn: &mut Conn, cx: &Cx, asked: &Listed<BidId, i64>) -> Result<Found<Line>, Error> {
    let bid = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::history(conn, bid.id, asked.page.after.unwrap_or(0), asked.page.limit())?;
    Ok(asked.page.found(rows, |line| line.sequence))
}

pub fn clarifications(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<BidId, ClarificationId>,
) -> Result<Found<Clarification>, Error> {
    let bid = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::clarifications(conn, bid.id, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |clarification| clarification.id))
}

/// For who oversees rounds; [`policy`] was asked before, for a round may have no bids yet.
pub fn duplicates(conn: &mut Conn, asked: &Listed<RoundId, (BidId, BidId)>) -> Result<Found<Pair>, Error> {
    let rows = store::duplicates(conn, asked.filter, asked.page.after.as_ref(), asked.page.limit())?;
    Ok(asked.page.found(rows, |pair| (pair.second, pair.first)))
}
