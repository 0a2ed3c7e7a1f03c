//! The record of a report's transitions: written once and never changed.

use kit::ids::ReportId;

use crate::schema::history;

kit::history!(history, report_id: ReportId);
