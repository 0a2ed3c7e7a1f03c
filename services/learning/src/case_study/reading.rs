//! Case studies: their councils and those whose role reads them see all; consultants see the consented ones that their
//! running commissions open.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{CaseStudyId, OrgId};
use kit::paging::{Counted, Listed};

use super::CaseStudy;
use super::store::{self, Visible};
use crate::commission;
use crate::commission::access::opened_to;
use crate::error::Error;
use crate::policy::{self, Action};

/// The case study, if the caller may do this with it. A consented one is opened by every running commission over its
/// round, one of no round by all that run.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: CaseStudyId) -> Result<CaseStudy, Error> {
    let study = store::get(conn, id)?;
    let running = commission::store::running_over(conn, study.text.round, cx.now)?;
    policy::check(&cx.caller, action, &policy::case_study_facts(&running, &study), "case study")?;
    Ok(study)
}

fn visible(conn: &mut Conn, cx: &Cx) -> Result<Visible, Error> {
    if policy::reads_by_office(&cx.caller) {
        return Ok(Visible::All);
    }
    let opened = opened_to(conn, cx)?;
    let rounds = || opened.iter().flat_map(|commission| commission.rounds.clone()).collect();
    let consented_of = (!opened.is_empty()).then(rounds);
    Ok(Visible::Of { councils: policy::councils_of(&cx.caller), consented_of })
}

pub fn case_study(conn: &mut Conn, cx: &Cx, id: &CaseStudyId) -> Result<CaseStudy, Error> {
    seen(conn, cx, Action::SeeCaseStudy, *id)
}

/// Of a council or of all.
pub fn case_studies(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<Option<OrgId>, CaseStudyId>,
) -> Result<Counted<CaseStudy>, Error> {
    let Listed { filter: council, page } = list;
    let visible = visible(conn, cx)?;
    let rows = store::page(conn, *council, &visible, page.after, page.limit())?;
    let n_studies = store::n_case_studies(conn, *council, &visible)?;
    Ok(page.found(rows, |study| study.id).of_all(n_studies, cx.now))
}
