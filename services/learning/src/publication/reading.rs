//! Publications: authors and the embargo group see the edition that is worked on, councils in a fact check what cites
//! them, everybody else who has signed in the newest that is public. What was taken back since is blacked out, and what
//! was withdrawn leaves a stone.

use kit::cx::Cx;
use kit::db::Conn;
use kit::digest::digest;
use kit::ids::{OrgId, PublicationId, RoundId};
use kit::paging::{Found, Listed};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::overlay::Overlay;
use super::page::Page;
use super::render::{self, Standing};
use super::state::State;
use super::store::{self, Visible};
use super::{Citation, Edition, Printed, Publication, PublicationNow};
use crate::commission::access::{expect_open, opened_to};
use crate::commission::{self, Commission};
use crate::error::Error;
use crate::policy::{self, Action, Verdict};

fn held(conn: &mut Conn, id: PublicationId) -> Result<(Publication, Commission), Error> {
    let publication = store::get(conn, id)?;
    let commission = commission::store::get(conn, publication.commission)?;
    Ok((publication, commission))
}

/// The publication and its commission, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: PublicationId) -> Result<(Publication, Commission), Error> {
    let (publication, commission) = held(conn, id)?;
    let councils = store::councils(conn, id, publication.edition.number)?;
    let facts = policy::publication_facts(&commission, &publication, councils);
    policy::check(&cx.caller, action, &facts, "publication")?;
    Ok((publication, commission))
}

/// The publication, if its fact check lets the caller do this.
pub fn put_to(conn: &mut Conn, cx: &Cx, action: Action, id: PublicationId) -> Result<Publication, Error> {
    let (publication, commission) = held(conn, id)?;
    policy::check(&cx.caller, action, &policy::fact_check_facts(&commission, &publication), "publication")?;
    Ok(publication)
}

/// How much of a publication a caller sees.
enum View {
    /// As its authors do: the edition that is worked on.
    Inside,
    /// The items that cite these councils, in a fact check.
    PutTo(Vec<OrgId>),
    /// What is public of it.
    Public,
}

/// The publication, and how much of it the caller sees.
fn looked_at(conn: &mut Conn, cx: &Cx, id: PublicationId) -> Result<(Publication, View), Error> {
    let (publication, commission) = held(conn, id)?;
    let reads_whole = policy::reads_whole(&cx.caller, &commission);
    let check = policy::fact_check_facts(&commission, &publication);
    if !reads_whole && policy::decide(&cx.caller, Action::SeeFactCheck, &check) == Verdict::Allow {
        let own = policy::councils_of(&cx.caller);
        return Ok((publication, View::PutTo(check.councils.into_iter().filter(|one| own.contains(one)).collect())));
    }
    let facts = policy::publication_facts(&commission, &publication, Vec::new());
    policy::check(&cx.caller, Action::SeePublication, &facts, "publication")?;
    let outside = if policy::is_reader(&cx.caller, &facts) { View::Inside } else { View::Public };
    if !reads_whole {
        return Ok((publication, outside));
    }
    match expect_open(cx, Action::SeePublication, &commission) {
        Ok(()) => Ok((publication, View::Inside)),
        // Its authors are readers like any other once their commission has ended.
        Err(_) if facts.open => Ok((publication, outside)),
        Err(error) => Err(error),
    }
}

pub fn publication(conn: &mut Conn, cx: &Cx, id: &PublicationId) -> Result<PublicationNow, Error> {
    let (publication, view) = looked_at(conn, cx, *id)?;
    let (readable, taken_back) = (publication.readable, store::taken_back(conn, *id)?);
    let overlay = (readable > 0).then(|| publication.overlay(readable, &taken_back));
    let now = match view {
        View::Inside => PublicationNow::of(publication, cx.now),
        View::PutTo(councils) => PublicationNow::of(publication, cx.now).for_councils(&councils),
        View::Public => {
            let printed = store::readable_editions(conn, &[*id])?.remove(id);
            let (edition, at) = printed.ok_or(Refusal::NotFound { what: "publication" })?;
            let edition = overlay.iter().fold(edition, Edition::under);
            PublicationNow::of(as_public(publication, (edition, at)), cx.now)
        }
    };
    Ok(PublicationNow { overlay, ..now })
}

