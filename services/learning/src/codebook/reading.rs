//! Codebooks: consultants and those who read the corpus see all of them.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::CodebookId;
use kit::paging::{Found, Page};

use super::{Codebook, store};
use crate::error::Error;
use crate::policy::{self, Action};

pub fn codebook(conn: &mut Conn, cx: &Cx, id: &CodebookId) -> Result<Codebook, Error> {
    policy::check_at_large(&cx.caller, Action::SeeCodebook, "codebook")?;
    store::get(conn, *id)
}

pub fn codebooks(conn: &mut Conn, cx: &Cx, page: &Page<CodebookId>) -> Result<Found<Codebook>, Error> {
    policy::check_at_large(&cx.caller, Action::SeeCodebook, "codebook")?;
    let rows = store::page(conn, page.after, page.limit())?;
    Ok(page.found(rows, |codebook| codebook.id))
}
