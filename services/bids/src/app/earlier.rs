//! Applies events about earlier awards and reports, which screening reads.

use kit::db::Tx;

use crate::earlier::{Project, Report};
use crate::error::Error;
use crate::store;

/// Takes what an award says of its project.
pub fn take_award(tx: &mut Tx, project: &Project) -> Result<(), Error> {
    Ok(store::put_project(tx, project)?)
}

/// Takes what a report says of what is owed.
pub fn take_report(tx: &mut Tx, report: &Report) -> Result<(), Error> {
    Ok(store::put_report(tx, report)?)
}
