//! What a caller may read now, in one snapshot.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kit::caller::Subject;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{CaseStudyId, CommissionId, DocumentId, InsightId, OrgId, PassageId, PublicationId, RoundId};
use kit::time::Timestamp;

use super::access::{as_consultant, case_study_facts, open_corpus};
use crate::case_study::CaseStudy;
use crate::commission::Commission;
use crate::document::{Document, DocumentFilter};
use crate::error::Error;
use crate::export::Marked;
use crate::insight::Insight;
use crate::passage::Passage;
use crate::policy::{self, Action};
use crate::publication::state::State;
use crate::publication::{Citation, Edition, Printed, Publication};
use crate::render::{self, Standing};
use crate::store::{self, CaseStudyFilter, InsightFilter, PassageFilter, PublicationFilter};

/// An export is one answer: as many passages as fit one.
const MOST_EXPORTED: i64 = 100_000;

pub fn seen_commission(tx: &mut Tx, cx: &Cx, id: CommissionId) -> Result<Commission, Error> {
    let commission = store::commission(tx, id)?;
    policy::check(&cx.caller, Action::SeeCommission, &policy::commission_facts(&commission))?;
    Ok(commission)
}

/// Commissions as the caller may see them, newest first, from below one on: all, or those of a consultant.
pub fn seen_commissions(
    tx: &mut Tx,
    cx: &Cx,
    round: Option<RoundId>,
    below: Option<String>,
    limit: i64,
) -> Result<Vec<Commission>, Error> {
    let of = match policy::consultant(&cx.caller) {
        _ if policy::sees_commissions(&cx.caller) => None,
        Some(person) => Some(person),
        None => return Ok(Vec::new()),
    };
    Ok(store::page_of_commissions(tx, of, round, below, limit)?)
}

/// Every document that a commission opens to the caller at this instant.
fn opened(tx: &mut Tx, cx: &Cx, commission: CommissionId) -> Result<Vec<Document>, Error> {
    let commission = store::commission(tx, commission)?;
    open_corpus(&cx.caller, &commission, cx.now)?;
    Ok(store::visible_documents(tx, &commission)?)
}

/// Those of a filter.
pub fn visible(tx: &mut Tx, cx: &Cx, filter: &DocumentFilter) -> Result<Vec<Document>, Error> {
    let mut documents = opened(tx, cx, filter.commission)?;
    documents.retain(|document| filter.admits(document));
    Ok(documents)
}

/// The same by identity, from above one on, and how many there are.
pub fn seen_documents(
    tx: &mut Tx,
    cx: &Cx,
    filter: &DocumentFilter,
    above: Option<&str>,
) -> Result<(Vec<Document>, i64), Error> {
    let mut documents = visible(tx, cx, filter)?;
    let n_documents = documents.len() as i64;
    if let Some(above) = above {
        documents.retain(|document| document.id.to_string().as_str() > above);
    }
    Ok((documents, n_documents))
}

/// Refuses whoever may not read what a commission holds.
fn expect_reader(tx: &mut Tx, cx: &Cx, commission: CommissionId) -> Result<(), Error> {
    let commission = store::commission(tx, commission)?;
    policy::check(&cx.caller, Action::ReadCorpus, &policy::commission_facts(&commission))?;
    as_consultant(&cx.caller, &commission, cx.now)
}

/// The commissions that open their corpus to the caller at this instant.
fn opened_to(tx: &mut Tx, cx: &Cx) -> Result<Vec<Commission>, Error> {
    let Some(person) = policy::consultant(&cx.caller) else { return Ok(Vec::new()) };
    let mut running = store::running_for(tx, person, cx.now)?;
    running.retain(|one| one.expect_declared(person).is_ok());
    Ok(running)
}

/// The passages of a commission for its export, oldest first. Those of a document taken back are left out.
pub fn marked(tx: &mut Tx, cx: &Cx, commission: CommissionId) -> Result<Vec<Marked>, Error> {
    let documents: HashMap<_, _> = opened(tx, cx, commission)?.into_iter().map(|one| (one.id, one)).collect();
    let filter = PassageFilter { commission: Some(commission), ..PassageFilter::default() };
    let mut codebooks = HashMap::new();
    let mut marked = Vec::new();
    for passage in store::page_of_passages(tx, &filter, None, MOST_EXPORTED)? {
        let Some(document) = documents.get(&passage.document).cloned() else { continue };
        let codebook = match codebooks.entry(passage.codebook) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(store::codebook(tx, passage.codebook)?.name),
        };
        marked.push(Marked { codebook: codebook.clone(), passage, document });
    }
    Ok(marked)
}

