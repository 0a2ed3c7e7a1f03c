//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::fault::Violation;
use kit::history::Line;
use kit::ids::{EvidenceId, OrgId, ReportId, RoundId};
use kit::paging::{Found, Listed};
use kit::stored::parsed;
use kit::time::Timestamp;

use crate::content::{Evidence, Revision};
use crate::error::Error;
use crate::policy::{self, Action};
use crate::report::{Report, ReportNow};
use crate::store::{self, Filter, Key, Readable, Totals, Visible};

/// A page of reports, and the totals of all pages.
pub struct ReportsFound {
    pub reports: Found<ReportNow>,
    pub totals: Totals,
    pub as_of: Timestamp,
}

/// Which reports a watch is on.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub round: Option<RoundId>,
    /// The council that reports, or holds the award.
    pub organisation: Option<OrgId>,
}

/// The report, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: ReportId) -> Result<Report, Error> {
    let report = store::get(conn, id)?;
    policy::check(&cx.caller, action, &report)?;
    Ok(report)
}

/// A report as its answer shows it to this caller.
pub fn shown(cx: &Cx, report: Report) -> ReportNow {
    let whole = policy::reads(&cx.caller, &report);
    ReportNow { report, as_of: cx.now, whole }
}

pub fn report(conn: &mut Conn, cx: &Cx, id: &ReportId) -> Result<ReportNow, Error> {
    Ok(shown(cx, seen(conn, cx, Action::See, *id)?))
}

pub fn reports(conn: &mut Conn, cx: &Cx, asked: &Listed<Filter, Key>) -> Result<ReportsFound, Error> {
    let Listed { filter, page } = asked;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, cx.now, page.after, page.limit())?;
    let reports = rows.into_iter().map(|report| shown(cx, report)).collect();
    let reports = page.found(reports, |now| (now.report.due.instant, now.report.id));
    Ok(ReportsFound { reports, totals: store::totals(conn, filter, &visible, cx.now)?, as_of: cx.now })
}

fn visible(cx: &Cx) -> Visible {
    if policy::oversees(&cx.caller) {
        Visible::All
    } else if policy::learns(&cx.caller) {
        Visible::Released
    } else {
        Visible::Of(policy::reads_for_all(&cx.caller))
    }
}

/// What keeps a report from being handed in, and when that was looked at.
pub fn check(conn: &mut Conn, cx: &Cx, id: &ReportId) -> Result<(Vec<Violation>, Timestamp), Error> {
    Ok((seen(conn, cx, Action::Edit, *id)?.missing(), cx.now))
}

/// Revisions, each with when it was last handed in.
pub fn revisions(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<ReportId, i32>,
) -> Result<Found<(Revision, Option<Timestamp>)>, Error> {
    let report = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::revisions(conn, report.id, readable(cx, &report), asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |(revision, _)| revision.number))
}

/// The learning reads what is accepted, and no version that was given back (rule 30).
fn readable(cx: &Cx, report: &Report) -> Readable {
    if policy::is_of_its_own(&cx.caller, &policy::facts(report)) {
        Readable::All
    } else if policy::learns(&cx.caller) {
        Readable::Only(report.revision)
    } else {
        Readable::HandedIn
    }
}

pub fn evidence(conn: &mut Conn, cx: &Cx, report: ReportId, file: EvidenceId) -> Result<Evidence, Error> {
    Ok(seen(conn, cx, Action::Read, report)?.file(file)?.clone())
}

pub fn history(conn: &mut Conn, cx: &Cx, asked: &Listed<ReportId, i64>) -> Result<Found<Line>, Error> {
    let report = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::history(conn, report.id, asked.page.after.unwrap_or(0), asked.page.limit())?;
    Ok(asked.page.found(rows, |line| line.sequence))
}

/// The report that an event is about; none where it is not watched, or hidden from the caller.
///
/// # Errors
/// Those of the store.
pub fn watched(conn: &mut Conn, cx: &Cx, watched: &Watched, subject: &str) -> Result<Option<ReportNow>, DbError> {
    let Some(report) = store::get_all(conn, &[parsed(subject)?])?.pop() else { return Ok(None) };
    let concerns = |id: OrgId| report.organisation == id || report.award.holder == id;
    let is_watched =
        watched.round.is_none_or(|round| report.award.round == round) && watched.organisation.is_none_or(concerns);
    let is_seen = is_watched && policy::check(&cx.caller, Action::See, &report).is_ok();
    Ok(is_seen.then(|| shown(cx, report)))
}
