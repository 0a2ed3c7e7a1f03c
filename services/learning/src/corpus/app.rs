//! The corpus: reports enter when they are accepted and released, their addenda and case studies with a consent of
//! their own; what a council withdraws leaves it at once, with its quotes (rule 32). Whatever a council consented to
//! rests on the release of the document, and falls with it.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{CaseStudyId, DocumentId, PassageId};
use kit::time::Timestamp;

use super::document::{Document, Section};
use super::store;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::passage::{self, Passage};
use crate::publication::material::Material;
use crate::publication::{self, Gone};
use crate::{insight, policy};

/// What councils release of some reports, as `reporting` says in the moment in which something rests on it.
#[derive(Clone, Debug, Default)]
pub struct Releases(pub Vec<Released>);

/// What a council releases of a report: the report itself, and addenda of its own.
#[derive(Clone, Debug)]
pub struct Released {
    pub report: String,
    pub documents: Vec<Document>,
}

/// The event of it may still be on its way.
pub fn take_releases(tx: &mut Tx, now: Timestamp, releases: &Releases) -> Result<(), Error> {
    let cx = Cx::of_area(Area::Learning, now);
    releases.0.iter().try_for_each(|of| take_report(tx, &cx, &of.report, &of.documents))
}

/// What a council now releases of a report: the report itself, and addenda of its own. All else of it leaves.
pub fn take_report(tx: &mut Tx, cx: &Cx, report: &str, released: &[Document]) -> Result<(), Error> {
    for held in store::of_source(tx, report)? {
        let is_it = |new: &Document| new.is_of_same_source(&held) && new.source_revision == held.source_revision;
        if !released.iter().any(is_it) {
            withdraw_document(tx, cx, &held, None)?;
        }
    }
    released.iter().try_for_each(|document| take_document(tx, cx, document))
}

/// Takes a released report or a consented case study in, or what has changed of it. `new` is what its source says now;
/// only if it is new does its document get this identity.
pub fn take_document(tx: &mut Tx, cx: &Cx, new: &Document) -> Result<(), Error> {
    let position = store::next_position(tx)?;
    let Some(held) = store::of_revision(tx, new)? else {
        let document = Document { position, ..new.clone() };
        store::insert(tx, &document)?;
        let document = record(tx, cx, None, document, Happened::DocumentAdded)?;
        return supersede(tx, cx, &document);
    };
    let (id, added_at) = (held.id, held.added_at);
    let document = Document { id, position, added_at, sections: sections(&held, new), ..new.clone() };
    if document == (Document { position, ..held.clone() }) {
        return Ok(());
    }
    let document = save(tx, cx, &held, document, Happened::DocumentChanged)?;
    let is_anew = document.is_released_anew(&held);
    if is_anew || (held.may_quote && !document.may_quote) {
        let passages = passage::store::of_document(tx, document.id)?;
        consents_fall(tx, cx, &passages)?;
        remove_quotes(tx, cx, &document, &Gone { passages: given(&passages), ..Gone::default() })?;
        if is_anew {
            insight::app::fall(tx, cx, &passages)?;
            renew(tx, cx, document.id)?;
        }
    }
    Ok(())
}

/// Sections that are there are never changed. One that stands under its name no longer leaves.
fn sections(held: &Document, new: &Document) -> Vec<Section> {
    let known = |section: &Section| held.sections.iter().find(|known| known.key == section.key).cloned();
    new.sections.iter().map(|section| known(section).unwrap_or_else(|| section.clone())).collect()
}

/// The next version of a text: nobody consented to a quote of it, and what was consented to of the one before falls. An
/// edition that is published keeps it: nobody took it back.
fn supersede(tx: &mut Tx, cx: &Cx, document: &Document) -> Result<(), Error> {
    for earlier in store::of_source(tx, &document.source)? {
        if earlier.id != document.id && earlier.is_of_same_source(document) {
            let passages = passage::store::of_document(tx, earlier.id)?;
            consents_fall(tx, cx, &passages)?;
            leave_unpublished(tx, cx, &earlier, &Gone { passages: given(&passages), ..Gone::default() })?;
            insight::app::fall(tx, cx, &passages)?;
        }
    }
    Ok(())
}

