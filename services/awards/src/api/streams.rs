//! The watch on awards: every change that the caller may see, and a token to resume from.

use kit::cx::{Answer, Cx};
use kit::db::Conn;
use kit::ids::{OrgId, RoundId};
use kit::watch::{self, Streamed};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Response};

use super::requests;
use crate::Awards;
use crate::app::reading;
use crate::award::{Award, AwardNow};

/// Streams every change of the awards that the caller may see.
///
/// # Errors
/// Every bad field at once, and those of [`watch::stream`].
pub async fn watch(
    awards: &Awards,
    request: Request<pb::WatchAwardsRequest>,
) -> Answer<Streamed<pb::WatchAwardsResponse>> {
    let resume_token = request.get_ref().resume_token.clone();
    let (cx, (round, organisation)) = Cx::parse(request, requests::watch_awards)?;
    let watcher = cx.clone();
    let show = move |conn: &mut Conn, event: &Event, as_of| {
        // Facts about payments and the like have no award under their subject, and are passed over.
        let Ok(id) = event.subject.parse() else { return Ok(None) };
        let Some(award) = reading::seen_if_any(conn, &watcher, id)? else { return Ok(None) };
        Ok(concerns(&award, round, organisation).then(|| pb::WatchAwardsResponse {
            award: Some(AwardNow { award, as_of }.into()),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchAwardsResponse, token| frame.resume_token = token;
    let frames = watch::stream(&cx, &awards.db, &awards.stop, &resume_token, show, set_token).await?;
    Ok(Response::new(frames))
}

fn concerns(award: &Award, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let takes_part = |id: OrgId| [award.applicant, award.lead, award.payee()].contains(&id);
    round.is_none_or(|round| award.round == round) && organisation.is_none_or(takes_part)
}
