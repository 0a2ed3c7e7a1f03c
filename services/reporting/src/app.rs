//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod awards;
mod drafts;
mod hand_in;
pub mod reading;
mod release;
mod review;
mod ticker;

pub use awards::{AwardFacts, all_scheduled, take_award};
pub use drafts::{RemoveEvidence, UpdateReport, add_evidence, load_for_evidence, remove_evidence, update_report};
pub use hand_in::{SignOffReport, request_sign_off, sign_off_report, submit_report};
pub use release::{AddAddendum, ReleaseAddendum, SetRelease, add_addendum, release_addendum, set_release};
pub use review::{RequestChanges, accept_report, request_changes, waive_report};
pub use ticker::{open_due, remind};

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::history::Line;
use kit::ids::ReportId;
use kit::outbox;
use kit::refusal::Refusal;

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
fn load_live_for(conn: &mut Conn, cx: &Cx, action: Action, target: &Target<ReportId>) -> Result<Report, Error> {
    let report = reading::seen(conn, cx, action, target.id)?;
    report.expect_award()?;
    expect_version(cx, &report, target)?;
    Ok(report)
}

/// Refuses a caller who read an older version, with as much of the newer one as they may read. What that is depends on
/// the caller, whom neither the report nor its store knows: so they leave this refusal to us.
fn expect_version(cx: &Cx, report: &Report, target: &Target<ReportId>) -> Result<(), Refusal> {
    if report.version == target.version {
        return Ok(());
    }
    Err(Refusal::stale(shown(cx, report.clone())))
}

/// Who acts, with the organisation that they act for here.
fn actor(cx: &Cx, report: &Report, happened: Happened) -> Actor {
    let network = || policy::network_of(&cx.caller);
    let organisation = match happened.by_network() {
        true => network(),
        false => policy::council_of(&cx.caller, report).or_else(network),
    };
    cx.caller.acting_for(organisation)
}

/// Saves the new version of a report with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Report, new: Report, happened: Happened) -> Result<ReportNow, Error> {
    if !store::update(tx, old, &new)? {
        return Err(Refusal::stale(shown(cx, store::get(tx, old.id)?)).into());
    }
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Report>, new: Report, happened: Happened) -> Result<ReportNow, Error> {
    // Every version is one line of history.
    let by = actor(cx, &new, happened);
    let line = Line::first(new.version, new.updated_at, by, happened.step(), new.state.name())
        .after(old.map(|old| old.state.name()))
        .because(happened.has_reason(), &new.reason);
    store::insert_history(tx, new.id, line)?;
    let now = shown(cx, new);
    outbox::put(tx, cx, now.report.updated_at, events::fact(happened, &now))?;
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
        author: actor(cx, report, Happened::ReportRevised),
    };
    Ok(store::insert_revision(tx, &revision)?)
}
