//! What goes on for longer than one answer: evidence up and down, and the watch on reports.

use futures_util::{StreamExt, stream};
use kit::cx::Cx;
use kit::db::Tx;
use kit::files::{FileError, Files};
use kit::ids::{EvidenceId, OrgId, RoundId};
use kit::watch::{self, Streamed};
use kit::wire::id_or_none;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response, Status, Streaming};

use crate::content::Evidence;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::report::Report;
use crate::{Reporting, app, convert, store};

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
///
/// # Errors
/// [`Error::Invalid`] for a header with bad fields. [`FileError`] when no header comes first, or when the bytes break
/// off, are not as declared, or cannot be kept. [`kit::db::DbError::RequestIdReused`] for a request id that another
/// upload has. For the rest as [`policy::check`], [`Report::expect_award`], [`app::expect_version`],
/// [`Report::expect_editable`] and [`app::add_file`] do.
pub async fn upload(
    reporting: &Reporting,
    request: Request<Streaming<pb::UploadEvidenceRequest>>,
) -> Result<Response<pb::Report>, Status> {
    use pb::upload_evidence_request::Part;
    let cx = Cx::of(&request)?;
    let mut parts = request.into_inner();
    let Some(Part::Header(header)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(FileError::Refused("send the header first, then the bytes".to_string()).into());
    };
    let (target, declared) = convert::header(&header).map_err(Error::Invalid)?;
    let rest = pb::EvidenceHeader { request_id: String::new(), ..header.clone() };
    let cx = cx.with_request(&header.request_id, &rest);
    if let Some(report) = reporting.db.replay(&cx).await? {
        return Ok(Response::new(report));
    }
    let report = reporting.seen(&cx, Action::Edit, target.id).await?;
    report.expect_award()?;
    app::expect_version(&cx, &report, &target)?;
    report.expect_editable()?;
    app::check_room(&report)?;

    let bytes = parts.map(|part| match part.map_err(FileError::BrokeOff)?.part {
        Some(Part::Data(bytes)) => Ok(bytes),
        Some(Part::Header(_)) | None => Err(FileError::Refused("send the header once, then bytes alone".to_string())),
    });
    reporting.files.take_in(&declared, Box::pin(bytes)).await?;
    let file = Evidence {
        id: EvidenceId::new(),
        file_name: header.file_name,
        media_type: declared.media_type,
        size_bytes: declared.size_bytes,
        sha256: declared.sha256,
    };
    let of = cx.clone();
    let report = reporting.db.write(&cx, move |tx| app::add_file(tx, &of, &target, &file)).await?;
    Ok(Response::new(report))
}

/// Sends a file: what it is, then its bytes.
///
/// # Errors
/// [`FileError::OutOfReach`] when the bytes cannot be read.
pub async fn download(files: &Files, file: Evidence) -> Result<Streamed<pb::DownloadEvidenceResponse>, FileError> {
    use pb::download_evidence_response::Part;
    let part = |part| pb::DownloadEvidenceResponse { part: Some(part) };
    let bytes = files.read(&file.sha256).await?;
    let head = stream::iter([Ok(part(Part::Evidence(convert::evidence(file))))]);
    let rest = bytes.map(move |piece| piece.map(|bytes| part(Part::Data(bytes))).map_err(Status::from));
    Ok(Box::pin(head.chain(rest)))
}

/// Streams every change of the reports that the caller may see.
///
/// # Errors
/// An invalid field for an id that is none. For the rest as [`kit::watch::stream`] does.
pub async fn watch(
    reporting: &Reporting,
    request: Request<pb::WatchReportsRequest>,
) -> Result<Streamed<pb::WatchReportsResponse>, Status> {
    let cx = Cx::of(&request)?;
    let asked = request.into_inner();
    let bound = pb::WatchReportsRequest { resume_token: String::new(), ..asked.clone() };
    let round = id_or_none("round_id", &asked.round_id)?;
    let organisation = id_or_none("organisation_id", &asked.organisation_id)?;
    let of = cx.clone();
    let show = move |tx: &mut Tx, event: &Event, now| {
        let Some(report) = store::get_all(tx, std::slice::from_ref(&event.subject))?.pop() else { return Ok(None) };
        let cx = Cx { now, ..of.clone() };
        if !concerns(&report, round, organisation) || policy::check(&cx.caller, Action::See, &report).is_err() {
            return Ok(None);
        }
        let reminder_offset_days = convert::reminder_offset(event)?;
        Ok(Some(pb::WatchReportsResponse {
            report: Some(pb::Report { reminder_offset_days, ..app::shown(&cx, report).into() }),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchReportsResponse, token| frame.resume_token = token;
    watch::stream(&cx, &reporting.db, &reporting.stop, &asked.resume_token, &bound, show, set_token).await
}

fn concerns(report: &Report, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let writes_or_holds = |id: OrgId| report.organisation == id || report.award.holder == id;
    round.is_none_or(|round| report.award.round == round) && organisation.is_none_or(writes_or_holds)
}
