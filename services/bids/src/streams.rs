//! What goes on for longer than one answer: attachments up and down, and the watch on bids.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use kit::cx::Cx;
use kit::fault::{Fault, Reason};
use kit::ids::{AttachmentId, OrgId, RoundId};
use kit::outbox::{self, Published};
use kit::paging::Page;
use toadlane_proto::bids::v1 as pb;
use tonic::{Code, Request, Response, Status, Streaming};

use crate::bid::{Bid, BidNow};
use crate::content::Attachment;
use crate::error::Error;
use crate::files::Files;
use crate::policy::{self, Action};
use crate::{Bids, app, convert, store};

type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
pub async fn upload(
    bids: &Bids,
    request: Request<Streaming<pb::UploadAttachmentRequest>>,
) -> Result<Response<pb::Bid>, Status> {
    use pb::upload_attachment_request::Part;
    let cx = Cx::of(&request)?;
    let mut parts = request.into_inner();
    let Some(Part::Header(header)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(Error::Attachment("send the header first, then the bytes".to_string()).into());
    };
    let (target, declared) = convert::header(&header).map_err(Error::Invalid)?;
    let rest = pb::AttachmentHeader { request_id: String::new(), ..header.clone() };
    let cx = cx.with_request(&header.request_id, &rest);
    if let Some(bid) = bids.replay(&cx).await? {
        return Ok(Response::new(bid));
    }
    let bid = bids.seen(&cx, target.id).await?;
    policy::check(&cx.caller, Action::Edit, &bid)?;
    bid.expect_version(target.version)?;
    bid.expect_draft("edit")?;

    let bytes = parts.map(|part| match part.map_err(Error::Upload)?.part {
        Some(Part::Data(bytes)) => Ok(bytes),
        Some(Part::Header(_)) | None => Err(Error::Attachment("send the header once, then bytes alone".to_string())),
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
pub async fn download(files: &Files, file: Attachment) -> Result<Streamed<pb::DownloadAttachmentResponse>, Error> {
    use pb::download_attachment_response::Part;
    let part = |part| pb::DownloadAttachmentResponse { part: Some(part) };
    let bytes = files.read(&file.sha256).await?;
    let head = stream::iter([Ok(part(Part::Attachment(convert::attachment(file))))]);
    let rest = bytes.flat_map(move |piece| match piece {
        Ok(piece) => stream::iter(pieces(piece)).map(move |piece| Ok(part(Part::Data(piece)))).left_stream(),
        Err(error) => stream::iter([Err(Status::from(error))]).right_stream(),
    });
    Ok(Box::pin(head.chain(rest)))
}

/// Cuts what storage hands out into messages of a handy size.
fn pieces(mut bytes: Bytes) -> Vec<Bytes> {
    const MOST: usize = 256 * 1024;
    let mut pieces = Vec::with_capacity(bytes.len() / MOST + 1);
    while bytes.len() > MOST {
        pieces.push(bytes.split_to(MOST));
    }
    pieces.push(bytes);
    pieces
}

/// How often a watcher hears that nothing has happened.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Events relayed by another process do not wake us, so we look this often.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const MOST_PER_LOOK: i64 = 100;

struct Watch {
    bids: Bids,
    cx: Cx,
    round: Option<RoundId>,
    organisation: Option<OrgId>,
    page: Page<i64>,
    position: i64,
    ready: std::collections::VecDeque<pb::WatchBidsResponse>,
    quiet_since: tokio::time::Instant,
    begun: bool,
}

/// Streams every change of the bids that the caller may see.
pub async fn watch(
    bids: &Bids,
    request: Request<pb::WatchBidsRequest>,
) -> Result<Streamed<pb::WatchBidsResponse>, Status> {
    let cx = Cx::of(&request)?;
    let asked = request.into_inner();
    let bound = pb::WatchBidsRequest { resume_token: String::new(), ..asked.clone() };
    let page = Page::<i64>::parse(&cx, 0, &asked.resume_token, &bound).map_err(|violation| {
        Fault::invalid(vec![kit::fault::Violation { field: "resume_token".into(), ..violation }])
    })?;
    let bounds = bids.db.read(|tx| outbox::bounds(tx).map_err(Error::Db)).await?;
    let position = match (page.after, bounds) {
        (None, None) => 0,
        (None, Some((_, last))) => last,
        // Beyond the last: of a store that has since been restored from an older copy.
        (Some(after), Some((first, last))) if after + 1 < first || after > last => {
            return Err(Error::ResumeTokenTooOld.into());
        }
        (Some(after), None) if after > 0 => return Err(Error::ResumeTokenTooOld.into()),
        (Some(after), _) => after,
    };
    let watch = Watch {
        bids: bids.clone(),
        cx,
        round: asked.round_id.parse().ok(),
        organisation: asked.organisation_id.parse().ok(),
        page,
        position,
        ready: std::collections::VecDeque::new(),
        quiet_since: tokio::time::Instant::now(),
        begun: false,
    };
    Ok(Box::pin(stream::unfold(Some(watch), |watch| async move {
        let mut watch = watch?;
        match watch.next().await {
            Ok(response) => Some((Ok(response), Some(watch))),
            Err(status) => Some((Err(status), None)),
        }
    })))
}

impl Watch {
    async fn next(&mut self) -> Result<pb::WatchBidsResponse, Status> {
        // The first message comes at once, so that the watcher holds a token before anything happens.
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(self.sign_of_life());
        }
        loop {
            if let Some(response) = self.ready.pop_front() {
                self.quiet_since = tokio::time::Instant::now();
                return Ok(response);
            }
            if self.look().await? {
                continue;
            }
            if self.quiet_since.elapsed() >= SIGN_OF_LIFE {
                self.quiet_since = tokio::time::Instant::now();
                return Ok(self.sign_of_life());
            }
            tokio::select! {
                () = self.bids.published.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.bids.stop.called() => {
                    let says = "the server is stopping; watch again with the last resume token";
                    return Err(Fault::new(Code::Unavailable, Reason::TryAgain, says).into());
                }
            }
        }
    }

    /// Reads what has been published since. True when there was something, seen or not.
    async fn look(&mut self) -> Result<bool, Status> {
        let (position, caller) = (self.position, self.cx.caller.clone());
        let (round, organisation, as_of) = (self.round, self.organisation, self.bids.db.clock().now());
        let found: Result<Vec<(Published, Option<BidNow>)>, Error> = self
            .bids
            .db
            .read(move |tx| {
                let mut found = Vec::new();
                for published in outbox::after(tx, position, MOST_PER_LOOK)? {
                    let of_event = store::get_all(tx, std::slice::from_ref(&published.event.subject))?.pop();
                    let now = of_event.map(|(bid, closes_at)| BidNow { bid, closes_at, as_of });
                    let seen = now.filter(|now| {
                        concerns(&now.bid, round, organisation) && policy::check(&caller, Action::See, &now.bid).is_ok()
                    });
                    found.push((published, seen));
                }
                Ok(found)
            })
            .await;
        let found = found?;
        let any = !found.is_empty();
        for (published, now) in found {
            self.position = published.position;
            let Some(now) = now else { continue };
            self.ready.push_back(pb::WatchBidsResponse {
                bid: Some(now.into()),
                event_type: published.event.r#type.rsplit('.').next().unwrap_or_default().to_string(),
                happened_at: published.event.happened_at,
                resume_token: self.page.token(&self.position),
            });
        }
        Ok(any)
    }

    fn sign_of_life(&self) -> pb::WatchBidsResponse {
        pb::WatchBidsResponse { resume_token: self.page.token(&self.position), ..Default::default() }
    }
}

fn concerns(bid: &Bid, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let takes_part = |id: OrgId| bid.applicant == id || bid.participants.iter().any(|one| one.organisation == id);
    round.is_none_or(|round| bid.round == round) && organisation.is_none_or(takes_part)
}
