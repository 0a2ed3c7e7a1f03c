//! Passages: those who read the corpus see them whole, councils their own words without the notes of those who marked
//! them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{CommissionId, PassageId};
use kit::paging::{Counted, Listed};
use kit::time::Timestamp;

use super::Passage;
use super::export::{self, Marked};
use super::store::{self, Filter};
use crate::commission::access::{expect_open, opened, visible};
use crate::commission::{self, Commission, Visible};
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{codebook, corpus};

/// An export is one answer: as many passages as fit one.
const MOST_EXPORTED: i64 = 100_000;

/// Every passage of a commission as one table.
pub struct Exported {
    pub csv: String,
    pub n_passages: i64,
    pub as_of: Timestamp,
}

/// The passage and its commission, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: PassageId) -> Result<(Passage, Commission), Error> {
    let passage = store::get(conn, id)?;
    let commission = commission::store::get(conn, passage.commission)?;
    policy::check(&cx.caller, action, &policy::passage_facts(&commission, &passage), "passage")?;
    Ok((passage, commission))
}

pub fn passage(conn: &mut Conn, cx: &Cx, id: &PassageId) -> Result<Passage, Error> {
    let (passage, commission) = seen(conn, cx, Action::SeePassage, *id)?;
    if !policy::reads_whole(&cx.caller, &commission) {
        return Ok(passage.without_notes());
    }
    expect_open(cx, Action::SeePassage, &commission)?;
    Ok(passage)
}

pub fn passages(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, PassageId>) -> Result<Counted<Passage>, Error> {
    let Listed { filter, page } = list;
    let visible = visible(conn, cx, filter.commission)?;
    let mut rows = store::page(conn, filter, &visible, page.after, page.limit())?;
    if let Visible::About(_) = visible {
        rows = rows.into_iter().map(Passage::without_notes).collect();
    }
    let n_passages = store::n_passages(conn, filter, &visible)?;
    Ok(page.found(rows, |passage| passage.id).of_all(n_passages, cx.now))
}

/// Oldest first. Those of a document taken back are left out.
pub fn export(conn: &mut Conn, cx: &Cx, id: &CommissionId) -> Result<Exported, Error> {
    let commission = opened(conn, cx, Action::ReadCorpus, *id)?;
    let documents = corpus::store::visible(conn, &commission.rounds)?;
    let documents: HashMap<_, _> = documents.into_iter().map(|document| (document.id, document)).collect();
    let filter = Filter { commission: Some(commission.id), ..Filter::default() };
    let mut codebooks = HashMap::new();
    let mut marked = Vec::new();
    for passage in store::page(conn, &filter, &Visible::All, None, MOST_EXPORTED)? {
        let Some(document) = documents.get(&passage.document).cloned() else { continue };
        let codebook = match codebooks.entry(passage.codebook) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(codebook::store::get(conn, passage.codebook)?.name),
        };
        marked.push(Marked { codebook: codebook.clone(), passage, document });
    }
    Ok(Exported { csv: export::csv(&marked)?, n_passages: marked.len() as i64, as_of: cx.now })
}
