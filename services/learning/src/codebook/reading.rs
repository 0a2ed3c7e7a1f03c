//! Codebooks: consultants and those who read the corpus see all of them.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::CodebookId;
use kit::paging::{Found, Listed};

use super::{Codebook, store};
use crate::error::Error;
use crate::policy::{self, Action, Facts};

pub fn codebook(conn: &mut Conn, cx: &Cx, id: &CodebookId) -> Result<Codebook, Error> {
    policy::check(&cx.caller, Action::SeeCodebook, &Facts::default(), "codebook")?;
    store::get(conn, *id)
}

pub fn codebooks(conn: &mut Conn, cx: &Cx, asked: &Listed<(), CodebookId>) -> Result<Found<Codebook>, Error> {
    policy::check(&cx.caller, Action::SeeCodebook, &Facts::default(), "codebook")?;
    let rows = store::page(conn, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |codebook| codebook.id))
}
