//! Documents of the corpus as a commission opens them.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{CommissionId, DocumentId};
use kit::paging::{Counted, Listed};
use kit::refusal::Refusal;

use super::document::{Document, Filter};
use super::store;
use crate::commission::Commission;
use crate::commission::access::opened;
use crate::error::Error;
use crate::policy::Action;

/// All that the commission of a filter opens to the caller at this instant, as far as the filter admits it.
pub fn visible_documents(conn: &mut Conn, cx: &Cx, filter: &Filter) -> Result<Vec<Document>, Error> {
    let commission = opened(conn, cx, Action::ReadCorpus, filter.commission)?;
    let mut documents = store::visible(conn, &commission.rounds)?;
    documents.retain(|document| filter.admits(document));
    Ok(documents)
}

/// Without their text.
pub fn documents(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, DocumentId>) -> Result<Counted<Document>, Error> {
    let Listed { filter, page } = list;
    let mut rows = visible_documents(conn, cx, filter)?;
    let n_documents = rows.len() as i64;
    rows.retain(|document| page.after.is_none_or(|after| document.id > after));
    let found = page.found(rows, |document| document.id);
    Ok(found.map(Document::without_text).of_all(n_documents, cx.now))
}

pub fn document(
    conn: &mut Conn,
    cx: &Cx,
    (commission, document): &(CommissionId, DocumentId),
) -> Result<Document, Error> {
    let commission = opened(conn, cx, Action::ReadCorpus, *commission)?;
    opened_document(conn, &commission, *document)
}

/// A document that an open commission opens.
pub fn opened_document(conn: &mut Conn, commission: &Commission, id: DocumentId) -> Result<Document, Error> {
    let document = store::get(conn, id)?;
    let opened = document.round.is_none_or(|round| commission.rounds.contains(&round));
    if document.withdrawn || !opened { Err(Refusal::NotFound { what: "document" }.into()) } else { Ok(document) }
}
