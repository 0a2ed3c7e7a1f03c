//! Pages of lists as the wire has them.

use kit::history::Line;
use kit::paging::Found;
use kit::time::Timestamp;
use toadlane_proto::reporting::v1 as pb;

use super::{history_entry, revision, without_texts};
use crate::app::reading::ReportsFound;
use crate::content::Revision;

pub fn reports(found: ReportsFound) -> pb::ListReportsResponse {
    let (reports, next_page_token) = found.reports.wire(|now| without_texts(now.into()));
    pb::ListReportsResponse {
        reports,
        next_page_token,
        total_size: found.totals.n_reports,
        total_overdue: found.totals.n_overdue,
        as_of: Some(found.as_of.into()),
    }
}

pub fn revisions(found: Found<(Revision, Option<Timestamp>)>) -> pb::ListReportRevisionsResponse {
    let (revisions, next_page_token) = found.wire(|(found, handed_in_at)| revision(found, handed_in_at));
    pb::ListReportRevisionsResponse { revisions, next_page_token }
}

pub fn history(found: Found<Line>) -> pb::ListReportHistoryResponse {
    let (entries, next_page_token) = found.wire(history_entry);
    pb::ListReportHistoryResponse { entries, next_page_token }
}
