//! Publications: planned, assembled, approved, embargoed, published, corrected, withdrawn.

use kit::caller::Area;
use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::deadline::Deadline;
use kit::ids::{CommissionId, PersonId, PublicationId, RoundId};
use kit::refusal::Refusal;
use kit::time::{LONDON, Timestamp};

use super::material::Material;
use super::render::{self, Standing};
use super::state::{State, Step};
use super::{Edition, Item, Printed, Publication, PublicationNow, reading, store};
use crate::commission::access::{expect_open, opened};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::insight;
use crate::policy::Action;

#[derive(Clone, Debug)]
pub struct CreatePublication {
    pub id: PublicationId,
    pub commission: CommissionId,
    pub title: String,
    pub rounds: Vec<RoundId>,
}

pub fn create_publication(tx: &mut Tx, cx: &Cx, cmd: &CreatePublication) -> Result<PublicationNow, Error> {
    let commission = opened(tx, cx, Action::WritePublication, cmd.commission)?;
    if cmd.rounds.iter().any(|round| !commission.rounds.contains(round)) {
        let says = "the round is not one of the commission";
        return Err(Refusal::bad_field("round_ids", "commission", says).into());
    }
    let title = cmd.title.clone();
    let publication = Publication {
        id: cmd.id,
        version: 1,
        commission: cmd.commission,
        rounds: cmd.rounds.clone(),
        state: State::Planned,
        readable: 0,
        edition: Edition { number: 1, title, note: String::new(), items: Vec::new(), sources: Vec::new() },
        reason: String::new(),
        correction_due: false,
        created_at: cx.now,
        updated_at: cx.now,
    };
    store::insert(tx, &publication)?;
    record(tx, cx, None, publication, Happened::PublicationPlanned)
}

#[derive(Clone, Debug)]
pub struct SetItems {
    pub target: Target<PublicationId>,
    pub title: String,
    pub items: Vec<Item>,
}

pub fn set_items(tx: &mut Tx, cx: &Cx, cmd: &SetItems) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::WritePublication, &cmd.target)?;
    let (items, sources) = (cmd.items.clone(), Vec::new());
    let material = store::material(tx, &Edition { items, sources, ..publication.edition.clone() })?;
    let mut of_passages = material.passages.values().map(|passage| passage.commission);
    let mut of_insights = material.insights.values().map(|insight| insight.commission);
    let is_elsewhere = |commission| commission != publication.commission;
    if of_passages.any(is_elsewhere) || of_insights.any(is_elsewhere) {
        return Err(Error::PassagesElsewhere);
    }
    let sources = material.pin(&cmd.items).map_err(Error::SourcesChanged)?;
    let new = publication.set_items(cmd.title.clone(), cmd.items.clone(), sources, cx.now)?;
    store::cite(tx, new.id, &new.edition)?;
    save(tx, cx, &publication, new, Happened::ItemsSet)
}

pub fn start_fact_check(tx: &mut Tx, cx: &Cx, cmd: &Target<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::WritePublication, cmd)?;
    let new = publication.step(Step::StartFactCheck, cx.now)?;
    expect_items(&new)?;
    save(tx, cx, &publication, new, Happened::FactCheckStarted)
}

pub fn approve_publication(tx: &mut Tx, cx: &Cx, cmd: &Target<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::EditPublication, cmd)?;
    let new = publication.step(Step::Approve, cx.now)?;
    expect_sources(tx, &new)?;
    save(tx, cx, &publication, new, Happened::PublicationApproved)
}

pub fn return_to_drafting(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::WritePublication, &cmd.target)?;
    let new = publication.step_with_reason(Step::Return, &cmd.reason, cx.now)?;
    save(tx, cx, &publication, new, Happened::ReturnedToDrafting)
}

pub fn withdraw_publication(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::EditPublication, &cmd.target)?;
    let new = publication.step_with_reason(Step::Withdraw, &cmd.reason, cx.now)?;
    save(tx, cx, &publication, new, Happened::PublicationWithdrawn)
}

/// Rule 31: an early release is an editor's act, with a reason.
pub fn release_publication(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::EditPublication, &cmd.target)?;
    let released = publication.publish(Step::Release { at: cx.now }, cx.now)?;
    let released = Publication { reason: cmd.reason.clone(), ..released };
    let material = expect_sources(tx, &released)?;
    print(tx, cx, &material, &publication, released, Happened::PublicationReleased)
}

#[derive(Clone, Debug)]
pub struct EmbargoPublication {
    pub target: Target<PublicationId>,
    pub publish_at: Deadline,
    pub group: Vec<PersonId>,
}

