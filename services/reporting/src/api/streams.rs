//! The streaming RPCs: evidence up and down, and the watch on reports.

use kit::cx::{Answer, Cx};
use kit::db::{Conn, Replay};
use kit::fault::Fault;
use kit::files::{FileError, bytes_after_header};
use kit::ids::EvidenceId;
use kit::watch::{self, Streamed};
use kit::wire::Reader;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response, Streaming};

use super::requests;
use crate::app::reading;
use crate::content::Evidence;
use crate::{Reporting, app, convert};

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
///
/// # Errors
/// Every bad field of the header at once. [`FileError`] when no header comes first, or when the bytes break
/// off, are not as declared, or cannot be kept. [`kit::db::DbError::RequestIdReused`] for a request id that another
/// upload has. For the rest as [`app::load_for_evidence`] does.
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
    let before = cx.clone();
    let look = move |conn: &mut Conn| app::load_for_evidence(conn, &before, &target);
    if let Replay::Answered(report) = reporting.db.replay_or(&cx, look).await? {
        return Ok(Response::new(report));
    }
    let bytes = bytes_after_header(parts, |message: pb::UploadEvidenceRequest| match message.part? {
        Part::Data(bytes) => Some(bytes),
        Part::Header(_) => None,
    });
    reporting.files.take_in(&declared, bytes).await?;
    let file = Evidence {
        id: EvidenceId::new(),
        file_name: header.file_name,
        media_type: declared.media_type,
        size_bytes: declared.size_bytes,
        sha256: declared.sha256,
    };
    let report = reporting.db.write(&cx.clone(), move |tx| app::add_evidence(tx, &cx, &target, &file)).await?;
    Ok(Response::new(report))
}

/// Sends a file: what it is, then its bytes.
///
/// # Errors
/// Every bad field at once. [`FileError::OutOfReach`] when the bytes cannot be read. For the rest as
/// [`reading::evidence`] does.
pub async fn download(
    reporting: &Reporting,
    request: Request<pb::DownloadEvidenceRequest>,
) -> Answer<Streamed<pb::DownloadEvidenceResponse>> {
    use pb::download_evidence_response::Part;
    let (cx, (report, file)) = Cx::parse(request, requests::download_evidence)?;
    let file = reporting.db.read(move |conn| reading::evidence(conn, &cx, report, file)).await?;
    let sha256 = file.sha256.clone();
    let head = pb::DownloadEvidenceResponse { part: Some(Part::Evidence(file.into())) };
    let data = |bytes| pb::DownloadEvidenceResponse { part: Some(Part::Data(bytes)) };
    Ok(Response::new(reporting.files.send(&sha256, head, data).await?))
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
    let watcher = cx.clone();
    let show = move |conn: &mut Conn, event: &Event, now| {
        let cx = Cx { now, ..watcher.clone() };
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
