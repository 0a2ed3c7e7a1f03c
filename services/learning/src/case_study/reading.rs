//! Case studies: their councils and those whose role reads them see all; consultants see the consented ones that their
//! running commissions open.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{CaseStudyId, OrgId};
use kit::paging::Listed;

use super::store::{self, Visible};
use super::{CaseStudy, State};
use crate::commission::access::opened_to;
use crate::commission::{self, Commission};
use crate::counted::Counted;
use crate::error::Error;
use crate::policy::{self, Action, Facts};

/// The case study, if the caller may do this with it. A consented one is opened by every running commission over its
/// round, one of no round by all that run.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: CaseStudyId) -> Result<CaseStudy, Error> {
    let study = store::get(conn, id)?;
    let running = commission::store::running_over(conn, study.text.round, cx.now)?;
    let facts = Facts {
        consultants: running.iter().flat_map(Commission::declared).collect(),
        councils: vec![study.organisation],
        readers: Vec::new(),
        open: study.state == State::Consented,
    };
    policy::check(&cx.caller, action, &facts, "case study")?;
    Ok(study)
}

pub fn case_study(conn: &mut Conn, cx: &Cx, id: &CaseStudyId) -> Result<CaseStudy, Error> {
    seen(conn, cx, Action::SeeCaseStudy, *id)
}

pub fn case_studies(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<Option<OrgId>, CaseStudyId>,
) -> Result<Counted<CaseStudy>, Error> {
    let Listed { filter: council, page } = asked;
    let opened = opened_to(conn, cx)?;
    let visible = Visible {
        all: policy::reads_by_office(&cx.caller),
        councils: policy::councils_of(&cx.caller),
        consented_of: (!opened.is_empty()).then(|| opened.into_iter().flat_map(|one| one.rounds).collect()),
    };
    let rows = store::page(conn, *council, &visible, page.after, page.limit())?;
    let n_rows = store::count(conn, *council, &visible)?;
    Ok(Counted { page: page.found(rows, |study| study.id), n_rows, as_of: cx.now })
}
