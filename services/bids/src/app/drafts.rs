//! Drafts: created, revised, shared with partners, signed off.

use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::digest::digest;
use kit::ids::{AttachmentId, BidId, OrgId, PersonId, RoundId};
use kit::refusal::Refusal;
use kit::register::expect_word_of;

use super::{actor, load_for, open_intake, record, save};
use crate::bid::{Bid, BidNow};
use crate::call::Call;
use crate::content::{Attachment, Content, Paper, Participant, Revision};
use crate::error::Error;
use crate::events::Happened;
use crate::form;
use crate::policy::{self, Action};
use crate::state::State;
use crate::store;

/// Over all its revisions a bid has room for this many times the bytes that its round takes at once.
const MOST_TIMES_OVER: i64 = 10;

#[derive(Clone, Debug)]
pub struct CreateBid {
    pub id: BidId,
    pub round: RoundId,
    pub applicant: OrgId,
    pub client_reference: Option<String>,
    pub content: Content,
}

pub fn create_bid(tx: &mut Tx, cx: &Cx, call: &Call, cmd: &CreateBid) -> Result<BidNow, Error> {
    policy::check_new(&cx.caller, cmd.applicant)?;
    store::insert_call(tx, call, cx.now)?;
    let intake = open_intake(tx, cx, cmd.round)?;
    // References are unique per client; people of one council share theirs.
    let client = match cx.caller.organisation {
        Some(_) => cx.caller.subject.to_string(),
        None => cmd.applicant.to_string(),
    };
    if let Some(reference) = &cmd.client_reference
        && let Some(existing) = store::of_reference(tx, &client, cmd.round, reference)?
    {
        return Err(Error::ReferenceTaken { existing });
    }
    let paper = Paper { content: cmd.content.clone(), attachments: Vec::new(), participants: Some(Vec::new()) };
    let bid = Bid {
        id: cmd.id,
        round: cmd.round,
        applicant: cmd.applicant,
        client,
        client_reference: cmd.client_reference.clone(),
        version: 1,
        state: State::Draft { kept: None },
        revision: 1,
        digest: digest(paper.canonical_json()),
        paper,
        participants: Vec::new(),
        participations: Vec::new(),
        declared_conflicts: Vec::new(),
        sign_off: None,
        findings: Vec::new(),
        reason: String::new(),
        created_at: cx.now,
        updated_at: cx.now,
    }
    .asking();
    store::insert(tx, &bid)?;
    write_revision(tx, cx, &bid, Happened::BidCreated, None)?;
    record(tx, cx, None, bid, Happened::BidCreated, intake.call.closes_at)
}

#[derive(Clone, Debug)]
pub struct UpdateBid {
    pub target: Target<BidId>,
    pub content: Content,
}

pub fn update_bid(tx: &mut Tx, cx: &Cx, cmd: &UpdateBid) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::Edit, &cmd.target)?;
    revise(tx, cx, &bid, bid.paper_with(cmd.content.clone()), None)
}

#[derive(Clone, Debug)]
pub struct RestoreRevision {
    pub target: Target<BidId>,
    pub revision: i32,
}

pub fn restore_revision(tx: &mut Tx, cx: &Cx, cmd: &RestoreRevision) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::Edit, &cmd.target)?;
    let earlier = store::revision(tx, bid.id, cmd.revision)?;
    revise(tx, cx, &bid, earlier.paper, Some(cmd.revision))
}

/// The bid with one more file, if its round takes it: looked at before the bytes are sent, and again once they are
/// kept.
///
/// # Errors
/// As [`crate::policy::check`], [`Bid::expect_version`] and [`Bid::expect_draft`] do. [`Refusal::Invalid`] for a file
/// that is too large, of another type, or one too many.
pub fn load_for_attachment(
    conn: &mut Conn,
    cx: &Cx,
    target: &Target<BidId>,
    file: &Attachment,
) -> Result<(Bid, Paper), Error> {
    let bid = load_for(conn, cx, Action::Edit, target)?;
    bid.expect_draft("edit")?;
    let mut paper = bid.paper.clone();
    paper.attachments.push(file.clone());
    let mut refused = Vec::new();
    form::check_attachments(&paper, &store::call(conn, bid.round)?, &mut refused);
    Refusal::if_any(refused)?;
    Ok((bid, paper))
}

