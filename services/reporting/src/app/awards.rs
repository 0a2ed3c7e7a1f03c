//! What an event of `awards` does: reports are scheduled, moved, passed on, or cancelled.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::{Conn, DbError, Tx};
use kit::deadline::Deadline;
use kit::ids::ReportId;
use kit::time::Timestamp;
use kit::working_days::Calendar;
use strum::VariantArray;

use super::{record, save, write_revision};
use crate::award::{Award, Ended, Told};
use crate::error::Error;
use crate::events::Happened;
use crate::kind::Kind;
use crate::prefill::{self, BidWords};
use crate::report::Report;
use crate::state::State;
use crate::store;

/// What others said of an award before it is taken, and the identities of the reports that it may get.
#[derive(Clone, Debug)]
pub struct AwardFacts {
    pub calendar: Calendar,
    /// None where no report is to be scheduled.
    pub bid: Option<BidWords>,
    pub interim: ReportId,
    pub last: ReportId,
}

/// Whether every report that an award awaits is scheduled: then its bid need not be asked for.
pub fn all_scheduled(conn: &mut Conn, told: &Told) -> Result<bool, Error> {
    for &kind in Kind::VARIANTS {
        if told.awaits(kind) && store::of_award(conn, told.id, kind)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes an award as it now is. Dates move with it (rule 23), and its holder too (rule 28); what is accepted, waived or
/// cancelled stays.
pub fn take_award(tx: &mut Tx, facts: &AwardFacts, told: &Told, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_area(Area::Reporting, now);
    let held = store::award(tx, told.id)?;
    let framework_version = match (&held, &facts.bid) {
        (Some(held), _) => held.framework_version,
        (None, Some(bid)) => bid.framework.version,
        // Withdrawn before we heard of it: there is nothing to report.
        (None, None) => return Ok(()),
    };
    let award = told.held(framework_version, facts.calendar);
    match held {
        None => store::insert_award(tx, &award)?,
        Some(_) => store::update_award(tx, &award)?,
    }
    for (kind, id) in [(Kind::Interim, facts.interim), (Kind::Final, facts.last)] {
        match store::of_award(tx, award.id, kind)? {
            Some(report) => follow(tx, &cx, report, told)?,
            None if told.awaits(kind) => schedule(tx, &cx, facts, id, &award, kind, told)?,
            None => {}
        }
    }
    Ok(())
}

fn schedule(
    tx: &mut Tx,
    cx: &Cx,
    facts: &AwardFacts,
    id: ReportId,
    award: &Award,
    kind: Kind,
    told: &Told,
) -> Result<(), Error> {
    let (Some(bid), Some(due)) = (&facts.bid, told.due(kind)) else {
        // Another event of this award was taken since the bid was asked for; the bus delivers this one again.
        return Err(DbError::Inconsistent(format!("award {}: its bid was not asked for", award.id)).into());
    };
    let content = prefill::content(kind, told, bid);
    let report = Report::scheduled(id, award, kind, told, due, content, cx.now);
    store::insert(tx, &report)?;
    write_revision(tx, cx, &report)?;
    let scheduled = record(tx, cx, None, report, Happened::ReportScheduled)?.report;
    open_after_termination(tx, cx, scheduled)
}

/// Brings a report up with its award.
fn follow(tx: &mut Tx, cx: &Cx, report: Report, told: &Told) -> Result<(), Error> {
    let report = pass_on(tx, cx, report)?;
    let report = move_due(tx, cx, report, told)?;
    let report = cancel(tx, cx, report)?;
    open_after_termination(tx, cx, report)
}

/// Whether the award still moves a report: what is accepted, waived or cancelled stays as it is.
fn moves(report: &Report) -> bool {
    match report.state {
        State::Scheduled
        | State::Open
        | State::InDraft { .. }
        | State::AwaitingSignOff { .. }
        | State::Submitted { .. }
        | State::ChangesRequested { .. } => true,
        State::Accepted { .. } | State::Waived | State::Cancelled => false,
    }
}

fn pass_on(tx: &mut Tx, cx: &Cx, report: Report) -> Result<Report, Error> {
    if report.organisation == report.award.holder || !moves(&report) {
        return Ok(report);
    }
    let new = report.novate(cx.now)?;
    Ok(save(tx, cx, &report, new, Happened::ReportNovated)?.report)
}

fn move_due(tx: &mut Tx, cx: &Cx, report: Report, told: &Told) -> Result<Report, Error> {
    let moved: Option<&Deadline> = told.due(report.kind).filter(|due| **due != report.due);
    match moved {
        Some(due) if moves(&report) => {
            let new = report.reschedule(told, due, cx.now)?;
            Ok(save(tx, cx, &report, new, Happened::ReportRescheduled)?.report)
        }
        Some(_) | None => Ok(report),
    }
}

/// An award that was withdrawn takes no report; a terminated one only the final one (rules 25 and 29). What was handed
/// in stays.
fn cancel(tx: &mut Tx, cx: &Cx, report: Report) -> Result<Report, Error> {
    let ended = match (report.award.ended, report.kind) {
        (Some(how @ Ended::Withdrawn), Kind::Interim | Kind::Final)
        | (Some(how @ Ended::Terminated), Kind::Interim) => how,
        (Some(Ended::Terminated), Kind::Final) | (None, Kind::Interim | Kind::Final) => return Ok(report),
    };
    if !moves(&report) || matches!(report.state, State::Submitted { .. }) {
        return Ok(report);
    }
    let new = report.cancel(&format!("the award was {}", ended.name()), cx.now)?;
    Ok(save(tx, cx, &report, new, Happened::ReportCancelled)?.report)
}

/// The final report of an award that ended early need not wait for its time.
fn open_after_termination(tx: &mut Tx, cx: &Cx, report: Report) -> Result<(), Error> {
    if report.award.ended == Some(Ended::Terminated) && report.state == State::Scheduled {
        let new = report.open(cx.now)?;
        save(tx, cx, &report, new, Happened::ReportOpened)?;
    }
    Ok(())
}