/// A document that a commission opens.
pub(super) fn opened_document(tx: &mut Tx, commission: &Commission, id: DocumentId) -> Result<Document, Error> {
    let document = store::document(tx, id)?;
    let opened = document.round.is_none_or(|round| commission.rounds.contains(&round));
    if document.withdrawn || !opened { Err(Error::NotFound { what: "document" }) } else { Ok(document) }
}

/// A document as a commission opens it.
pub fn document(tx: &mut Tx, cx: &Cx, commission: CommissionId, id: DocumentId) -> Result<Document, Error> {
    let commission = store::commission(tx, commission)?;
    open_corpus(&cx.caller, &commission, cx.now)?;
    opened_document(tx, &commission, id)
}

pub fn seen_passage(tx: &mut Tx, cx: &Cx, id: PassageId) -> Result<Passage, Error> {
    let passage = store::passage(tx, id)?;
    let commission = store::commission(tx, passage.commission)?;
    let facts = policy::passage_facts(&commission, &passage);
    policy::check(&cx.caller, Action::SeePassage, &facts)?;
    if policy::is_consultant(&cx.caller, &facts) || policy::reads_by_office(&cx.caller) {
        as_consultant(&cx.caller, &commission, cx.now)?;
        return Ok(passage);
    }
    Ok(passage.without_notes())
}

/// Passages as the caller may see them, by identity, from above one on, and how many there are: of a commission, or
/// those about which their councils were asked, without the notes of who marked them.
pub fn seen_passages(
    tx: &mut Tx,
    cx: &Cx,
    filter: &PassageFilter,
    above: Option<String>,
    limit: i64,
) -> Result<(Vec<Passage>, i64), Error> {
    if let Some(commission) = filter.commission {
        expect_reader(tx, cx, commission)?;
    }
    let mut passages = store::page_of_passages(tx, filter, above, limit)?;
    if filter.commission.is_none() {
        passages = passages.into_iter().map(Passage::without_notes).collect();
    }
    Ok((passages, store::n_passages(tx, filter)?))
}

/// A council is shown its own answer alone.
pub fn seen_insight(tx: &mut Tx, cx: &Cx, id: InsightId) -> Result<Insight, Error> {
    let mut insight = store::insight(tx, id)?;
    let commission = store::commission(tx, insight.commission)?;
    let facts = policy::insight_facts(&commission, &insight);
    policy::check(&cx.caller, Action::SeeInsight, &facts)?;
    if policy::is_consultant(&cx.caller, &facts) || policy::reads_by_office(&cx.caller) {
        as_consultant(&cx.caller, &commission, cx.now)?;
        return Ok(insight);
    }
    let own = policy::councils_of(&cx.caller);
    insight.answers.retain(|answer| own.contains(&answer.organisation));
    Ok(insight)
}

/// Insights as the caller may see them, by identity, from above one on, and how many there are: of a commission, or
/// those about which their councils were asked, with the answers of these alone.
pub fn seen_insights(
    tx: &mut Tx,
    cx: &Cx,
    filter: &InsightFilter,
    above: Option<String>,
    limit: i64,
) -> Result<(Vec<Insight>, i64), Error> {
    if let Some(commission) = filter.commission {
        expect_reader(tx, cx, commission)?;
    }
    let mut insights = store::page_of_insights(tx, filter, above, limit)?;
    if filter.commission.is_none() {
        for insight in &mut insights {
            insight.answers.retain(|answer| filter.councils.contains(&answer.organisation));
        }
    }
    Ok((insights, store::n_insights(tx, filter)?))
}

pub fn seen_case_study(tx: &mut Tx, cx: &Cx, id: CaseStudyId) -> Result<CaseStudy, Error> {
    let study = store::case_study(tx, id)?;
    let facts = case_study_facts(tx, &study, cx.now)?;
    policy::check(&cx.caller, Action::SeeCaseStudy, &facts)?;
    Ok(study)
}

/// A publication as the caller may see it: its authors and the embargo group the edition that is worked on, everybody
/// else the newest that is public.
pub fn seen_publication(tx: &mut Tx, cx: &Cx, id: PublicationId) -> Result<Publication, Error> {
    let (publication, inside) = looked_at(tx, cx, id)?;
    if inside {
        return Ok(publication);
    }
    let printed = store::readable_editions(tx, &[id])?.remove(&id);
    Ok(as_public(publication, printed.ok_or(Error::NotFound { what: "publication" })?))
}

/// What readers have of it: the edition that was printed, since that instant.
fn as_public(publication: Publication, (edition, published_at): (Edition, Timestamp)) -> Publication {
    Publication {
        state: State::Published { at: published_at, publish_at: None },
        edition,
        reason: String::new(),
        updated_at: published_at,
        ..publication
    }
}

