//! The facts that rounds publishes. Each carries the round as it then is. Nothing is published of a draft, nor of a
//! round that is cancelled before it was scheduled.

use kit::outbox::Fact;
use toadlane_proto::rounds::v1 as pb;

use crate::round::RoundNow;
use crate::state::Step;

/// The event's type: past tense, with its package. None for a step that is not published.
fn kind(happened: Step) -> Option<&'static str> {
    match happened {
        Step::Update => None,
        Step::Schedule => Some("toadlane.rounds.v1.RoundScheduled"),
        Step::Open => Some("toadlane.rounds.v1.RoundOpened"),
        Step::Close => Some("toadlane.rounds.v1.RoundClosed"),
        Step::Extend => Some("toadlane.rounds.v1.RoundExtended"),
        Step::Reopen => Some("toadlane.rounds.v1.RoundReopened"),
        Step::Cancel => Some("toadlane.rounds.v1.RoundCancelled"),
    }
}

/// The fact as the outbox takes it; none where the round was never published.
pub fn fact(happened: Step, now: &RoundNow) -> Option<Fact> {
    let kind = kind(happened).filter(|_| now.round.state.scheduled_at().is_some())?;
    Some(Fact::of(kind, now.round.id, now.round.version, &pb::Round::from(now.clone())))
}
