//! Requests as the tests send them.

use toadlane_proto::reporting::v1 as pb;

use super::harness::{Council, new_id};

pub fn update(report: &pb::Report, content: pb::ReportContent) -> pb::UpdateReportRequest {
    pb::UpdateReportRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        content: Some(content),
        validate_only: false,
    }
}

pub fn sign_off(council: &Council, report: &pb::Report) -> pb::SignOffReportRequest {
    pb::SignOffReportRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        revision: report.revision,
        certifier_id: council.certifier.subject.clone(),
        role: "Section 151 officer".to_string(),
        validate_only: false,
    }
}

pub fn submit(report: &pb::Report) -> pb::SubmitReportRequest {
    pb::SubmitReportRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        validate_only: false,
    }
}

pub fn request_changes(report: &pb::Report, changes: &[(&str, &str)]) -> pb::RequestChangesRequest {
    let change =
        |&(field, says): &(&str, &str)| pb::RequestedChange { field: field.to_string(), says: says.to_string() };
    pb::RequestChangesRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        changes: changes.iter().map(change).collect(),
        reason: "one answer is unclear".to_string(),
        validate_only: false,
    }
}

pub fn waive(report: &pb::Report, reason: &str) -> pb::WaiveReportRequest {
    pb::WaiveReportRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        reason: reason.to_string(),
        validate_only: false,
    }
}

pub fn addendum(report: &pb::Report, text: &str) -> pb::AddAddendumRequest {
    pb::AddAddendumRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        text: text.to_string(),
        validate_only: false,
    }
}