/// Publications as the caller may see them, of a round or of all, by identity, from above one on. What is public is
/// for those who have signed in.
pub fn seen_publications(
    tx: &mut Tx,
    cx: &Cx,
    round: Option<RoundId>,
    above: Option<String>,
    limit: i64,
) -> Result<Vec<Publication>, Error> {
    if !policy::is_signed_in(&cx.caller) {
        return Ok(Vec::new());
    }
    let all = policy::reads_by_office(&cx.caller);
    let commissions = opened_to(tx, cx)?.into_iter().map(|one| one.id).collect();
    let filter = PublicationFilter { round, all, commissions };
    let found = store::page_of_publications(tx, &filter, above, limit)?;
    let inside = |one: &Publication| all || filter.commissions.contains(&one.commission);
    let outside: Vec<PublicationId> = found.iter().filter(|one| !inside(one)).map(|one| one.id).collect();
    let mut printed = store::readable_editions(tx, &outside)?;
    let seen = |one: Publication| match inside(&one) {
        true => Some(one),
        false => printed.remove(&one.id).map(|printed| as_public(one, printed)),
    };
    Ok(found.into_iter().filter_map(seen).collect())
}

/// Case studies as the caller may see them, by identity, from above one on, and how many there are.
pub fn seen_case_studies(
    tx: &mut Tx,
    cx: &Cx,
    organisation: Option<OrgId>,
    above: Option<String>,
    limit: i64,
) -> Result<(Vec<CaseStudy>, i64), Error> {
    let opened = opened_to(tx, cx)?;
    let filter = CaseStudyFilter {
        organisation,
        all: policy::reads_by_office(&cx.caller),
        councils: policy::councils_of(&cx.caller),
        consented_of: (!opened.is_empty()).then(|| opened.into_iter().flat_map(|one| one.rounds).collect()),
    };
    Ok((store::page_of_case_studies(tx, &filter, above, limit)?, store::n_case_studies(tx, &filter)?))
}

/// The publication, and whether the caller sees more of it than the public.
fn looked_at(tx: &mut Tx, cx: &Cx, id: PublicationId) -> Result<(Publication, bool), Error> {
    let publication = store::publication(tx, id)?;
    let commission = store::commission(tx, publication.commission)?;
    let facts = policy::publication_facts(&commission, &publication);
    policy::check(&cx.caller, Action::SeePublication, &facts)?;
    let named = matches!(cx.caller.subject, Subject::Person(person) if facts.readers.contains(&person));
    let inside = match policy::is_consultant(&cx.caller, &facts) {
        _ if policy::reads_by_office(&cx.caller) || named => true,
        true => match as_consultant(&cx.caller, &commission, cx.now) {
            Ok(()) => true,
            // Its authors were readers like any other once their commission ended.
            Err(_) if facts.open => false,
            Err(error) => return Err(error),
        },
        false => false,
    };
    Ok((publication, inside))
}

/// An edition as a document.
#[derive(Clone, Debug)]
pub struct PublicationDocument {
    pub edition: i32,
    pub html: String,
    pub markdown: String,
    pub citations: Vec<Citation>,
    pub watermarked: bool,
}

/// An edition: as it was printed, or put together now for those who see what is not public. 0 asks for the newest.
pub fn edition_of(tx: &mut Tx, cx: &Cx, id: PublicationId, asked: i32) -> Result<PublicationDocument, Error> {
    let (publication, inside) = looked_at(tx, cx, id)?;
    let newest = if inside { publication.edition.number } else { publication.readable };
    let number = if asked == 0 { newest } else { asked };
    if number <= publication.readable
        && let Some(printed) = store::printed(tx, id, number)?
    {
        let Printed { html, markdown, citations, .. } = printed;
        return Ok(PublicationDocument { edition: number, html, markdown, citations, watermarked: false });
    }
    if !inside || number != publication.edition.number {
        return Err(Error::NotFound { what: "edition" });
    }
    put_together(tx, &publication)
}

fn put_together(tx: &mut Tx, publication: &Publication) -> Result<PublicationDocument, Error> {
    let edition: &Edition = &publication.edition;
    let material = store::material(tx, edition)?;
    let watermark = match &publication.state {
        State::Embargoed { publish_at, .. } => {
            format!("Under embargo until {}. Not to be passed on.", publish_at.announced)
        }
        State::Planned | State::Drafting | State::FactCheck | State::Approved => {
            "Draft. Not for publication.".to_string()
        }
        State::Published { .. } | State::Withdrawn => "Withdrawn. Not for publication.".to_string(),
    };
    let page = render::page(edition, &material, &Standing { watermark: Some(watermark), published: None });
    Ok(PublicationDocument {
        edition: edition.number,
        html: render::html(&page)?,
        markdown: render::markdown(&page),
        citations: material.citations(edition),
        watermarked: true,
    })
}