/// Makes room for the bytes of a file, before they are taken.
pub fn announce_attachment(tx: &mut Tx, cx: &Cx, target: &Target<BidId>, file: &Attachment) -> Result<(), Error> {
    let (bid, _) = load_for_attachment(tx, cx, target, file)?;
    let rules = store::call(tx, bid.round)?.attachments;
    let room = rules.max_bytes_each.saturating_mul(rules.max_count.into()).saturating_mul(MOST_TIMES_OVER);
    if store::n_bytes_besides(tx, bid.id, &file.sha256)? > room - file.size_bytes {
        let says = format!("the files of all revisions of a bid may have {room} bytes; this one would exceed them");
        return Err(Refusal::bad_field("size_bytes", "quota", says).into());
    }
    if store::is_condemned(tx, &file.sha256)? {
        return Err(Error::BeingCleared);
    }
    Ok(store::announce(tx, bid.id, file, cx.now)?)
}

/// Adds a file whose bytes are already kept.
pub fn add_attachment(tx: &mut Tx, cx: &Cx, target: &Target<BidId>, file: &Attachment) -> Result<BidNow, Error> {
    let (bid, paper) = load_for_attachment(tx, cx, target, file)?;
    store::keep(tx, bid.id, &file.sha256)?;
    revise(tx, cx, &bid, paper, None)
}

#[derive(Clone, Debug)]
pub struct RemoveAttachment {
    pub target: Target<BidId>,
    pub file: AttachmentId,
}

pub fn remove_attachment(tx: &mut Tx, cx: &Cx, cmd: &RemoveAttachment) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::Edit, &cmd.target)?;
    bid.attachment(cmd.file)?;
    let mut paper = bid.paper.clone();
    paper.attachments.retain(|file| file.id != cmd.file);
    revise(tx, cx, &bid, paper, None)
}

fn revise(tx: &mut Tx, cx: &Cx, old: &Bid, paper: Paper, restored_from: Option<i32>) -> Result<BidNow, Error> {
    if old.is_shared_otherwise(&paper) {
        policy::check(&cx.caller, Action::SetParticipants, old)?;
    }
    let intake = open_intake(tx, cx, old.round)?;
    let new = old.revise(paper, cx.now)?;
    write_revision(tx, cx, &new, Happened::BidRevised, restored_from)?;
    save(tx, cx, old, new, Happened::BidRevised, intake.call.closes_at)
}

fn write_revision(
    tx: &mut Tx,
    cx: &Cx,
    bid: &Bid,
    happened: Happened,
    restored_from: Option<i32>,
) -> Result<(), Error> {
    let revision = Revision {
        bid: bid.id,
        number: bid.revision,
        paper: bid.paper.clone(),
        canonical_json: bid.paper.canonical_json(),
        digest: bid.digest.clone(),
        created_at: bid.updated_at,
        author: actor(cx, bid, happened),
        restored_from,
    };
    Ok(store::insert_revision(tx, &revision)?)
}

#[derive(Clone, Debug)]
pub struct SetParticipants {
    pub target: Target<BidId>,
    pub participants: Vec<Participant>,
}

pub fn set_participants(tx: &mut Tx, cx: &Cx, cmd: &SetParticipants) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::SetParticipants, &cmd.target)?;
    let intake = open_intake(tx, cx, bid.round)?;
    let new = bid.with_participants(cmd.participants.clone(), cx.now)?;
    write_revision(tx, cx, &new, Happened::BidParticipantsSet, None)?;
    save(tx, cx, &bid, new, Happened::BidParticipantsSet, intake.call.closes_at)
}

#[derive(Clone, Debug)]
pub struct SignOffBid {
    pub target: Target<BidId>,
    pub certifier: PersonId,
    pub role: String,
}

/// `certifier_of` is the organisation of which the registry holds the certifier, asked beforehand.
pub fn sign_off_bid(tx: &mut Tx, cx: &Cx, certifier_of: &Option<OrgId>, cmd: &SignOffBid) -> Result<BidNow, Error> {
    let bid = load_for(tx, cx, Action::SignOff, &cmd.target)?;
    let intake = open_intake(tx, cx, bid.round)?;
    expect_word_of(&cx.caller, cmd.certifier, *certifier_of, bid.applicant)?;
    let new = bid.sign_off(cmd.certifier, cmd.role.clone(), cx.caller.subject.to_string(), cx.now)?;
    save(tx, cx, &bid, new, Happened::BidSignedOff, intake.call.closes_at)
}
