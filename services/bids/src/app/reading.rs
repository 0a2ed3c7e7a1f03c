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
use kit::time::Timestamp;

use super::{intake_of, missing};
use crate::bid::{Bid, BidNow, Extent};
use crate::clarification::Clarification;
use crate::content::{self, Attachment, Change, Revision};
use crate::duplicates::Pair;
use crate::error::Error;
use crate::intake::{Intake, IntakeNow};
use crate::policy::{self, Action, Facts, Verdict};
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
    /// Applicant, or asked to take part.
    pub organisation: Option<OrgId>,
}

/// The bid, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: BidId) -> Result<Bid, Error> {
    let bid = store::get(conn, id)?;
    policy::check(&cx.caller, action, &bid)?;
    Ok(bid)
}

/// The bid, if the caller may read what it says.
fn read(conn: &mut Conn, cx: &Cx, id: BidId) -> Result<Bid, Error> {
    let bid = seen(conn, cx, Action::See, id)?;
    policy::check_read(&cx.caller, &bid, cx.now >= store::closes_at(conn, bid.round)?)?;
    Ok(bid)
}

/// The bid as the caller may see it now.
pub fn shown(cx: &Cx, bid: Bid, closes_at: Timestamp) -> BidNow {
    let extent = policy::extent(&cx.caller, &bid, cx.now >= closes_at);
    BidNow { bid, closes_at, as_of: cx.now, extent }
}

pub fn bid(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<BidNow, Error> {
    let bid = seen(conn, cx, Action::See, *id)?;
    let closes_at = store::closes_at(conn, bid.round)?;
    Ok(shown(cx, bid, closes_at))
}

pub fn bids(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, (i64, BidId)>) -> Result<BidsFound, Error> {
    let Listed { filter, page } = list;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, page.after, page.limit())?;
    let now = |(bid, closes_at)| shown(cx, bid, closes_at);
    let number = |bid: &Bid| bid.state.receipt().map_or(0, |receipt| receipt.number);
    let found = page.found(rows.into_iter().map(now).collect(), |now| (number(&now.bid), now.bid.id));
    let (n_bids, requested) = store::totals(conn, filter, &visible)?;
    Ok(BidsFound { page: found.of_all(n_bids, cx.now), requested })
}

/// The caller's own bids, and for who oversees the round all that the network has received.
fn visible(cx: &Cx) -> Visible {
    let own = cx.caller.organisations_where(policy::reads_for);
    if policy::is_part_of_platform(&cx.caller) {
        Visible::Received
    } else if policy::oversees(&cx.caller) {
        Visible::OwnAndReceived(own, cx.now)
    } else {
        Visible::Own(own)
    }
}

/// Everything but time that keeps a bid from being submitted. `word_ended` is as in [`super::Seen`].
pub fn check(conn: &mut Conn, cx: &Cx, id: BidId, word_ended: bool) -> Result<Checked, Error> {
    let bid = seen(conn, cx, Action::Edit, id)?;
    let intake = intake_of(conn, bid.round)?;
    let (mut missing, limit) = missing(conn, cx, &bid, &intake.call)?;
    if let Err(error) = bid.expect_signed_off() {
        missing.push(Violation::new("sign_off", "sign_off.needed", error.to_string()));
    }
    if word_ended {
        missing.push(Violation::new("sign_off", "sign_off.certifier", Error::WordEnded.to_string()));
    }
    if let Some(limit) = limit {
        let says = Error::LeadLimitReached { limit }.to_string();
        missing.push(Violation::new("content.lead_organisation_id", "round.lead_limit", says));
    }
    Ok(Checked { missing, intake: counted(cx, intake) })
}

/// The intake as the caller may see it: how many bids came is told to all once it has closed.
pub fn counted(cx: &Cx, intake: Intake) -> IntakeNow {
    let is_told =
        intake.closed_at.is_some() || policy::decide(&cx.caller, Action::Count, &Facts::default()) == Verdict::Allow;
    let last_number = if is_told { intake.last_number } else { 0 };
    IntakeNow { intake: Intake { last_number, ..intake }, as_of: cx.now }
}

pub fn revisions(conn: &mut Conn, cx: &Cx, list: &Listed<BidId, i32>) -> Result<Found<Revision>, Error> {
    let bid = read(conn, cx, list.filter)?;
    let rows = store::page_of_revisions(conn, bid.id, readable(cx, &bid), list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |revision| revision.number))
}

pub fn changes(conn: &mut Conn, cx: &Cx, asked: &Compared) -> Result<Vec<Change>, Error> {
    let bid = read(conn, cx, asked.bid)?;
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
    Ok(read(conn, cx, bid)?.attachment(file)?.clone())
}

/// The receipt of the latest hand-in.
pub fn receipt(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<(Bid, HandIn), Error> {
    let bid = read(conn, cx, *id)?;
    let hand_in = store::latest_hand_in(conn, bid.id)?;
    Ok((bid, hand_in))
}

pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<BidId, i64>) -> Result<Found<Line>, Error> {
    let bid = read(conn, cx, list.filter)?;
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
    if policy::check(&cx.caller, Action::See, &bid).is_err() {
        return Ok(None);
    }
    let now = shown(cx, bid, closes_at);
    // Who else takes part in a sealed bid is not told by finding it.
    let takes_part = |id: OrgId| match now.extent {
        Extent::Sealed => now.bid.applicant == id,
        Extent::Content | Extent::All => now.bid.organisations().any(|own| own == id),
    };
    let is_watched =
        asked.round.is_none_or(|round| now.bid.round == round) && asked.organisation.is_none_or(takes_part);
    Ok(is_watched.then_some(now))
}
