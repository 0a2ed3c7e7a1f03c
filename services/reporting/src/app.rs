//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod awards;
mod drafts;
mod hand_in;
pub mod reading;
mod release;
mod review;
mod ticker;

pub use awards::{Gathered, all_scheduled, take_award};
pub use drafts::{RemoveEvidence, UpdateReport, add_evidence, check_room, remove_evidence, update_report};
pub use hand_in::{RequestSignOff, SignOffReport, SubmitReport, request_sign_off, sign_off_report, submit_report};
pub use release::{AddAddendum, SetRelease, add_addendum, set_release};
pub use review::{AcceptReport, RequestChanges, WaiveReport, accept_report, request_changes, waive_report};
pub use ticker::{open_due, remind};

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::history::Line;
use kit::ids::ReportId;
use kit::outbox;

use crate::content::Revision;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::policy::{self, Action};
use crate::report::{Report, ReportNow};
use crate::store;
use reading::shown;

/// The report as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<ReportId>) -> Result<Report, Error> {
    let report = reading::seen(tx, cx, action, target.id)?;
    expect_version(cx, &report, target)?;
    Ok(report)
}

/// The same for a step towards acceptance, which a report of an award that ended takes no more.
fn load_live_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<ReportId>) -> Result<Report, Error> {
    let report = reading::seen(tx, cx, action, target.id)?;
    report.expect_award()?;
    expect_version(cx, &report, target)?;
    Ok(report)
}

/// Refuses a caller who read an older version, with as much of the newer one as they may read. What that is depends on
/// the caller, whom neither the report nor its store knows: so they leave this refusal to us.
///
/// # Errors
/// [`Error::Stale`] with the newer one.
pub fn expect_version(cx: &Cx, report: &Report, target: &Target<ReportId>) -> Result<(), Error> {
    if report.version == target.version {
        return Ok(());
    }
    Err(Error::stale(shown(cx, report.clone())))
}

/// Who acts, with the organisation that they act for here.
fn actor(cx: &Cx, report: &Report, happened: Happened) -> Actor {
    let council = policy::council_of(&cx.caller, report).filter(|_| !happened.by_network());
    let organisation = council.or_else(|| policy::network_of(&cx.caller));
    cx.caller.acting_for(organisation)
}

/// Saves the new version of a report with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Report, new: Report, happened: Happened) -> Result<ReportNow, Error> {
    if !store::update(tx, old, &new)? {
        return Err(Error::stale(shown(cx, store::get(tx, old.id)?)));
    }
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Report>, new: Report, happened: Happened) -> Result<ReportNow, Error> {
    let line = Line {
        // Every version is one line of history.
        sequence: new.version,
        at: new.updated_at,
        by: actor(cx, &new, happened),
        step: happened.step().to_string(),
        from: old.map(|old| old.state.name().to_string()),
        to: new.state.name().to_string(),
        reason: if happened.has_reason() { new.reason.clone() } else { String::new() },
    };
    store::insert_history(tx, new.id, line)?;
    let now = shown(cx, new);
    outbox::put(tx, cx, now.report.updated_at, &events::fact(happened, &now))?;
    Ok(now)
}

fn write_revision(tx: &mut Tx, cx: &Cx, report: &Report) -> Result<(), Error> {
    let revision = Revision {
        report: report.id,
        number: report.revision,
        paper: report.paper.clone(),
        canonical_json: report.paper.canonical_json(),
        digest: report.digest.clone(),
        created_at: report.updated_at,
        author: actor(cx, report, Happened::Revised),
    };
    Ok(store::insert_revision(tx, &revision)?)
}
