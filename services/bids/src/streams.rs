//! What goes on for longer than one answer: attachments up and down, and the watch on bids.

use futures_util::{StreamExt, stream};
use kit::cx::Cx;
use kit::db::Tx;
use kit::files::{FileError, Files};
use kit::ids::{AttachmentId, OrgId, RoundId};
use kit::watch::{self, Streamed};
use kit::wire::id_or_none;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response, Status, Streaming};

use crate::bid::{Bid, BidNow};
use crate::content::Attachment;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{Bids, app, convert, store};

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
///
/// # Errors
/// [`Error::Invalid`] for a header with bad fields. [`FileError`] when no header comes first, or when the bytes break
/// off, are not as declared, or cannot be kept. [`kit::db::DbError::RequestIdReused`] for a request id that another
/// upload has. For the rest as [`policy::check`], [`Bid::expect_version`], [`Bid::expect_draft`] and [`app::add_file`]
/// do.
pub async fn upload(
    bids: &Bids,
    request: Request<Streaming<pb::UploadAttachmentRequest>>,
) -> Result<Response<pb::Bid>, Status> {
    use pb::upload_attachment_request::Part;
    let cx = Cx::of(&request)?;
    let mut parts = request.into_inner();
    let Some(Part::Header(header)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(FileError::Refused("send the header first, then the bytes".to_string()).into());
    };
    let (target, declared) = convert::header(&header).map_err(Error::Invalid)?;
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
    let bid = bids.db.write(&cx, move |tx| app::add_file(tx, &of, &target, &file)).await?;
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
/// An invalid field for an id that is none. For the rest as [`kit::watch::stream`] does.
pub async fn watch(
    bids: &Bids,
    request: Request<pb::WatchBidsRequest>,
) -> Result<Streamed<pb::WatchBidsResponse>, Status> {
    let cx = Cx::of(&request)?;
    let asked = request.into_inner();
    let bound = pb::WatchBidsRequest { resume_token: String::new(), ..asked.clone() };
    let round = id_or_none("round_id", &asked.round_id)?;
    let organisation = id_or_none("organisation_id", &asked.organisation_id)?;
    let caller = cx.caller.clone();
    let show = move |tx: &mut Tx, event: &Event, as_of| {
        let Some((bid, closes_at)) = store::get_all(tx, std::slice::from_ref(&event.subject))?.pop() else {
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
    watch::stream(&cx, &bids.db, &bids.stop, &asked.resume_token, &bound, show, set_token).await
}

fn concerns(bid: &Bid, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let takes_part = |id: OrgId| bid.applicant == id || bid.participants.iter().any(|one| one.organisation == id);
    round.is_none_or(|round| bid.round == round) && organisation.is_none_or(takes_part)
}
