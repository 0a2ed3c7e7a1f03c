//! Documents of the corpus as a commission opens them.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{CommissionId, DocumentId};
use kit::paging::Listed;

use super::document::{Document, DocumentFilter};
use super::store;
use crate::commission::Commission;
use crate::commission::access::opened;
use crate::counted::Counted;
use crate::error::Error;
use crate::policy::Action;

/// All that the commission of a filter opens to the caller at this instant, as far as the filter admits it.
pub fn visible_documents(conn: &mut Conn, cx: &Cx, filter: &DocumentFilter) -> Result<Vec<Document>, Error> {
    let commission = opened(conn, cx, Action::ReadCorpus, filter.commission)?;
    let mut documents = store::visible(conn, &commission.rounds)?;
    documents.retain(|document| filter.admits(document));
    Ok(documents)
}

pub fn documents(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<DocumentFilter, DocumentId>,
) -> Result<Counted<Document>, Error> {
    let mut rows = visible_documents(conn, cx, &asked.filter)?;
    let n_rows = rows.len() as i64;
    rows.retain(|document| asked.page.after.is_none_or(|after| document.id > after));
    Ok(Counted { page: asked.page.found(rows, |document| document.id), n_rows, as_of: cx.now })
}

pub fn document(conn: &mut Conn, cx: &Cx, asked: &(CommissionId, DocumentId)) -> Result<Document, Error> {
    let commission = opened(conn, cx, Action::ReadCorpus, asked.0)?;
    opened_document(conn, &commission, asked.1)
}

/// A document that an open commission opens.
pub fn opened_document(conn: &mut Conn, commission: &Commission, id: DocumentId) -> Result<Document, Error> {
    let document = store::get(conn, id)?;
    let opened = document.round.is_none_or(|round| commission.rounds.contains(&round));
    if document.withdrawn || !opened { Err(Error::NotFound { what: "document" }) } else { Ok(document) }
}
