//! The watch on awards: every change that the caller may see, and a token to resume from.

use kit::cx::{Answer, Cx};
use kit::db::Conn;
use kit::watch::{self, Streamed};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response};

use super::requests;
use crate::Awards;
use crate::app::reading;

/// Streams every change of the awards that the caller may see.
///
/// # Errors
/// Every bad field at once, and those of [`watch::stream`].
pub async fn watch(
    awards: &Awards,
    request: Request<pb::WatchAwardsRequest>,
) -> Answer<Streamed<pb::WatchAwardsResponse>> {
    let resume_token = request.get_ref().resume_token.clone();
    let (cx, watched) = Cx::parse(request, requests::watch_awards)?;
    let watcher = cx.clone();
    let show = move |conn: &mut Conn, event: &Event, now| {
        let cx = Cx { now, ..watcher.clone() };
        let Some(award) = reading::watched(conn, &cx, &watched, &event.subject)? else { return Ok(None) };
        Ok(Some(pb::WatchAwardsResponse {
            award: Some(award.into()),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchAwardsResponse, token| frame.resume_token = token;
    let frames = watch::stream(&cx, &awards.db, &awards.stop, &resume_token, show, set_token).await?;
    Ok(Response::new(frames))
}
