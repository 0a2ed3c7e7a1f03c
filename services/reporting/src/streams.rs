//! What goes on for longer than one answer: evidence up and down, and the watch on reports.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use kit::cx::Cx;
use kit::fault::{Fault, Reason};
use kit::ids::{EvidenceId, OrgId, RoundId};
use kit::outbox::{self, Published};
use kit::paging::Page;
use toadlane_proto::reporting::v1 as pb;
use tonic::{Code, Request, Response, Status, Streaming};

use crate::content::Evidence;
use crate::error::Error;
use crate::files::Files;
use crate::policy::{self, Action};
use crate::report::{Report, ReportNow};
use crate::{Reporting, app, convert, store};

type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Takes a file in: the header, then the bytes. A repeated upload is answered before its bytes are read.
pub async fn upload(
    reporting: &Reporting,
    request: Request<Streaming<pb::UploadEvidenceRequest>>,
) -> Result<Response<pb::Report>, Status> {
    use pb::upload_evidence_request::Part;
    let cx = Cx::of(&request)?;
    let mut parts = request.into_inner();
    let Some(Part::Header(header)) = parts.message().await?.and_then(|first| first.part) else {
        return Err(Error::Evidence("send the header first, then the bytes".to_string()).into());
    };
    let (target, declared) = convert::header(&header).map_err(Error::Invalid)?;
    let rest = pb::EvidenceHeader { request_id: String::new(), ..header.clone() };
    let cx = cx.with_request(&header.request_id, &rest);
    if let Some(report) = reporting.replay(&cx).await? {
        return Ok(Response::new(report));
    }
    let report = reporting.seen(&cx, Action::Edit, target.id).await?;
    report.expect_award()?;
    app::expect_version(&cx, &report, &target)?;
    report.expect_editable()?;
    app::check_room(&report)?;

    let bytes = parts.map(|part| match part.map_err(Error::Upload)?.part {
        Some(Part::Data(bytes)) => Ok(bytes),
        Some(Part::Header(_)) | None => Err(Error::Evidence("send the header once, then bytes alone".to_string())),
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
pub async fn download(files: &Files, file: Evidence) -> Result<Streamed<pb::DownloadEvidenceResponse>, Error> {
    use pb::download_evidence_response::Part;
    let part = |part| pb::DownloadEvidenceResponse { part: Some(part) };
    let bytes = files.read(&file.sha256).await?;
    let head = stream::iter([Ok(part(Part::Evidence(convert::evidence(file))))]);
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
    reporting: Reporting,
    cx: Cx,
    round: Option<RoundId>,
    organisation: Option<OrgId>,
    page: Page<i64>,
    position: i64,
    ready: std::collections::VecDeque<pb::WatchReportsResponse>,
    quiet_since: tokio::time::Instant,
    begun: bool,
}

/// Streams every change of the reports that the caller may see.
pub async fn watch(
    reporting: &Reporting,
    request: Request<pb::WatchReportsRequest>,
) -> Result<Streamed<pb::WatchReportsResponse>, Status> {
    let cx = Cx::of(&request)?;
    let asked = request.into_inner();
    let bound = pb::WatchReportsRequest { resume_token: String::new(), ..asked.clone() };
    let page = Page::<i64>::parse(&cx, 0, &asked.resume_token, &bound).map_err(|violation| {
        Fault::invalid(vec![kit::fault::Violation { field: "resume_token".into(), ..violation }])
    })?;
    let bounds = reporting.db.read(|tx| outbox::bounds(tx).map_err(Error::Db)).await?;
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
        reporting: reporting.clone(),
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
    async fn next(&mut self) -> Result<pb::WatchReportsResponse, Status> {
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
                () = self.reporting.published.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.reporting.stop.called() => {
                    let says = "the server is stopping; watch again with the last resume token";
                    return Err(Fault::new(Code::Unavailable, Reason::TryAgain, says).into());
                }
            }
        }
    }

    /// Reads what has been published since. True when there was something, seen or not.
    async fn look(&mut self) -> Result<bool, Status> {
        let (position, round, organisation) = (self.position, self.round, self.organisation);
        let cx = Cx { now: self.reporting.db.clock().now(), ..self.cx.clone() };
        let found: Result<Vec<(Published, Option<ReportNow>)>, Error> = self
            .reporting
            .db
            .read(move |tx| {
                let mut found = Vec::new();
                for published in outbox::after(tx, position, MOST_PER_LOOK)? {
                    let of_event = store::get_all(tx, std::slice::from_ref(&published.event.subject))?.pop();
                    let seen = of_event.filter(|report| {
                        concerns(report, round, organisation) && policy::check(&cx.caller, Action::See, report).is_ok()
                    });
                    found.push((published, seen.map(|report| app::shown(&cx, report))));
                }
                Ok(found)
            })
            .await;
        let found = found?;
        let any = !found.is_empty();
        for (published, now) in found {
            self.position = published.position;
            let Some(now) = now else { continue };
            let reminder_offset_days = convert::reminder_offset(&published.event).map_err(Error::Db)?;
            self.ready.push_back(pb::WatchReportsResponse {
                report: Some(pb::Report { reminder_offset_days, ..now.into() }),
                event_type: published.event.r#type.rsplit('.').next().unwrap_or_default().to_string(),
                happened_at: published.event.happened_at,
                resume_token: self.page.token(&self.position),
            });
        }
        Ok(any)
    }

    fn sign_of_life(&self) -> pb::WatchReportsResponse {
        pb::WatchReportsResponse { resume_token: self.page.token(&self.position), ..Default::default() }
    }
}

fn concerns(report: &Report, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let writes_or_holds = |id: OrgId| report.organisation == id || report.award.holder == id;
    round.is_none_or(|round| report.award.round == round) && organisation.is_none_or(writes_or_holds)
}
