//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::fault::Violation;
use kit::history::Line;
use kit::ids::{AttachmentId, BidId, ClarificationId, OrgId, RoundId};
use kit::money::Money;
use kit::paging::{Counted, Found, Listed};
use kit::stored::parsed;

use super::{intake_of, lead_limit_reached};
use crate::bid::{Bid, BidNow};
use crate::call::Call;
use crate::clarification::Clarification;
use crate::content::{self, Attachment, Change, Revision};
use crate::duplicates::Pair;
use crate::error::Error;
use crate::form;
use crate::intake::IntakeNow;
use crate::policy::{self, Action};
use crate::receipt::HandIn;
use crate::store::{self, Filter, Readable, Visible};

/// Two revisions of one bid, by their numbers.
#[derive(Clone, Debug)]
pub struct Compared {
    pub bid: BidId,
    pub numbers: [i32; 2],
}

/// A page of bids, and the sum that those of all pages ask for.
#[derive(Clone, Debug)]
pub struct BidsFound {
    pub page: Counted<BidNow>,
    pub requested: Money,
}

/// What is missing from a bid, and the intake that it has to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub missing: Vec<Violation>,
    pub intake: IntakeNow,
}

/// Which bids a watch is on.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub round: Option<RoundId>,
    /// Applicant or participant.
    pub organisation: Option<OrgId>,
}

/// The bid, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: BidId) -> Result<Bid, Error> {
    let bid = store::get(conn, id)?;
    policy::check(&cx.caller, action, &bid)?;
    Ok(bid)
}

pub fn bid(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<BidNow, Error> {
    let bid = seen(conn, cx, Action::See, *id)?;
    let closes_at = intake_of(conn, bid.round)?.call.closes_at;
    Ok(BidNow { bid, closes_at, as_of: cx.now })
}

pub fn bids(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, (i64, BidId)>) -> Result<BidsFound, Error> {
    let Listed { filter, page } = list;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, page.after, page.limit())?;
    let now = |(bid, closes_at)| BidNow { bid, closes_at, as_of: cx.now };
    let number = |bid: &Bid| bid.state.receipt().map_or(0, |receipt| receipt.number);
    let found = page.found(rows.into_iter().map(now).collect(), |now| (number(&now.bid), now.bid.id));
    let (n_bids, requested) = store::totals(conn, filter, &visible)?;
    Ok(BidsFound { page: found.of_all(n_bids, cx.now), requested })
}

/// The caller's own bids, and for who oversees the round all that the network has received.
fn visible(cx: &Cx) -> Visible {
    let own = cx.caller.organisations_where(policy::reads_for);
    if policy::oversees(&cx.caller) { Visible::OwnAndReceived(own) } else { Visible::Own(own) }
}

pub fn check(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<Checked, Error> {
    let bid = seen(conn, cx, Action::Edit, *id)?;
    let intake = intake_of(conn, bid.round)?;
    let missing = missing(conn, &bid, &intake.call)?;
    Ok(Checked { missing, intake: IntakeNow { intake, as_of: cx.now } })
}

/// Everything but time that keeps a bid from being submitted.
fn missing(conn: &mut Conn, bid: &Bid, call: &Call) -> Result<Vec<Violation>, Error> {
    let mut missing = form::check_bid(bid, call);
    if let Some(limit) = lead_limit_reached(conn, bid, call)? {
        let says = Error::LeadLimitReached { limit }.to_string();
        missing.push(Violation::new("content.lead_organisation_id", "round.lead_limit", says));
    }
    Ok(missing)
}

pub fn revisions(conn: &mut Conn, cx: &Cx, list: &Listed<BidId, i32>) -> Result<Found<Revision>, Error> {
    let bid = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::page_of_revisions(conn, bid.id, readable(cx, &bid), list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |revision| revision.number))
}

pub fn changes(conn: &mut Conn, cx: &Cx, asked: &Compared) -> Result<Vec<Change>, Error> {
    let bid = seen(conn, cx, Action::See, asked.bid)?;
    let readable = readable(cx, &bid);
    let [first, second] = asked.numbers;
    let before = store::readable_revision(conn, bid.id, readable, first)?;
    let after = store::readable_revision(conn, bid.id, readable, second)?;
    Ok(content::compare(&before.paper, &after.paper))
}

/// Who reads a bid that is not their own sees of its revisions those that were handed in.
fn readable(cx: &Cx, bid: &Bid) -> Readable {
    match policy::is_of_its_own(&cx.caller, &policy::facts(bid)) {
        true => Readable::All,
        false => Readable::HandedIn,
    }
}

pub fn attachment(conn: &mut Conn, cx: &Cx, bid: BidId, file: AttachmentId) -> Result<Attachment, Error> {
    Ok(seen(conn, cx, Action::See, bid)?.attachment(file)?.clone())
}

/// The receipt of the latest hand-in.
pub fn receipt(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<(Bid, HandIn), Error> {
    let bid = seen(conn, cx, Action::See, *id)?;
    let hand_in = store::latest_hand_in(conn, bid.id)?;
    Ok((bid, hand_in))
}

pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<BidId, i64>) -> Result<Found<Line>, Error> {
    let bid = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::history(conn, bid.id, list.page.after.unwrap_or(0), list.page.limit())?;
    Ok(list.page.found(rows, |line| line.sequence))
}

pub fn clarifications(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<BidId, ClarificationId>,
) -> Result<Found<Clarification>, Error> {
    let bid = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::page_of_clarifications(conn, bid.id, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |clarification| clarification.id))
}

/// For who oversees rounds: [`policy`] is asked before the round is looked for, which may have no bids yet.
pub fn duplicates(conn: &mut Conn, list: &Listed<RoundId, (BidId, BidId)>) -> Result<Found<Pair>, Error> {
    let rows = store::page_of_duplicates(conn, list.filter, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |pair| (pair.second, pair.first)))
}

/// The bid that an event is about; none where it is not watched, or hidden from the caller.
///
/// # Errors
/// Those of the store.
pub fn watched(conn: &mut Conn, cx: &Cx, asked: &Watched, subject: &str) -> Result<Option<BidNow>, DbError> {
    let Some((bid, closes_at)) = store::get_all(conn, &[parsed(subject)?])?.pop() else { return Ok(None) };
    let takes_part = |id: OrgId| bid.applicant == id || bid.participants.iter().any(|other| other.organisation == id);
    let is_watched = asked.round.is_none_or(|round| bid.round == round) && asked.organisation.is_none_or(takes_part);
    let is_seen = is_watched && policy::check(&cx.caller, Action::See, &bid).is_ok();
    Ok(is_seen.then_some(BidNow { bid, closes_at, as_of: cx.now }))
}
