//! What happens to an accepted report: addenda, and the council's consent that the learning uses it.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::ReportId;

use super::{actor, load_for, save};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::report::{Release, ReportNow};
use crate::store;

#[derive(Clone, Debug)]
pub struct AddAddendum {
    pub target: Target<ReportId>,
    pub text: String,
}

pub fn add_addendum(tx: &mut Tx, cx: &Cx, cmd: &AddAddendum) -> Result<ReportNow, Error> {
    let report = load_for(tx, cx, Action::AddAddendum, &cmd.target)?;
    let new = report.add_addendum(cmd.text.clone(), actor(cx, &report, Happened::AddendumAdded), cx.now)?;
    if let Some(added) = new.addenda.last() {
        store::insert_addendum(tx, new.id, added)?;
    }
    save(tx, cx, &report, new, Happened::AddendumAdded)
}

#[derive(Clone, Debug)]
pub struct SetRelease {
    pub target: Target<ReportId>,
    pub release: Release,
}

/// The council consents, or takes its consent back; without one nothing is released (rules 30 and 32).
pub fn set_release(tx: &mut Tx, cx: &Cx, cmd: &SetRelease) -> Result<ReportNow, Error> {
    let report = load_for(tx, cx, Action::SetRelease, &cmd.target)?;
    let new = report.set_release(cmd.release.clone(), cx.now)?;
    let happened = if new.release.to_learning { Happened::ReportReleased } else { Happened::ReleaseWithdrawn };
    save(tx, cx, &report, new, happened)
}

#[derive(Clone, Debug)]
pub struct ReleaseAddendum {
    pub target: Target<ReportId>,
    pub number: i32,
    pub release: Release,
}

/// The same for an addendum that the council wrote.
pub fn release_addendum(tx: &mut Tx, cx: &Cx, cmd: &ReleaseAddendum) -> Result<ReportNow, Error> {
    let report = load_for(tx, cx, Action::ReleaseAddendum, &cmd.target)?;
    let new = report.release_addendum(cmd.number, cmd.release.clone(), cx.now)?;
    if let Some(released) = new.addenda.iter().find(|addendum| addendum.number == cmd.number) {
        store::update_addendum(tx, new.id, released)?;
    }
    let happened = match cmd.release.to_learning {
        true => Happened::AddendumReleased,
        false => Happened::AddendumWithdrawn,
    };
    save(tx, cx, &report, new, happened)
}
