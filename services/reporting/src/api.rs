//! The tonic trait: each RPC parses, replays, gathers, writes and answers. No rule lives here.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::watch::Streamed;
use kit::wire::id;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::reporting::v1::reports_service_server::ReportsService;
use tonic::{Request, Response, Streaming};

use crate::error::Error;
use crate::policy::{self, Action};
use crate::report::Report;
use crate::store::Readable;
use crate::{Reporting, app, convert, form, store, streams};

#[tonic::async_trait]
impl ReportsService for Reporting {
    async fn get_report(&self, request: Request<pb::GetReportRequest>) -> Answer<pb::Report> {
        let cx = Cx::of(&request)?;
        let report = self.seen(&cx, Action::See, id("report_id", &request.get_ref().report_id)?).await?;
        Ok(Response::new(app::shown(&cx, report).into()))
    }

    async fn list_reports(&self, request: Request<pb::ListReportsRequest>) -> Answer<pb::ListReportsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_reports(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let reports = store::page(tx, &filter, page.after.clone(), page.limit())?;
                Ok((reports, store::totals(tx, &filter)?))
            })
            .await;
        let (reports, totals) = found?;
        let found = asked.page.found(reports, |report: &Report| (report.due.instant.micros(), report.id.to_string()));
        let reports = found.rows.into_iter().map(|report| convert::without_texts(app::shown(&cx, report).into()));
        Ok(Response::new(pb::ListReportsResponse {
            reports: reports.collect(),
            next_page_token: found.next_page_token,
            total_size: totals.n_reports,
            total_overdue: totals.n_overdue,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_report(&self, request: Request<pb::UpdateReportRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::Update>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::update(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn check_report(&self, request: Request<pb::CheckReportRequest>) -> Answer<pb::CheckReportResponse> {
        let cx = Cx::of(&request)?;
        let report = self.seen(&cx, Action::Edit, id("report_id", &request.get_ref().report_id)?).await?;
        let missing = form::check_report(&report).into_iter().map(convert::missing).collect();
        Ok(Response::new(pb::CheckReportResponse { missing, as_of: Some(cx.now.into()) }))
    }

    async fn list_report_revisions(
        &self,
        request: Request<pb::ListReportRevisionsRequest>,
    ) -> Answer<pb::ListReportRevisionsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let report = self.seen(&cx, Action::See, id("report_id", &asked.report_id)?).await?;
        let bound = pb::ListReportRevisionsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i32>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let readable = readable(&cx, &report);
        let of_page = page.clone();
        let rows =
            self.db.read(move |tx| store::revisions(tx, report.id, readable, of_page.after, of_page.limit())).await?;
        let found = page.found(rows, |(revision, _)| revision.number);
        let revisions =
            found.rows.into_iter().map(|(revision, handed_in_at)| convert::revision(revision, handed_in_at));
        Ok(Response::new(pb::ListReportRevisionsResponse {
            revisions: revisions.collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn upload_evidence(&self, request: Request<Streaming<pb::UploadEvidenceRequest>>) -> Answer<pb::Report> {
        streams::upload(self, request).await
    }

    type DownloadEvidenceStream = Streamed<pb::DownloadEvidenceResponse>;

    async fn download_evidence(
        &self,
        request: Request<pb::DownloadEvidenceRequest>,
    ) -> Answer<Self::DownloadEvidenceStream> {
        let cx = Cx::of(&request)?;
        let report = self.seen(&cx, Action::Read, id("report_id", &request.get_ref().report_id)?).await?;
        let file = report.file(id("evidence_id", &request.get_ref().evidence_id)?)?.clone();
        Ok(Response::new(streams::download(&self.files, file).await?))
    }

    async fn remove_evidence(&self, request: Request<pb::RemoveEvidenceRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::RemoveFile>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::remove_file(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn request_sign_off(&self, request: Request<pb::RequestSignOffRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::RequestSignOff>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::request_sign_off(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn sign_off_report(&self, request: Request<pb::SignOffReportRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::SignOff>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let report = self.seen(&cx, Action::SignOff, cmd.target.id).await?;
        let certifier_of = self.peers.certifier_of(cmd.certifier, report.organisation).await?;
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::sign_off(tx, &of, certifier_of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn submit_report(&self, request: Request<pb::SubmitReportRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::Submit>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::submit(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn request_changes(&self, request: Request<pb::RequestChangesRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::RequestChanges>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::request_changes(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn accept_report(&self, request: Request<pb::AcceptReportRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::Accept>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::accept(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn add_addendum(&self, request: Request<pb::AddAddendumRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::AddAddendum>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::add_addendum(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn waive_report(&self, request: Request<pb::WaiveReportRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::Waive>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::waive(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn set_release(&self, request: Request<pb::SetReleaseRequest>) -> Answer<pb::Report> {
        let (cx, cmd) = Cx::parse::<app::SetRelease>(request)?;
        if let Some(report) = self.db.replay(&cx).await? {
            return Ok(Response::new(report));
        }
        let of = cx.clone();
        let report = self.db.write(&cx, move |tx| app::set_release(tx, &of, &cmd)).await?;
        Ok(Response::new(report))
    }

    async fn list_report_history(
        &self,
        request: Request<pb::ListReportHistoryRequest>,
    ) -> Answer<pb::ListReportHistoryResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let report = self.seen(&cx, Action::See, id("report_id", &asked.report_id)?).await?;
        let bound = pb::ListReportHistoryRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i64>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows =
            self.db.read(move |tx| store::history(tx, report.id, of_page.after.unwrap_or(0), of_page.limit())).await?;
        let found = page.found(rows, |row| row.sequence);
        let entries = found.rows.into_iter().map(convert::history_entry).collect();
        Ok(Response::new(pb::ListReportHistoryResponse { entries, next_page_token: found.next_page_token }))
    }

    type WatchReportsStream = Streamed<pb::WatchReportsResponse>;

    async fn watch_reports(&self, request: Request<pb::WatchReportsRequest>) -> Answer<Self::WatchReportsStream> {
        Ok(Response::new(streams::watch(self, request).await?))
    }
}

/// The learning reads what is accepted, and no version that was given back (rule 30).
fn readable(cx: &Cx, report: &Report) -> Readable {
    if policy::is_of_its_own(&cx.caller, &policy::facts(report)) {
        Readable::All
    } else if policy::learns(&cx.caller) {
        Readable::Only(report.revision)
    } else {
        Readable::HandedIn
    }
}
