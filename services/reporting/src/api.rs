//! The tonic trait. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod requests;
mod streams;

use kit::cx::{Answer, Cx};
use kit::ids::{OrgId, ReportId};
use kit::shapes::{listed, one, page, reasoned, step};
use kit::watch::Streamed;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::reporting::v1::reports_service_server::ReportsService;
use tonic::{Request, Streaming};

use crate::app::{self, reading};
use crate::error::Error;
use crate::policy::Action;
use crate::report::Report;
use crate::{Reporting, convert};

#[tonic::async_trait]
impl ReportsService for Reporting {
    async fn get_report(&self, request: Request<pb::GetReportRequest>) -> Answer<pb::Report> {
        self.db.show(request, one, reading::report, pb::Report::from).await
    }

    async fn list_reports(&self, request: Request<pb::ListReportsRequest>) -> Answer<pb::ListReportsResponse> {
        self.db.show(request, requests::list_reports, reading::reports, pb::ListReportsResponse::from).await
    }

    async fn update_report(&self, request: Request<pb::UpdateReportRequest>) -> Answer<pb::Report> {
        self.db.take(request, requests::update_report, app::update_report).await
    }

    async fn check_report(&self, request: Request<pb::CheckReportRequest>) -> Answer<pb::CheckReportResponse> {
        self.db.show(request, one, reading::check, convert::checked).await
    }

    async fn list_report_revisions(
        &self,
        request: Request<pb::ListReportRevisionsRequest>,
    ) -> Answer<pb::ListReportRevisionsResponse> {
        self.db.show(request, listed, reading::revisions, page).await
    }

    async fn upload_evidence(&self, request: Request<Streaming<pb::UploadEvidenceRequest>>) -> Answer<pb::Report> {
        streams::upload(self, request).await
    }

    type DownloadEvidenceStream = Streamed<pb::DownloadEvidenceResponse>;

    async fn download_evidence(
        &self,
        request: Request<pb::DownloadEvidenceRequest>,
    ) -> Answer<Self::DownloadEvidenceStream> {
        streams::download(self, request).await
    }

    async fn remove_evidence(&self, request: Request<pb::RemoveEvidenceRequest>) -> Answer<pb::Report> {
        self.db.take(request, requests::remove_evidence, app::remove_evidence).await
    }

    async fn request_sign_off(&self, request: Request<pb::RequestSignOffRequest>) -> Answer<pb::Report> {
        self.db.take(request, step, app::request_sign_off).await
    }

    async fn sign_off_report(&self, request: Request<pb::SignOffReportRequest>) -> Answer<pb::Report> {
        let gather = |cx, cmd| self.certifier_of(cx, cmd);
        self.db.take_with(request, requests::sign_off_report, gather, app::sign_off_report).await
    }

    async fn submit_report(&self, request: Request<pb::SubmitReportRequest>) -> Answer<pb::Report> {
        self.db.take(request, step, app::submit_report).await
    }

    async fn request_changes(&self, request: Request<pb::RequestChangesRequest>) -> Answer<pb::Report> {
        self.db.take(request, requests::request_changes, app::request_changes).await
    }

    async fn accept_report(&self, request: Request<pb::AcceptReportRequest>) -> Answer<pb::Report> {
        self.db.take(request, step, app::accept_report).await
    }

    async fn add_addendum(&self, request: Request<pb::AddAddendumRequest>) -> Answer<pb::Report> {
        self.db.take(request, requests::add_addendum, app::add_addendum).await
    }

    async fn waive_report(&self, request: Request<pb::WaiveReportRequest>) -> Answer<pb::Report> {
        self.db.take(request, reasoned, app::waive_report).await
    }

    async fn set_release(&self, request: Request<pb::SetReleaseRequest>) -> Answer<pb::Report> {
        self.db.take(request, requests::set_release, app::set_release).await
    }

    async fn release_addendum(&self, request: Request<pb::ReleaseAddendumRequest>) -> Answer<pb::Report> {
        self.db.take(request, requests::release_addendum, app::release_addendum).await
    }

    async fn list_report_history(
        &self,
        request: Request<pb::ListReportHistoryRequest>,
    ) -> Answer<pb::ListReportHistoryResponse> {
        self.db.show(request, listed, reading::history, page).await
    }

    type WatchReportsStream = Streamed<pb::WatchReportsResponse>;

    async fn watch_reports(&self, request: Request<pb::WatchReportsRequest>) -> Answer<Self::WatchReportsStream> {
        streams::watch(self, request).await
    }
}

/// Facts that writes need.
impl Reporting {
    /// The report, if the caller may do this with it.
    async fn seen(&self, cx: Cx, action: Action, id: ReportId) -> Result<Report, Error> {
        self.db.read(move |conn| reading::seen(conn, &cx, action, id)).await
    }

    /// The organisation, if the person named is a certifier of it.
    async fn certifier_of(&self, cx: Cx, cmd: app::SignOffReport) -> Result<Option<OrgId>, Error> {
        let report = self.seen(cx, Action::SignOff, cmd.target.id).await?;
        self.peers.register.certifier_of(cmd.certifier, report.organisation).await
    }
}
