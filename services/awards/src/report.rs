//! What awards knows about a report: whether it ends an award, or holds its payments.

use kit::ids::{AwardId, ReportId};
use kit::time::Timestamp;

/// What an event of `reporting` says of a report.
#[derive(Clone, Copy, Debug)]
pub struct AboutReport {
    pub award: AwardId,
    /// When it was accepted, if it is a final report and was.
    pub final_accepted_at: Option<Timestamp>,
    /// If it is not handed in and should have been.
    pub overdue: Option<Overdue>,
}

/// A report that is not handed in, and since when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    pub report: ReportId,
    pub since: Timestamp,
}