/// Its council takes a report or a case study back: it is in no read, search, count or export from now on.
pub fn withdraw(tx: &mut Tx, cx: &Cx, source: &str, case_study: Option<CaseStudyId>) -> Result<(), Error> {
    for held in store::of_source(tx, source)? {
        withdraw_document(tx, cx, &held, case_study)?;
    }
    Ok(())
}

fn withdraw_document(tx: &mut Tx, cx: &Cx, held: &Document, case_study: Option<CaseStudyId>) -> Result<(), Error> {
    if held.withdrawn {
        return Ok(());
    }
    let document = Document { withdrawn: true, position: store::next_position(tx)?, ..held.clone() };
    let document = save(tx, cx, held, document, Happened::DocumentWithdrawn)?;
    let passages = passage::store::of_document(tx, document.id)?;
    consents_fall(tx, cx, &passages)?;
    // What rests on it is gone too, whether it is quoted or cited alone.
    let all = passages.iter().map(|passage| passage.id).collect();
    remove_quotes(tx, cx, &document, &Gone { passages: all, case_study, ..Gone::default() })?;
    insight::app::fall(tx, cx, &passages)
}

/// Those that could be quoted.
fn given(passages: &[Passage]) -> Vec<PassageId> {
    passages.iter().filter(|passage| passage.consent.is_given()).map(|passage| passage.id).collect()
}

fn consents_fall(tx: &mut Tx, cx: &Cx, passages: &[Passage]) -> Result<(), Error> {
    passages.iter().try_for_each(|passage| passage::record::fall(tx, cx, passage))
}

fn renew(tx: &mut Tx, cx: &Cx, document: DocumentId) -> Result<(), Error> {
    let passages = passage::store::of_document(tx, document)?;
    passages.iter().try_for_each(|passage| passage::record::renew(tx, cx, passage))
}

/// Rule 32: a consent taken back removes the quote from what is not published, and asks for a corrected edition of
/// what is.
pub fn remove_quotes(tx: &mut Tx, cx: &Cx, document: &Document, gone: &Gone) -> Result<(), Error> {
    leave_unpublished(tx, cx, document, gone)?;
    for id in publication::store::citing(tx, document.id)? {
        publication::app::take_back(tx, cx, id, document, gone)?;
    }
    Ok(())
}

fn leave_unpublished(tx: &mut Tx, cx: &Cx, document: &Document, gone: &Gone) -> Result<(), Error> {
    for id in publication::store::citing(tx, document.id)? {
        let publication = publication::store::get(tx, id)?;
        if publication.state.is_unpublished() {
            let material = publication::store::material(tx, &publication.edition)?;
            let gone = Gone { under_insights: under_insights(&material), ..gone.clone() };
            if let Some(new) = publication.without(&gone, cx.now)? {
                publication::store::cite(tx, id, &new.edition)?;
                publication::app::save(tx, cx, &publication, new, Happened::QuotesRemoved)?;
            }
        }
    }
    Ok(())
}

fn under_insights(material: &Material) -> Vec<DocumentId> {
    let passages = material.insights.values().flat_map(|insight| &insight.passages);
    passages.filter_map(|id| material.passages.get(id)).map(|passage| passage.document).collect()
}

/// Saves the new version of a document with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Document, new: Document, happened: Happened) -> Result<Document, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Document>, new: Document, happened: Happened) -> Result<Document, Error> {
    let state = |document: &Document| if document.withdrawn { "withdrawn" } else { "in_corpus" };
    let council = policy::council_of(&cx.caller, &[new.organisation]);
    note(tx, cx, happened, (old.map(state), state(&new)), "", council, events::document(happened, &new))?;
    Ok(new)
}
