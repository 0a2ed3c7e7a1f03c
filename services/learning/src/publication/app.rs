//! Publications: planned, assembled, approved, embargoed, published, corrected, withdrawn.

use kit::caller::Area;
use kit::cx::{Cx, Reasoned, Target};
use kit::db::{DbError, Tx};
use kit::deadline::Deadline;
use kit::ids::{CommissionId, OrgId, PersonId, PublicationId, RoundId};
use kit::refusal::Refusal;
use kit::time::{LONDON, Timestamp};

use super::fact_check::FactCheck;
use super::material::{Material, OwnText};
use super::overlay::TakenBack;
use super::render::{self, Standing};
use super::state::{State, Step};
use super::{Edition, Gone, Item, Printed, Publication, PublicationNow, reading, store};
use crate::commission::access::{expect_open, opened};
use crate::corpus::document::Document;
use crate::corpus::repeats::Runs;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::insight::Said;
use crate::passage::answer_by;
use crate::policy::{self, Action};
use crate::{commission, corpus, insight, passage};

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
        authors: Vec::new(),
        proposal: None,
        fact_check: None,
        created_at: cx.now,
        updated_at: cx.now,
    };
    store::insert(tx, &publication)?;
    record(tx, cx, None, publication, None, Happened::PublicationPlanned)
}

#[derive(Clone, Debug)]
pub struct SetItems {
    pub target: Target<PublicationId>,
    pub title: String,
    pub items: Vec<Item>,
}

pub fn set_items(tx: &mut Tx, cx: &Cx, cmd: &SetItems) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::WritePublication, &cmd.target)?;
    let (title, items) = (cmd.title.clone(), cmd.items.clone());
    let edition = Edition { title, items, sources: Vec::new(), ..publication.edition.clone() };
    let material = store::material(tx, &edition)?;
    let mut of_passages = material.passages.values().map(|passage| passage.commission);
    let mut of_insights = material.insights.values().map(|insight| insight.commission);
    let is_elsewhere = |commission| commission != publication.commission;
    if of_passages.any(is_elsewhere) || of_insights.any(is_elsewhere) {
        return Err(Error::PassagesElsewhere);
    }
    let sources = material.pin(&cmd.items).map_err(Error::SourcesChanged)?;
    let Edition { title, items, .. } = edition.clone();
    let new = publication.set_items(title, items, sources, cx.caller.person(), cx.now)?;
    expect_own_words(tx, new.commission, &edition, &material)?;
    store::cite(tx, new.id, &new.edition)?;
    save(tx, cx, &publication, new, Happened::ItemsSet)
}

pub fn start_fact_check(tx: &mut Tx, cx: &Cx, cmd: &Target<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::WritePublication, cmd)?;
    let material = store::material(tx, &publication.edition)?;
    let points = material.points(&publication.edition.items);
    let check = FactCheck { answer_by: answer_by(cx.now), points, ended_because: String::new() };
    let new = publication.start_fact_check(check, cx.now)?;
    expect_items(&new)?;
    save(tx, cx, &publication, new, Happened::FactCheckStarted)
}

#[derive(Clone, Debug)]
pub struct AnswerFactCheck {
    pub id: PublicationId,
    pub organisation: OrgId,
    /// Place of the item; none for all that cite the council.
    pub item: Option<usize>,
    pub confirms: bool,
    pub comment: String,
}

pub fn answer_fact_check(tx: &mut Tx, cx: &Cx, cmd: &AnswerFactCheck) -> Result<PublicationNow, Error> {
    let publication = reading::put_to(tx, cx, Action::AnswerFactCheck, cmd.id)?;
    // For one council alone: who reads for another that is cited does not speak for this one.
    if !policy::answers_for(&cx.caller, cmd.organisation) {
        return Err(Refusal::NotFound { what: "publication" }.into());
    }
    let by = cx.caller.acting_for(Some(cmd.organisation));
    let said = Said { agrees: cmd.confirms, comment: cmd.comment.clone(), at: cx.now, by: Some(by) };
    let check = publication.running_check("answer")?.answer(cmd.organisation, cmd.item, &said)?;
    let new = publication.with_check(check, cx.now);
    // A council is not shown the newer one, which is more than it may read: it is looked at again.
    store::update(tx, &publication, &new).map_err(|error| match error {
        Error::Refused(Refusal::Stale(_)) => Error::Db(DbError::Meanwhile),
        other => other,
    })?;
    let now = record(tx, cx, Some(&publication), new, Some(cmd.organisation), Happened::FactCheckAnswered)?;
    Ok(now.for_councils(&[cmd.organisation]))
}

