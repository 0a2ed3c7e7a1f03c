//! The watch on awards: every change that the caller may see, and a token to go on from.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, stream};
use kit::cx::Cx;
use kit::fault::{Fault, Reason, Violation};
use kit::ids::{OrgId, RoundId};
use kit::outbox::{self, Published};
use kit::paging::Page;
use toadlane_proto::awards::v1 as pb;
use tonic::{Code, Request, Status};

use crate::award::{Award, AwardNow};
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{Awards, store};

pub type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// How often a watcher hears that nothing has happened.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Events relayed by another process do not wake us, so we look this often.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const MOST_PER_LOOK: i64 = 100;

struct Watch {
    awards: Awards,
    cx: Cx,
    round: Option<RoundId>,
    organisation: Option<OrgId>,
    page: Page<i64>,
    position: i64,
    ready: VecDeque<pb::WatchAwardsResponse>,
    quiet_since: tokio::time::Instant,
    begun: bool,
}

/// Streams every change of the awards that the caller may see.
pub async fn watch(
    awards: &Awards,
    request: Request<pb::WatchAwardsRequest>,
) -> Result<Streamed<pb::WatchAwardsResponse>, Status> {
    let cx = Cx::of(&request)?;
    let asked = request.into_inner();
    let bound = pb::WatchAwardsRequest { resume_token: String::new(), ..asked.clone() };
    let page = Page::<i64>::parse(&cx, 0, &asked.resume_token, &bound)
        .map_err(|violation| Fault::invalid(vec![Violation { field: "resume_token".into(), ..violation }]))?;
    let bounds = awards.db.read(|tx| outbox::bounds(tx).map_err(Error::Db)).await?;
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
        awards: awards.clone(),
        cx,
        round: asked.round_id.parse().ok(),
        organisation: asked.organisation_id.parse().ok(),
        page,
        position,
        ready: VecDeque::new(),
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
    async fn next(&mut self) -> Result<pb::WatchAwardsResponse, Status> {
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
                () = self.awards.published.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.awards.stop.called() => {
                    let says = "the server is stopping; watch again with the last resume token";
                    return Err(Fault::new(Code::Unavailable, Reason::TryAgain, says).into());
                }
            }
        }
    }

    /// Reads what has been published since. True when there was something, seen or not.
    async fn look(&mut self) -> Result<bool, Status> {
        let (position, caller) = (self.position, self.cx.caller.clone());
        let (round, organisation, as_of) = (self.round, self.organisation, self.awards.db.clock().now());
        let found: Result<Vec<(Published, Option<Award>)>, Error> = self
            .awards
            .db
            .read(move |tx| {
                let mut found = Vec::new();
                for published in outbox::after(tx, position, MOST_PER_LOOK)? {
                    // Facts about payments and the like have no award under their subject, and are passed over.
                    let of_event = store::get_all(tx, std::slice::from_ref(&published.event.subject))?.pop();
                    let seen = of_event.filter(|award| {
                        concerns(award, round, organisation) && policy::check(&caller, Action::See, award).is_ok()
                    });
                    found.push((published, seen));
                }
                Ok(found)
            })
            .await;
        let found = found?;
        let any = !found.is_empty();
        for (published, award) in found {
            self.position = published.position;
            let Some(award) = award else { continue };
            self.ready.push_back(pb::WatchAwardsResponse {
                award: Some(AwardNow { award, as_of }.into()),
                event_type: published.event.r#type.rsplit('.').next().unwrap_or_default().to_string(),
                happened_at: published.event.happened_at,
                resume_token: self.page.token(&self.position),
            });
        }
        Ok(any)
    }

    fn sign_of_life(&self) -> pb::WatchAwardsResponse {
        pb::WatchAwardsResponse { resume_token: self.page.token(&self.position), ..Default::default() }
    }
}

fn concerns(award: &Award, round: Option<RoundId>, organisation: Option<OrgId>) -> bool {
    let takes_part = |id: OrgId| [award.applicant, award.lead, award.payee()].contains(&id);
    round.is_none_or(|round| award.round == round) && organisation.is_none_or(takes_part)
}
