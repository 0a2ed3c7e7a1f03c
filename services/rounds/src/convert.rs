//! Domain to wire.

mod frameworks;
mod refusal;
mod rules;

use kit::fault::{Shown, Violation};
use kit::history::Line;
use kit::names::{wire_enum, wire_named};
use kit::wire::{etag, wire_time};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::round::State;

use crate::app::reading::{Checked, Summary};
use crate::round::{Entry, Round, RoundNow};

/// Without the instant of the answer, which is unknown here.
impl From<Round> for pb::Round {
    fn from(round: Round) -> pb::Round {
        let (opens_at, closes_at) = (round.opens_at(), round.closes_at());
        pb::Round {
            id: round.id.to_string(),
            etag: etag(round.version),
            state: wire_enum::<State>(round.state).into(),
            rules: Some(round.rules.into()),
            timetable: Some(round.timetable.into()),
            opens_at: opens_at.and_then(wire_time),
            closes_at: closes_at.and_then(wire_time),
            originally_closes: round.originally_closes.map(Into::into),
            reason: round.reason,
            scheduled_at: round.state.scheduled_at().and_then(wire_time),
            opened_at: round.state.opened_at().and_then(wire_time),
            closed_at: round.state.closed_at().and_then(wire_time),
            cancelled_at: round.state.cancelled_at().and_then(wire_time),
            created_at: wire_time(round.created_at),
            updated_at: wire_time(round.updated_at),
            as_of: None,
        }
    }
}

impl Shown for Round {
    type Wire = pb::Round;
}

impl From<RoundNow> for pb::Round {
    fn from(RoundNow { round, as_of }: RoundNow) -> pb::Round {
        pb::Round { as_of: wire_time(as_of), ..round.into() }
    }
}

/// The form without its questions.
impl From<Summary<RoundNow>> for pb::Round {
    fn from(Summary(now): Summary<RoundNow>) -> pb::Round {
        let mut round = pb::Round::from(now);
        for form in round.rules.iter_mut().flat_map(|rules| &mut rules.form) {
            form.questions.clear();
        }
        round
    }
}

impl From<Checked> for pb::CheckRoundResponse {
    fn from(Checked { missing, version }: Checked) -> pb::CheckRoundResponse {
        let missing = missing.into_iter().map(|Violation { field, rule, says }| pb::Missing { field, rule, says });
        pb::CheckRoundResponse { missing: missing.collect(), etag: etag(version) }
    }
}

impl From<Entry> for pb::HistoryEntry {
    fn from(Entry { line, moved }: Entry) -> pb::HistoryEntry {
        let Line { sequence, at, by, step, from, to, reason } = line;
        let (before, after) = moved.unzip();
        pb::HistoryEntry {
            sequence,
            at: wire_time(at),
            actor: Some(by.into()),
            step,
            from_state: from.map_or(State::Unspecified, |name| wire_named(&name)).into(),
            to_state: wire_named::<State>(&to).into(),
            reason,
            timetable_before: before.map(Into::into),
            timetable_after: after.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests;