pub fn embargo_publication(tx: &mut Tx, cx: &Cx, cmd: &EmbargoPublication) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::EditPublication, &cmd.target)?;
    if cmd.publish_at.instant <= cx.now {
        let says = "give an instant that lies ahead";
        return Err(Refusal::bad_field("publish_at.instant", "timestamp.gt_now", says).into());
    }
    let step = Step::Embargo { publish_at: cmd.publish_at.clone(), group: cmd.group.clone() };
    let new = publication.step(step, cx.now)?;
    expect_sources(tx, &new)?;
    save(tx, cx, &publication, new, Happened::PublicationEmbargoed)
}

#[derive(Clone, Debug)]
pub struct CorrectPublication {
    pub target: Target<PublicationId>,
    pub note: String,
}

pub fn correct_publication(tx: &mut Tx, cx: &Cx, cmd: &CorrectPublication) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::EditPublication, &cmd.target)?;
    let new = publication.correct(&cmd.note, cx.now)?;
    store::cite(tx, new.id, &new.edition)?;
    save(tx, cx, &publication, new, Happened::CorrectionOpened)
}

/// The instant has come. If a source is no longer as it was pinned, the publication is held back, for its authors.
pub fn publish_due(tx: &mut Tx, id: PublicationId, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_area(Area::Learning, now);
    let publication = store::get(tx, id)?;
    let due = matches!(&publication.state, State::Embargoed { publish_at, .. } if publish_at.instant <= now);
    if !due {
        return Ok(());
    }
    let published = publication.publish(Step::Publish { at: now }, now)?;
    let outcome = match expect_sources(tx, &published) {
        Ok(material) => print(tx, &cx, &material, &publication, published, Happened::PublicationPublished)?,
        Err(Error::SourcesChanged(violations)) => {
            let says = violations.iter().map(|violation| format!("{}: {}", violation.field, violation.says));
            let says: Vec<String> = says.collect();
            let new = publication.step_with_reason(Step::HoldBack, &says.join("; "), now)?;
            save(tx, &cx, &publication, new, Happened::PublicationHeldBack)?
        }
        Err(error) => return Err(error),
    };
    tracing::info!(publication.id = %id, "publication {id} is now {}", outcome.publication.state.name());
    Ok(())
}

/// Keeps the edition as readers now have it; it never changes again.
fn print(
    tx: &mut Tx,
    cx: &Cx,
    material: &Material,
    old: &Publication,
    new: Publication,
    happened: Happened,
) -> Result<PublicationNow, Error> {
    let zone = match &old.state {
        State::Embargoed { publish_at, .. } => publish_at.zone.as_str(),
        State::Planned
        | State::Drafting
        | State::FactCheck
        | State::Approved
        | State::Published { .. }
        | State::Withdrawn => LONDON,
    };
    let standing = Standing { watermark: None, published: Some(cx.now.in_words(zone)) };
    let page = render::page(&new.edition, material, &standing);
    let printed = Printed {
        edition: new.edition.clone(),
        html: render::html(&page)?,
        markdown: render::markdown(&page),
        citations: material.citations(&new.edition),
        published_at: cx.now,
    };
    store::insert_printed(tx, new.id, &printed)?;
    for insight in material.insights.values() {
        insight::app::use_insight(tx, cx, insight)?;
    }
    save(tx, cx, old, new, happened)
}

fn expect_items(publication: &Publication) -> Result<(), Error> {
    if publication.edition.items.is_empty() { Err(Error::NothingToPublish) } else { Ok(()) }
}

/// What the publication is made of, if every source still is as it was pinned (rule 32).
fn expect_sources(tx: &mut Tx, publication: &Publication) -> Result<Material, Error> {
    expect_items(publication)?;
    let material = store::material(tx, &publication.edition)?;
    let violations = material.verify(&publication.edition);
    if violations.is_empty() { Ok(material) } else { Err(Error::SourcesChanged(violations)) }
}

/// The publication as it is, if the caller may take this step now and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<PublicationId>) -> Result<Publication, Error> {
    let (publication, commission) = reading::seen(tx, cx, action, target.id)?;
    expect_open(cx, action, &commission)?;
    publication.expect_version(target.version)?;
    Ok(publication)
}

/// Saves the new version of a publication with its line of history and its event.
pub fn save(
    tx: &mut Tx,
    cx: &Cx,
    old: &Publication,
    new: Publication,
    happened: Happened,
) -> Result<PublicationNow, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Publication>,
    new: Publication,
    happened: Happened,
) -> Result<PublicationNow, Error> {
    let states = (old.map(|old| old.state.name()), new.state.name());
    let now = PublicationNow { publication: new, as_of: cx.now };
    note(tx, cx, happened, states, &now.publication.reason, events::publication(happened, &now))?;
    Ok(now)
}
