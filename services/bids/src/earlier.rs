//! What bids knows of earlier awards: which reports are owed, and who leads projects. Copies, kept by events, so that
//! screening needs neither `awards` nor `reporting`.

use kit::ids::{AwardId, BidId, OrgId, ReportId};
use kit::time::Timestamp;

/// A report on an award, as far as rule 9 asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: ReportId,
    /// Who reports.
    pub organisation: OrgId,
    pub due_at: Timestamp,
    /// Whether it has never been handed in and still has to be.
    pub awaited: bool,
}

/// A funded project, as far as rule 3 asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Project {
    pub award: AwardId,
    pub bid: BidId,
    pub lead: OrgId,
    /// Whether its award is offered or was accepted, and is not closed.
    pub live: bool,
}

/// Overdue reports and live projects of a bid's organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burden {
    /// Bids that the lead has with the network for this instrument in this round, this one included.
    pub n_led: i64,
    /// Live projects that the lead leads, of whatever round, besides that of this very bid.
    pub n_live: i64,
    /// Reports on earlier awards that lead or applicant owe and that are overdue.
    pub n_overdue: i64,
}