/// Whoever is not heard, or objects, is passed over with a reason for the record.
pub fn end_fact_check(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::EditPublication, &cmd.target)?;
    let check = publication.running_check("end_fact_check")?.clone();
    let new = publication.with_check(FactCheck { ended_because: cmd.reason.clone(), ..check }, cx.now);
    let new = Publication { reason: cmd.reason.clone(), ..new };
    save(tx, cx, &publication, new, Happened::FactCheckEnded)
}

pub fn approve_publication(tx: &mut Tx, cx: &Cx, cmd: &Target<PublicationId>) -> Result<PublicationNow, Error> {
    let publication = load_for(tx, cx, Action::ApprovePublication, cmd)?;
    let new = publication.step(Step::Approve, cx.now)?;
    expect_sources(tx, &new)?;
    publication.running_check("approve")?.expect_over(cx.now)?;
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
    let publication = load_for(tx, cx, Action::ApprovePublication, &cmd.target)?;
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
    let publication = load_for(tx, cx, Action::ApprovePublication, &cmd.target)?;
    if cmd.publish_at.instant <= cx.now {
        let says = "give an instant that lies ahead";
        return Err(Refusal::bad_field("publish_at.instant", "timestamp.gt_now", says).into());
    }
    let new = publication.embargo(cmd.publish_at.clone(), cmd.group.clone(), cx.now)?;
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
        Err(Error::SourcesChanged(violations) | Error::UnconsentedWords(violations)) => {
            let says = violations.iter().map(|violation| format!("{}: {}", violation.field, violation.says));
            let says: Vec<String> = says.collect();
            let new = publication.hold_back(&says.join("; "), now)?;
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
        page: Some(page),
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

/// What a council takes back of editions that were published is blacked out from now on, and a corrected one is due.
pub fn take_back(tx: &mut Tx, cx: &Cx, id: PublicationId, document: &Document, gone: &Gone) -> Result<(), Error> {
    let publication = store::get(tx, id)?;
    let known = store::taken_back(tx, id)?;
    let mut is_of_newest = false;
    for number in 1..=publication.readable {
        let Some(printed) = store::printed(tx, id, number)? else { continue };
        for anchor in printed.anchors(document.id, gone) {
            if known.iter().any(|taken| taken.number == number && taken.anchor == anchor) {
                continue;
            }
            let (organisation, organisation_name) = (document.organisation, document.organisation_name.clone());
            let taken = TakenBack { number, anchor, organisation, organisation_name, at: cx.now };
            store::insert_taken_back(tx, id, &taken)?;
            is_of_newest |= number == publication.readable;
        }
    }
    if is_of_newest
        && publication.state != State::Withdrawn
        && let Some(new) = publication.need_correction(cx.now)
    {
        save(tx, cx, &publication, new, Happened::PublicationNeedsCorrection)?;
    }
    Ok(())
}

/// Whatever is said in the authors' own words repeats nobody who did not consent.
fn expect_own_words(
    tx: &mut Tx,
    commission: CommissionId,
    edition: &Edition,
    material: &Material,
) -> Result<(), Error> {
    let mut runs = Runs::default();
    for OwnText { field, text, council } in material.texts(edition) {
        runs.add(&field, text, council);
    }
    if runs.is_empty() {
        return Ok(());
    }
    let rounds = commission::store::get(tx, commission)?.rounds;
    let documents = corpus::store::with_withdrawn(tx, &rounds)?;
    for passage in passage::store::given(tx, commission)? {
        let is_its = |document: &&Document| document.id == passage.document;
        if documents.iter().find(is_its).is_some_and(|document| document.may_quote && !document.withdrawn) {
            runs.allow(&passage.quote);
        }
    }
    let violations = runs.violations(&documents);
    if violations.is_empty() { Ok(()) } else { Err(Error::UnconsentedWords(violations)) }
}

/// What the publication is made of, if every source still is as it was pinned (rule 32), and nothing else is quoted.
fn expect_sources(tx: &mut Tx, publication: &Publication) -> Result<Material, Error> {
    expect_items(publication)?;
    let material = store::material(tx, &publication.edition)?;
    let violations = material.verify(&publication.edition);
    if !violations.is_empty() {
        return Err(Error::SourcesChanged(violations));
    }
    expect_own_words(tx, publication.commission, &publication.edition, &material)?;
    Ok(material)
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
    record(tx, cx, Some(old), new, None, happened)
}

/// Writes a line of history and the event; for which council, if it is an answer of one.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Publication>,
    new: Publication,
    council: Option<OrgId>,
    happened: Happened,
) -> Result<PublicationNow, Error> {
    let states = (old.map(|old| old.state.name()), new.state.name());
    let now = PublicationNow::of(new, cx.now);
    note(tx, cx, happened, states, &now.publication.reason, council, events::publication(happened, &now))?;
    Ok(now)
}
