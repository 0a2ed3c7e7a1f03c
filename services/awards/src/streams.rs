//! The watch on awards: every change that the caller may see, and a token to go on from.

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{OrgId, RoundId};
use kit::watch::{self, Streamed};
use kit::wire::id_or_none;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Request, Status};

use crate::award::{Award, AwardNow};
use crate::policy::{self, Action};
use crate::{Awards, store};

/// Streams every change of the awards that the caller may see.
///
/// # Errors
/// [`Status`] for a request that came past the guard or names an identity that is none, and those of [`watch::stream`].
pub async fn watch(
    awards: &Awards,
    request: Request<pb::WatchAwardsRequest>,
) -> Result<Streamed<pb::WatchAwardsResponse>, Status> {
    let cx = Cx::of(&request)?;
    let asked = request.into_inner();
    let bound = pb::WatchAwardsRequest { resume_token: String::new(), ..asked.clone() };
    let round = id_or_none("round_id", &asked.round_id)?;
    let organisation = id_or_none("organisation_id", &asked.organisation_id)?;
    let caller = cx.caller.clone();
    let show = move |tx: &mut Tx, event: &Event, as_of| {
        // Facts about payments and the like have no award under their subject, and are passed over.
        let Some(award) = store::get_all(tx, std::slice::from_ref(&event.subject))?.pop() else { return Ok(None) };
        let seen = concerns(&award, round, organisation) && policy::check(&caller, Action::See, &award).is_ok();
        Ok(seen.then(|| pb::WatchAwardsResponse {
            award: Some(AwardNow { award, as_of }.into()),
            event_type: watch::event_type(event),
            happened_at: event.happened_at,
            ..Default::default()
        }))
    };
    let set_token = |frame: &mut pb::WatchAwardsResponse, token| frame.resume_token = token;
    watch::stream(&cx, &awards.db, &awards.stop, &asked.resume_token, &bound, show, set_token).await
}

fn concerns(award: &Award, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let takes_part = |id: OrgId| [award.applicant, award.lead, award.payee()].contains(&id);
    round.is_none_or(|round| award.round == round) && organisation.is_none_or(takes_part)
}
