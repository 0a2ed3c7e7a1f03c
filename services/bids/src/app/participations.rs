//! What those who were asked to take part answer, and the ties that the applicant declares.

use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::ids::{BidId, OrgId};
use kit::refusal::Refusal;
use kit::register::expect_word_of;

use super::{intake_of, lead_limit_reached, load_for, open_intake, save};
use crate::bid::{Bid, BidNow};
use crate::conflict::DeclaredConflict;
use crate::error::Error;
use crate::events::Happened;
use crate::participation::{Answer, Part, Reply, Word};
use crate::policy::{self, Action};
use crate::store;

/// The part of an organisation in a bid; all its parts, where none is named.
#[derive(Clone, Debug)]
pub struct PartOf {
    pub target: Target<BidId>,
    pub organisation: OrgId,
    pub part: Option<Part>,
}

#[derive(Clone, Debug)]
pub struct ConfirmParticipation {
    pub of: PartOf,
    pub word: Option<Word>,
}

/// `certifier_of` is the organisation of which the registry holds the certifier, asked beforehand.
pub fn confirm_participation(
    tx: &mut Tx,
    cx: &Cx,
    certifier_of: &Option<OrgId>,
    cmd: &ConfirmParticipation,
) -> Result<BidNow, Error> {
    let bid = load_part(tx, cx, Action::Join, &cmd.of)?;
    let (new, parts) = reply(cx, &bid, &cmd.of, Reply::Confirm, "", cmd.word.clone())?;
    if parts.iter().any(|part| part.is_bound()) || cmd.word.is_some() {
        let organisation = cmd.of.organisation;
        policy::check_part(&cx.caller, Action::Bind, &bid, organisation)?;
        let Some(word) = &cmd.word else {
            let says = "a lead or payee confirms by the word of its certifier; name them, and their role";
            return Err(Refusal::bad_field("certifier_id", "required", says).into());
        };
        expect_word_of(&cx.caller, word.certifier, *certifier_of, organisation)?;
    }
    let call = intake_of(tx, bid.round)?.call;
    if parts.contains(&Part::Lead)
        && let Some(limit) = lead_limit_reached(tx, &bid, &call)?
    {
        return Err(Error::LeadLimitReached { limit });
    }
    save(tx, cx, &bid, new, Happened::ParticipationConfirmed, call.closes_at)
}

#[derive(Clone, Debug)]
pub struct ReplyParticipation {
    pub of: PartOf,
    pub reason: String,
}

pub fn decline_participation(tx: &mut Tx, cx: &Cx, cmd: &ReplyParticipation) -> Result<BidNow, Error> {
    let bid = load_part(tx, cx, Action::Decline, &cmd.of)?;
    let (new, _) = reply(cx, &bid, &cmd.of, Reply::Decline, &cmd.reason, None)?;
    let closes_at = store::closes_at(tx, bid.round)?;
    save(tx, cx, &bid, new, Happened::ParticipationDeclined, closes_at)
}

pub fn leave_bid(tx: &mut Tx, cx: &Cx, cmd: &ReplyParticipation) -> Result<BidNow, Error> {
    let bid = load_part(tx, cx, Action::Join, &cmd.of)?;
    let (new, parts) = reply(cx, &bid, &cmd.of, Reply::Leave, &cmd.reason, None)?;
    if parts.iter().any(|part| part.is_bound()) {
        policy::check_part(&cx.caller, Action::Bind, &bid, cmd.of.organisation)?;
    }
    // What was handed in rests on their word, and is out until the close.
    if new.state != bid.state {
        open_intake(tx, cx, bid.round)?;
    }
    let closes_at = store::closes_at(tx, bid.round)?;
    save(tx, cx, &bid, new, Happened::ParticipationLeft, closes_at)
}

/// The bid, if the caller may answer for a part of this organisation.
pub fn seen_part(conn: &mut Conn, cx: &Cx, action: Action, of: &PartOf) -> Result<Bid, Error> {
    let bid = store::get(conn, of.target.id)?;
    policy::check_part(&cx.caller, action, &bid, of.organisation)?;
    Ok(bid)
}

/// The same if they read its present version.
fn load_part(tx: &mut Tx, cx: &Cx, action: Action, of: &PartOf) -> Result<Bid, Error> {
    let bid = seen_part(tx, cx, action, of)?;
    bid.expect_version(of.target.version)?;
    Ok(bid)
}

fn reply(
    cx: &Cx,
    bid: &Bid,
    of: &PartOf,
    reply: Reply,
    reason: &str,
    word: Option<Word>,
) -> Result<(Bid, Vec<Part>), Error> {
    let by = cx.caller.acting_for(Some(of.organisation));
    let answer = Answer { by, at: cx.now, digest: bid.digest.clone(), reason: reason.to_string(), word };
    bid.reply((of.organisation, of.part), reply, &answer)
}

#[derive(Clone, Debug)]
pub struct DeclareConflicts {
    pub target: Target<BidId>,
    pub conflicts: Vec<DeclaredConflict>,
}

pub fn declare_conflicts(tx: &mut Tx, cx: &Cx, cmd: &DeclareConflicts) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::DeclareConflicts, &cmd.target)?;
    let new = bid.with_conflicts(cmd.conflicts.clone(), cx.now)?;
    let closes_at = store::closes_at(tx, bid.round)?;
    save(tx, cx, &bid, new, Happened::ConflictsDeclared, closes_at)
}
