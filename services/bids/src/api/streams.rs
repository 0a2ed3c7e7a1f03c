//! The streaming RPCs: attachments up and down, and the watch on bids.

use futures_util::{StreamExt, stream};
use kit::cx::{Answer, Cx};
use kit::db::Conn;
use kit::fault::Fault;
use kit::files::{FileError, Files};
use kit::ids::{AttachmentId, OrgId, RoundId};
use kit::watch::{self, Streamed};
use kit::wire::Reader;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response, Status, Streaming};

use super::requests;
use crate::bid::{Bid, BidNow};
use crate::content::Attachment;
use crate::policy::{self, Action};
use crate::{Bids, app, convert, store};

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
///
/// # Errors
/// Every bad field of the header at once. [`FileError`] when no header comes first, or when the bytes break off, are
/// not as declared, or cannot be kept. [`kit::db::DbError::RequestIdReused`] for a request id that another upload has.
/// For the rest as [`policy::check`], [`Bid::expect_version`], [`Bid::expect_draft`] and [`app::add_attachment`] do.
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
    if let Some(bid) = bids.db.replay(&cx).await? {
        return Ok(Response::new(bid));
    }
    let bid = bids.seen(&cx, Action::Edit, target.id).await?;
    bid.expect_version(target.version)?;
    bid.expect_draft("edit")?;
    app::check_room(&bid)?;

    let bytes = parts.map(|part| match part.map_err(FileError::BrokeOff)?.part {
        Some(Part::Data(bytes)) => Ok(bytes),
        Some(Part::Header(_)) | None => Err(FileError::Refused("send the header once, then bytes alone".to_string())),
    });
    bids.files.take_in(&declared, Box::pin(bytes)).await?;
    let file = Attachment {
        id: AttachmentId::new(),
        file_name: header.file_name,
        media_type: declared.media_type,
        size_bytes: declared.size_bytes,
        sha256: declared.sha256,
    };
    let of = cx.clone();
    let bid = bids.db.write(&cx, move |tx| app::add_attachment(tx, &of, &target, &file)).await?;
    Ok(Response::new(bid))
}

/// Sends a file: what it is, then its bytes.
///
/// # Errors
/// [`FileError::OutOfReach`] when the bytes cannot be read.
pub async fn download(files: &Files, file: Attachment) -> Result<Streamed<pb::DownloadAttachmentResponse>, FileError> {
    use pb::download_attachment_response::Part;
    let part = |part| pb::DownloadAttachmentResponse { part: Some(part) };
    let bytes = files.read(&file.sha256).await?;
    let head = stream::iter([Ok(part(Part::Attachment(convert::attachment(file))))]);
    let rest = bytes.map(move |piece| piece.map(|bytes| part(Part::Data(bytes))).map_err(Status::from));
    Ok(Box::pin(head.chain(rest)))
}

/// Streams every change of the bids that the caller may see.
///
/// # Errors
/// Every bad field at once. For the rest as [`kit::watch::stream`] does.
pub async fn watch(bids: &Bids, request: Request<pb::WatchBidsRequest>) -> Answer<Streamed<pb::WatchBidsResponse>> {
    let resume_token = request.get_ref().resume_token.clone();
    let (cx, (round, organisation)) = Cx::parse(request, requests::watch_bids)?;
    let caller = cx.caller.clone();
    let show = move |conn: &mut Conn, event: &Event, as_of| {
        let Ok(id) = event.subject.parse() else {
            return Ok(None);
        };
        let Some((bid, closes_at)) = store::get_all(conn, &[id])?.pop() else {
            return Ok(None);
        };
        let seen = concerns(&bid, round, organisation) && policy::check(&caller, Action::See, &bid).is_ok();
        Ok(seen.then(|| pb::WatchBidsResponse {
            bid: Some(BidNow { bid, closes_at, as_of }.into()),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchBidsResponse, token| frame.resume_token = token;
    let frames = watch::stream(&cx, &bids.db, &bids.stop, &resume_token, show, set_token).await?;
    Ok(Response::new(frames))
}

fn concerns(bid: &Bid, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let takes_part = |id: OrgId| bid.applicant == id || bid.participants.iter().any(|one| one.organisation == id);
    round.is_none_or(|round| bid.round == round) && organisation.is_none_or(takes_part)
}