/// What readers have of it: the edition that was printed, since that instant; of one that was taken back its title, and
/// when and why it was.
fn as_public(publication: Publication, (edition, published_at): (Edition, Timestamp)) -> Publication {
    if publication.withdrawn().is_some() {
        let edition = Edition { items: Vec::new(), sources: Vec::new(), ..edition };
        return Publication { edition, proposal: None, fact_check: None, ..publication };
    }
    Publication {
        state: State::Published { at: published_at, publish_at: None },
        edition,
        reason: String::new(),
        updated_at: published_at,
        proposal: None,
        fact_check: None,
        ..publication
    }
}

fn visible(conn: &mut Conn, cx: &Cx) -> Result<Visible, Error> {
    if policy::reads_by_office(&cx.caller) {
        return Ok(Visible::All);
    }
    let opened = opened_to(conn, cx)?;
    let and_under = opened.into_iter().map(|commission| commission.id).collect();
    let and_put_to = store::put_to(conn, &policy::councils_of(&cx.caller))?;
    Ok(Visible::Public { and_under, and_put_to })
}

/// Of a round or of all, without their items.
pub fn publications(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<Option<RoundId>, PublicationId>,
) -> Result<Found<PublicationNow>, Error> {
    let Listed { filter: round, page } = list;
    if !policy::is_signed_in(&cx.caller) {
        return Ok(page.found(Vec::new(), |now: &PublicationNow| now.publication.id));
    }
    let visible = visible(conn, cx)?;
    let rows = store::page(conn, *round, &visible, page.after, page.limit())?;
    let outside = rows.iter().filter(|publication| !visible.is_inside(publication));
    let outside: Vec<PublicationId> = outside.map(|publication| publication.id).collect();
    let mut printed = store::readable_editions(conn, &outside)?;
    let seen = rows.into_iter().filter_map(|publication| {
        if visible.is_inside(&publication) {
            Some(PublicationNow::of(publication, cx.now))
        } else if visible.is_put_to(&publication) {
            Some(PublicationNow::of(publication, cx.now).for_councils(&[]))
        } else {
            let printed = printed.remove(&publication.id);
            printed.map(|printed| PublicationNow::of(as_public(publication, printed), cx.now))
        }
    });
    let found = page.found(seen.collect(), |now| now.publication.id);
    Ok(found.map(PublicationNow::without_items))
}

/// An edition by its number; 0 asks for the newest.
#[derive(Clone, Copy, Debug)]
pub struct AskedEdition {
    pub publication: PublicationId,
    pub number: i32,
}

/// An edition in one of its formats.
#[derive(Clone, Copy, Debug)]
pub struct AskedDocument {
    pub edition: AskedEdition,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    Html,
    Markdown,
}

/// An edition as a document.
#[derive(Clone, Debug)]
pub struct PublicationDocument {
    pub edition: i32,
    pub format: Format,
    pub text: String,
    pub watermarked: bool,
    /// Of the document as it was printed; empty for one that is not.
    pub printed_sha256: String,
    pub overlay: Option<Overlay>,
}

/// A citation, and when its council took the quote back.
#[derive(Clone, Debug)]
pub struct CitationNow {
    pub citation: Citation,
    pub taken_back_at: Option<Timestamp>,
}

/// An edition in all its formats.
struct Pages {
    edition: i32,
    html: String,
    markdown: String,
    citations: Vec<CitationNow>,
    watermarked: bool,
    /// The standing of one that was printed, and the digests of its formats.
    printed: Option<(Overlay, String, String)>,
}

pub fn document(conn: &mut Conn, cx: &Cx, asked: &AskedDocument) -> Result<PublicationDocument, Error> {
    let Pages { edition, html, markdown, watermarked, printed, .. } = pages(conn, cx, &asked.edition)?;
    let (overlay, html_sha256, markdown_sha256) = match printed {
        Some((overlay, html, markdown)) => (Some(overlay), html, markdown),
        None => (None, String::new(), String::new()),
    };
    let (text, printed_sha256) = match asked.format {
        Format::Html => (html, html_sha256),
        Format::Markdown => (markdown, markdown_sha256),
    };
    Ok(PublicationDocument { edition, format: asked.format, text, watermarked, printed_sha256, overlay })
}

