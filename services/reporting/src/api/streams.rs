//! The streaming RPCs: evidence up and down, and the watch on reports.

use futures_util::{StreamExt, stream};
use kit::cx::{Answer, Cx};
use kit::db::Conn;
use kit::fault::Fault;
use kit::files::{FileError, Files};
use kit::ids::EvidenceId;
use kit::watch::{self, Streamed};
use kit::wire::Reader;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response, Status, Streaming};

use super::requests;
use crate::app::reading;
use crate::content::Evidence;
use crate::policy::Action;
use crate::{Reporting, app, convert};

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
///
/// # Errors
/// Every bad field of the header at once. [`FileError`] when no header comes first, or when the bytes break
/// off, are not as declared, or cannot be kept. [`kit::db::DbError::RequestIdReused`] for a request id that another
/// upload has. For the rest as [`crate::policy::check`], [`crate::report::Report::expect_award`],
/// [`app::expect_version`], [`crate::report::Report::expect_editable`] and [`app::add_evidence`] do.
pub async fn upload(
    reporting: &Reporting,
    request: Request<Streaming<pb::UploadEvidenceRequest>>,
) -> Answer<pb::Report> {
    use pb::upload_evidence_request::Part;
    let cx = Cx::of(&request)?;
    let mut parts = request.into_inner();
    let Some(Part::Header(header)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(FileError::Refused("send the header first, then the bytes".to_string()).into());
    };
    let mut reader = Reader::of(&cx);
    let read = requests::header(&header, &mut reader);
    let (target, declared) = reader.finish(read).map_err(Fault::invalid)?;
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
    let report = reporting.db.write(&cx, move |tx| app::add_evidence(tx, &of, &target, &file)).await?;
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
/// Every bad field at once. For the rest as [`kit::watch::stream`] does.
pub async fn watch(
    reporting: &Reporting,
    request: Request<pb::WatchReportsRequest>,
) -> Answer<Streamed<pb::WatchReportsResponse>> {
    let resume_token = request.get_ref().resume_token.clone();
    let (cx, watched) = Cx::parse(request, requests::watch_reports)?;
    let of = cx.clone();
    let show = move |conn: &mut Conn, event: &Event, now| {
        let cx = Cx { now, ..of.clone() };
        let Some(report) = reading::watched(conn, &cx, &watched, &event.subject)? else { return Ok(None) };
        let reminder_offset_days = convert::reminder_offset(event)?;
        Ok(Some(pb::WatchReportsResponse {
            report: Some(pb::Report { reminder_offset_days, ..report.into() }),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchReportsResponse, token| frame.resume_token = token;
    let frames = watch::stream(&cx, &reporting.db, &reporting.stop, &resume_token, show, set_token).await?;
    Ok(Response::new(frames))
}
