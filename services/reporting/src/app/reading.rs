//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::fault::Violation;
use kit::history::Line;
use kit::ids::{EvidenceId, OrgId, ReportId, RoundId};
use kit::paging::{Counted, Found, Listed};
use kit::stored::parsed;
use kit::time::Timestamp;

use crate::content::{Evidence, RevisionNow};
use crate::error::Error;
use crate::policy::{self, Action};
use crate::report::{Report, ReportNow};
use crate::store::{self, Filter, Key, Readable, Visible};

/// A page of reports, and how many of all that there are were not handed in by their due instant.
pub struct ReportsFound {
    pub reports: Counted<ReportNow>,
    pub n_overdue: i64,
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

/// A report as its answer shows it to this caller. The learning reads of its addenda those that are released too.
pub fn shown(cx: &Cx, mut report: Report) -> ReportNow {
    let whole = policy::reads(&cx.caller, &report);
    if policy::learns(&cx.caller) {
        report.addenda.retain(|addendum| addendum.release.to_learning);
    }
    ReportNow { report, as_of: cx.now, whole }
}

pub fn report(conn: &mut Conn, cx: &Cx, id: &ReportId) -> Result<ReportNow, Error> {
    Ok(shown(cx, seen(conn, cx, Action::See, *id)?))
}

pub fn reports(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, Key>) -> Result<ReportsFound, Error> {
    let Listed { filter, page } = list;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, cx.now, page.after, page.limit())?;
    let reports = rows.into_iter().map(|report| shown(cx, report)).collect();
    let found = page.found(reports, |now| (now.report.due.instant, now.report.id));
    let reports = found.of_all(store::n_reports(conn, filter, &visible, cx.now)?, cx.now);
    Ok(ReportsFound { reports, n_overdue: store::n_overdue(conn, filter, &visible, cx.now)? })
}

fn visible(cx: &Cx) -> Visible {
    if policy::oversees(&cx.caller) {
        Visible::All
    } else if policy::learns(&cx.caller) {
        Visible::Released
    } else {
        Visible::Own(cx.caller.organisations_where(policy::reads_for))
    }
}

/// What keeps a report from being handed in, and when that was looked at.
pub fn check(conn: &mut Conn, cx: &Cx, id: &ReportId) -> Result<(Vec<Violation>, Timestamp), Error> {
    Ok((seen(conn, cx, Action::Edit, *id)?.missing(), cx.now))
}

pub fn revisions(conn: &mut Conn, cx: &Cx, list: &Listed<ReportId, i32>) -> Result<Found<RevisionNow>, Error> {
    let report = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::revisions(conn, report.id, readable(cx, &report), list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |now| now.revision.number))
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
    Ok(seen(conn, cx, Action::Read, report)?.evidence(file)?.clone())
}

pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<ReportId, i64>) -> Result<Found<Line>, Error> {
    let report = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::history(conn, report.id, list.page.after.unwrap_or(0), list.page.limit())?;
    Ok(list.page.found(rows, |line| line.sequence))
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
