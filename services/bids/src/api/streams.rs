//! The streaming RPCs: attachments up and down, and the watch on bids.

use kit::cx::{Answer, Cx};
use kit::db::{Conn, Replay};
use kit::fault::Fault;
use kit::files::{FileError, bytes_after_header};
use kit::ids::AttachmentId;
use kit::watch::{self, Streamed};
use kit::wire::Reader;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response, Streaming};

use super::requests;
use crate::Bids;
use crate::app::{self, reading};
use crate::content::Attachment;

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
///
/// # Errors
/// Every bad field of the header at once. [`FileError`] when no header comes first, or when the bytes break off, are
/// not as declared, or cannot be kept. [`kit::db::DbError::RequestIdReused`] for a request id that another upload has.
/// For the rest as [`app::load_for_attachment`] does.
pub async fn upload(bids: &Bids, request: Request<Streaming<pb::UploadAttachmentRequest>>) -> Answer<pb::Bid> {
    use pb::upload_attachment_request::Part;
    let cx = Cx::of(&request)?;
    let mut parts = request.into_inner();
    let Some(Part::Header(header)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(FileError::Refused("send the header first, then the bytes".to_string()).into());
    };
    let mut reader = Reader::of(&cx);
    let read = requests::header(&header, &mut reader);
    let (target, declared) = reader.finish(read).map_err(Fault::invalid)?;
    let rest = pb::AttachmentHeader { request_id: String::new(), ..header.clone() };
    let cx = cx.with_request(&header.request_id, &rest);
    let file = Attachment {
        id: AttachmentId::new(),
        file_name: header.file_name,
        media_type: declared.media_type.clone(),
        size_bytes: declared.size_bytes,
        sha256: declared.sha256.clone(),
    };
    let (before, coming) = (cx.clone(), file.clone());
    let look = move |conn: &mut Conn| app::load_for_attachment(conn, &before, &target, &coming);
    if let Replay::Answered(bid) = bids.db.replay_or(&cx, look).await? {
        return Ok(Response::new(bid));
    }
    let (before, coming) = (cx.clone(), file.clone());
    bids.db.work(None, move |tx| app::announce_attachment(tx, &before, &target, &coming)).await?;
    let bytes = bytes_after_header(parts, |message: pb::UploadAttachmentRequest| match message.part? {
        Part::Data(bytes) => Some(bytes),
        Part::Header(_) => None,
    });
    bids.files.take_in(&declared, bytes).await?;
    let bid = bids.db.write(&cx.clone(), move |tx| app::add_attachment(tx, &cx, &target, &file)).await?;
    Ok(Response::new(bid))
}

/// Sends a file: what it is, then its bytes.
///
/// # Errors
/// Every bad field at once. [`FileError::OutOfReach`] when the bytes cannot be read. For the rest as
/// [`reading::attachment`] does.
pub async fn download(
    bids: &Bids,
    request: Request<pb::DownloadAttachmentRequest>,
) -> Answer<Streamed<pb::DownloadAttachmentResponse>> {
    use pb::download_attachment_response::Part;
    let (cx, (bid, file)) = Cx::parse(request, requests::download_attachment)?;
    let file = bids.db.read(move |conn| reading::attachment(conn, &cx, bid, file)).await?;
    let sha256 = file.sha256.clone();
    let head = pb::DownloadAttachmentResponse { part: Some(Part::Attachment(file.into())) };
    let data = |bytes| pb::DownloadAttachmentResponse { part: Some(Part::Data(bytes)) };
    Ok(Response::new(bids.files.send(&sha256, head, data).await?))
}

/// Streams every change of the bids that the caller may see.
///
/// # Errors
/// Every bad field at once. For the rest as [`kit::watch::stream`] does.
pub async fn watch(bids: &Bids, request: Request<pb::WatchBidsRequest>) -> Answer<Streamed<pb::WatchBidsResponse>> {
    let resume_token = request.get_ref().resume_token.clone();
    let (cx, watched) = Cx::parse(request, requests::watch_bids)?;
    let watcher = cx.clone();
    let show = move |conn: &mut Conn, event: &Event, now| {
        let cx = Cx { now, ..watcher.clone() };
        let Some(bid) = reading::watched(conn, &cx, &watched, &event.subject)? else { return Ok(None) };
        Ok(Some(pb::WatchBidsResponse {
            bid: Some(bid.into()),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchBidsResponse, token| frame.resume_token = token;
    let frames = watch::stream(&cx, &bids.db, &bids.stop, &resume_token, show, set_token).await?;
    Ok(Response::new(frames))
}
