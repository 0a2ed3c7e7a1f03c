//! Drafts: created, revised, shared with partners, signed off.

use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::digest::digest;
use kit::ids::{AttachmentId, BidId, OrgId, PersonId, RoundId};
use kit::refusal::Refusal;

use super::{actor, load_for, open_intake, record, save};
use crate::bid::{Bid, BidNow, Participant};
use crate::call::Call;
use crate::content::{Attachment, Content, Paper, Revision};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::{self, Action};
use crate::state::State;
use crate::store;

/// Most files that a draft has: as many as the contract lets a round take.
const MOST_FILES: usize = 50;

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
    let paper = Paper { content: cmd.content.clone(), attachments: Vec::new() };
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
        sign_off: None,
        findings: Vec::new(),
        reason: String::new(),
        created_at: cx.now,
        updated_at: cx.now,
    };
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
    let paper = Paper { content: cmd.content.clone(), attachments: bid.paper.attachments.clone() };
    revise(tx, cx, &bid, paper, None)
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

/// The bid, if it takes one more file: looked at before the bytes are sent, and again once they are kept. How many its
/// round takes is told with all else that is missing.
///
/// # Errors
/// As [`crate::policy::check`], [`Bid::expect_version`] and [`Bid::expect_draft`] do. [`Refusal::Invalid`] when it has
/// no room.
pub fn load_for_attachment(conn: &mut Conn, cx: &Cx, target: &Target<BidId>) -> Result<Bid, Error> {
    let bid = load_for(conn, cx, Action::Edit, target)?;
    bid.expect_draft("edit")?;
    if bid.paper.attachments.len() >= MOST_FILES {
        let says = format!("a bid has at most {MOST_FILES} files; take one out first");
        return Err(Refusal::bad_field("attachments", "max_items", says).into());
    }
    Ok(bid)
}

/// Adds a file whose bytes are already kept.
pub fn add_attachment(tx: &mut Tx, cx: &Cx, target: &Target<BidId>, file: &Attachment) -> Result<BidNow, Error> {
    let bid = load_for_attachment(tx, cx, target)?;
    let mut paper = bid.paper.clone();
    paper.attachments.push(file.clone());
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
    if *certifier_of != Some(bid.applicant) {
        let says = "the registry holds no such certifier of this organisation";
        return Err(Refusal::bad_field("certifier_id", "certifier", says).into());
    }
    if !cx.caller.gives_word_of(cmd.certifier) {
        return Err(Refusal::NotAllowed { who_may: "only the certifier named" }.into());
    }
    let new = bid.sign_off(cmd.certifier, cmd.role.clone(), cx.caller.subject.to_string(), cx.now)?;
    save(tx, cx, &bid, new, Happened::BidSignedOff, intake.call.closes_at)
}
