//! The corpus: reports enter when they are accepted and released, case studies with their council's consent; what a
//! council withdraws leaves it at once, with its quotes (rule 32).

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{CaseStudyId, DocumentId, PassageId};

use super::document::{Document, Section};
use super::store;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::passage;
use crate::publication::material::Material;
use crate::publication::state::State;
use crate::publication::{self, Gone, Publication};

/// Takes a released report or a consented case study in, or what has changed of it: an addendum, or what its council
/// lets be quoted. `new` is what its source says now; only if it is new does its document get this identity.
pub fn take_document(tx: &mut Tx, cx: &Cx, new: &Document) -> Result<(), Error> {
    let position = store::next_position(tx)?;
    match store::of_revision(tx, &new.source, new.source_revision)? {
        None => {
            let document = Document { position, ..new.clone() };
            store::insert(tx, &document)?;
            record(tx, cx, None, document, Happened::DocumentAdded)?;
        }
        Some(held) => {
            let (id, added_at) = (held.id, held.added_at);
            let document = Document { id, position, added_at, sections: grown(&held, new), ..new.clone() };
            let document = save(tx, cx, &held, document, Happened::DocumentChanged)?;
            if held.may_quote && !document.may_quote {
                quotes_gone(tx, cx, document.id, None)?;
            }
        }
    }
    Ok(())
}

/// Sections that are there are never changed; new ones follow them.
fn grown(held: &Document, new: &Document) -> Vec<Section> {
    let mut sections = held.sections.clone();
    let fresh = new.sections.iter().filter(|section| held.sections.iter().all(|known| known.key != section.key));
    sections.extend(fresh.cloned());
    sections
}

/// Its council takes a report or a case study back: it is in no read, search, count or export from now on.
pub fn withdraw(tx: &mut Tx, cx: &Cx, source: &str, case_study: Option<CaseStudyId>) -> Result<(), Error> {
    for held in store::of_source(tx, source)? {
        if held.withdrawn {
            continue;
        }
        let document = Document { withdrawn: true, position: store::next_position(tx)?, ..held.clone() };
        save(tx, cx, &held, document, Happened::DocumentWithdrawn)?;
        quotes_gone(tx, cx, held.id, case_study)?;
    }
    Ok(())
}

/// No passage of a document may be quoted any more.
fn quotes_gone(tx: &mut Tx, cx: &Cx, document: DocumentId, case_study: Option<CaseStudyId>) -> Result<(), Error> {
    let passages = passage::store::of_document(tx, document)?;
    let gone = passages.into_iter().map(|passage| passage.id).collect();
    remove_quotes(tx, cx, document, gone, case_study)
}

/// Rule 32: a consent taken back removes the quote from what is not published, and asks for a corrected edition of
/// what is.
pub fn remove_quotes(
    tx: &mut Tx,
    cx: &Cx,
    document: DocumentId,
    passages: Vec<PassageId>,
    case_study: Option<CaseStudyId>,
) -> Result<(), Error> {
    for id in publication::store::citing(tx, document)? {
        let mut publication = publication::store::get(tx, id)?;
        if publication.state.is_unpublished() {
            let material = publication::store::material(tx, &publication.edition)?;
            let gone = Gone { passages: passages.clone(), case_study, under_insights: under_insights(&material) };
            if let Some(new) = publication.without(&gone, cx.now) {
                publication::store::cite(tx, id, &new.edition)?;
                publication = publication::app::save(tx, cx, &publication, new, Happened::QuotesRemoved)?.publication;
            }
        }
        if is_quoted(tx, &publication, document, &passages, case_study)?
            && let Some(new) = publication.need_correction(cx.now)
        {
            publication::app::save(tx, cx, &publication, new, Happened::PublicationNeedsCorrection)?;
        }
    }
    Ok(())
}

fn under_insights(material: &Material) -> Vec<DocumentId> {
    let passages = material.insights.values().flat_map(|insight| &insight.passages);
    passages.filter_map(|id| material.passages.get(id)).map(|passage| passage.document).collect()
}

/// Whether the edition that readers have quotes what was taken back.
fn is_quoted(
    tx: &mut Tx,
    publication: &Publication,
    document: DocumentId,
    passages: &[PassageId],
    case_study: Option<CaseStudyId>,
) -> Result<bool, Error> {
    if publication.readable == 0 || publication.state == State::Withdrawn {
        return Ok(false);
    }
    let Some(printed) = publication::store::printed(tx, publication.id, publication.readable)? else {
        return Ok(false);
    };
    let quoted = printed.citations.iter().any(|citation| passages.contains(&citation.passage));
    let told = case_study.is_some() && printed.edition.sources.iter().any(|source| source.document == document);
    Ok(quoted || told)
}

/// Saves the new version of a document with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Document, new: Document, happened: Happened) -> Result<Document, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Document>, new: Document, happened: Happened) -> Result<Document, Error> {
    let state = |document: &Document| if document.withdrawn { "withdrawn" } else { "in_corpus" };
    note(tx, cx, happened, (old.map(state), state(&new)), "", events::document(happened, &new))?;
    Ok(new)
}
