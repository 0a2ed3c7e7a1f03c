//! Publications: authors and the embargo group see the edition that is worked on, everybody else who has signed in the
//! newest that is public.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{PublicationId, RoundId};
use kit::paging::{Found, Listed};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::render::{self, Standing};
use super::state::State;
use super::store::{self, Visible};
use super::{Citation, Edition, Printed, Publication, PublicationNow};
use crate::commission::access::{expect_open, opened_to};
use crate::commission::{self, Commission};
use crate::error::Error;
use crate::policy::{self, Action};

/// The publication and its commission, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: PublicationId) -> Result<(Publication, Commission), Error> {
    let publication = store::get(conn, id)?;
    let commission = commission::store::get(conn, publication.commission)?;
    policy::check(&cx.caller, action, &policy::publication_facts(&commission, &publication), "publication")?;
    Ok((publication, commission))
}

/// The publication, and whether the caller sees more of it than the public.
fn looked_at(conn: &mut Conn, cx: &Cx, id: PublicationId) -> Result<(Publication, bool), Error> {
    let (publication, commission) = seen(conn, cx, Action::SeePublication, id)?;
    let facts = policy::publication_facts(&commission, &publication);
    let named = policy::is_reader(&cx.caller, &facts);
    if named || !policy::reads_whole(&cx.caller, &commission) {
        return Ok((publication, named));
    }
    match expect_open(cx, Action::SeePublication, &commission) {
        Ok(()) => Ok((publication, true)),
        // Its authors are readers like any other once their commission has ended.
        Err(_) if facts.open => Ok((publication, false)),
        Err(error) => Err(error),
    }
}

pub fn publication(conn: &mut Conn, cx: &Cx, id: &PublicationId) -> Result<PublicationNow, Error> {
    let (mut publication, inside) = looked_at(conn, cx, *id)?;
    if !inside {
        let printed = store::readable_editions(conn, &[*id])?.remove(id);
        publication = as_public(publication, printed.ok_or(Refusal::NotFound { what: "publication" })?);
    }
    Ok(PublicationNow { publication, as_of: cx.now })
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

fn visible(conn: &mut Conn, cx: &Cx) -> Result<Visible, Error> {
    if policy::reads_by_office(&cx.caller) {
        return Ok(Visible::All);
    }
    let opened = opened_to(conn, cx)?;
    Ok(Visible::Public { and_under: opened.into_iter().map(|commission| commission.id).collect() })
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
    let seen = rows.into_iter().filter_map(|publication| match visible.is_inside(&publication) {
        true => Some(publication),
        false => printed.remove(&publication.id).map(|printed| as_public(publication, printed)),
    });
    let found = page.found(seen.collect(), |publication| publication.id);
    Ok(found.map(|publication| PublicationNow { publication, as_of: cx.now }.without_items()))
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
}

/// An edition in all its formats.
struct Pages {
    edition: i32,
    html: String,
    markdown: String,
    citations: Vec<Citation>,
    watermarked: bool,
}

pub fn document(conn: &mut Conn, cx: &Cx, asked: &AskedDocument) -> Result<PublicationDocument, Error> {
    let Pages { edition, html, markdown, watermarked, .. } = pages(conn, cx, &asked.edition)?;
    let text = match asked.format {
        Format::Html => html,
        Format::Markdown => markdown,
    };
    Ok(PublicationDocument { edition, format: asked.format, text, watermarked })
}

/// As they were printed, or put together now for those who see what is not public.
fn pages(conn: &mut Conn, cx: &Cx, asked: &AskedEdition) -> Result<Pages, Error> {
    let (publication, inside) = looked_at(conn, cx, asked.publication)?;
    let newest = if inside { publication.edition.number } else { publication.readable };
    let number = if asked.number == 0 { newest } else { asked.number };
    if number <= publication.readable
        && let Some(printed) = store::printed(conn, publication.id, number)?
    {
        let Printed { html, markdown, citations, .. } = printed;
        return Ok(Pages { edition: number, html, markdown, citations, watermarked: false });
    }
    if !inside || number != publication.edition.number {
        return Err(Refusal::NotFound { what: "edition" }.into());
    }
    put_together(conn, &publication)
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
        citations: material.citations(edition),
        watermarked: true,
    })
}

/// In the order of the edition; the key is the place in it, from 1.
pub fn citations(conn: &mut Conn, cx: &Cx, list: &Listed<AskedEdition, usize>) -> Result<Found<Citation>, Error> {
    let citations = pages(conn, cx, &list.filter)?.citations;
    let rows = citations.into_iter().zip(1..).skip(list.page.after.unwrap_or(0)).collect();
    Ok(list.page.found(rows, |(_, place)| *place).map(|(citation, _)| citation))
}