/// As they were printed, but for what became of them since, or put together now for those who see what is not public.
fn pages(conn: &mut Conn, cx: &Cx, asked: &AskedEdition) -> Result<Pages, Error> {
    let (publication, view) = looked_at(conn, cx, asked.publication)?;
    let (newest, is_inside) = match view {
        View::Inside => (publication.edition.number, true),
        View::PutTo(_) | View::Public => (publication.readable, false),
    };
    let number = if asked.number == 0 { newest } else { asked.number };
    if number <= publication.readable
        && let Some(printed) = store::printed(conn, publication.id, number)?
    {
        let overlay = publication.overlay(number, &store::taken_back(conn, publication.id)?);
        return match policy::reads_as_printed(&cx.caller) {
            true => Ok(as_printed(printed, overlay)),
            false => as_served(printed, overlay, is_inside),
        };
    }
    if !is_inside || number != publication.edition.number {
        // To a council that is asked about its own items alone, nothing is out.
        let what = if is_inside || publication.readable > 0 { "edition" } else { "publication" };
        return Err(Refusal::NotFound { what }.into());
    }
    put_together(conn, &publication)
}

/// Byte for byte, for those who must be able to check it.
fn as_printed(printed: Printed, overlay: Overlay) -> Pages {
    let Printed { edition, html, markdown, citations, .. } = printed;
    let now = |citation: Citation| {
        let taken_back_at = overlay.taken_back_at(&citation.anchor);
        CitationNow { citation, taken_back_at }
    };
    let (html_sha256, markdown_sha256) = (digest(&html), digest(&markdown));
    Pages {
        edition: edition.number,
        citations: citations.into_iter().map(now).collect(),
        html,
        markdown,
        watermarked: false,
        printed: Some((overlay, html_sha256, markdown_sha256)),
    }
}

/// Without what was taken back, and with what its readers must know. The public reads nothing of a publication that was
/// taken back whole.
fn as_served(printed: Printed, overlay: Overlay, is_inside: bool) -> Result<Pages, Error> {
    if overlay.is_empty() {
        return Ok(as_printed(printed, overlay));
    }
    let is_gone = overlay.withdrawn.is_some() && !is_inside;
    let stone = Page::stone(&printed.edition.title, printed.edition.number, None, &overlay);
    let page = match printed.page.clone() {
        Some(page) if !is_gone => page.under(&overlay),
        // What cannot be blacked out is not shown.
        Some(_) => stone,
        None if is_gone || !overlay.taken_back.is_empty() => stone,
        None => return Ok(as_printed(printed, overlay)),
    };
    let mut pages = as_printed(printed, overlay);
    for now in pages.citations.iter_mut().filter(|now| now.taken_back_at.is_some()) {
        now.citation.quote.clear();
    }
    if page.stone {
        pages.citations.clear();
    }
    let with_digest = |sha256: &str| {
        let mut page = page.clone();
        page.notices.push(format!("As it was printed, this edition has the SHA-256 {sha256}."));
        page
    };
    if let Some((_, html_sha256, markdown_sha256)) = &pages.printed {
        pages.html = render::html(&with_digest(html_sha256))?;
        pages.markdown = render::markdown(&with_digest(markdown_sha256));
    }
    Ok(pages)
}

fn put_together(conn: &mut Conn, publication: &Publication) -> Result<Pages, Error> {
    let edition = &publication.edition;
    let material = store::material(conn, edition)?;
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
    Ok(Pages {
        edition: edition.number,
        html: render::html(&page)?,
        markdown: render::markdown(&page),
        citations: material.citations(edition).into_iter().map(CitationNow::standing).collect(),
        watermarked: true,
        printed: None,
    })
}

impl CitationNow {
    fn standing(citation: Citation) -> CitationNow {
        CitationNow { citation, taken_back_at: None }
    }
}

/// In the order of the edition; the key is the place in it, from 1.
pub fn citations(conn: &mut Conn, cx: &Cx, list: &Listed<AskedEdition, usize>) -> Result<Found<CitationNow>, Error> {
    let citations = pages(conn, cx, &list.filter)?.citations;
    let rows = citations.into_iter().zip(1..).skip(list.page.after.unwrap_or(0)).collect();
    Ok(list.page.found(rows, |(_, place)| *place).map(|(citation, _)| citation))
}
