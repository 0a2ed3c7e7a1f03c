//! Domain to wire.

mod frameworks;
pub mod pages;
mod refusal;
mod rules;

use kit::fault::Violation;
use kit::history::Line;
use kit::wire::{etag, wire_name, wire_time};
use toadlane_proto::rounds::v1 as pb;

use crate::round::{Entry, RoundNow};

pub const ROUND: &str = "toadlane.rounds.v1.Round";
pub const FRAMEWORK: &str = "toadlane.rounds.v1.Framework";

impl From<RoundNow> for pb::Round {
    fn from(RoundNow { round, as_of }: RoundNow) -> pb::Round {
        let (opens_at, closes_at) = (round.opens_at(), round.closes_at());
        pb::Round {
            id: round.id.to_string(),
            etag: etag(round.version),
            state: state_named(round.state.name()).into(),
            rules: Some(rules::rules(round.rules)),
            timetable: Some(rules::timetable(round.timetable)),
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
            as_of: wire_time(as_of),
        }
    }
}

/// For lists: the form without its questions.
fn without_questions(mut round: pb::Round) -> pb::Round {
    for form in round.rules.iter_mut().flat_map(|rules| &mut rules.form) {
        form.questions.clear();
    }
    round
}

/// A state by its name in rows.
fn state_named(name: &str) -> pb::round::State {
    pb::round::State::from_str_name(&wire_name(name, "STATE_")).unwrap_or_default()
}

/// What is missing from a round, in the version that was looked at.
pub fn checked((missing, version): (Vec<Violation>, i64)) -> pb::CheckRoundResponse {
    let missing = missing.into_iter().map(|Violation { field, rule, says }| pb::Missing { field, rule, says });
    pb::CheckRoundResponse { missing: missing.collect(), etag: etag(version) }
}

fn history_entry(Entry { line, moved }: Entry) -> pb::HistoryEntry {
    let Line { sequence, at, by, step, from, to, reason } = line;
    let (before, after) = moved.unzip();
    pb::HistoryEntry {
        sequence,
        at: wire_time(at),
        actor: Some(by.into()),
        step,
        from_state: from.map_or(pb::round::State::Unspecified, |name| state_named(&name)).into(),
        to_state: state_named(&to).into(),
        reason,
        timetable_before: before.map(rules::timetable),
        timetable_after: after.map(rules::timetable),
    }
}

#[cfg(test)]
mod tests;
