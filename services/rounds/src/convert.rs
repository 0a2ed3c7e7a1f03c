//! Wire to command, and domain to wire. Every bad field is reported at once; what the field rules of the
//! contract already hold is not said again here.

mod frameworks;
mod requests;
mod rules;

use kit::fault::Violation;
use kit::money::Money;
use kit::wire::{Reader, any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::error::Newer;
use crate::framework::Framework;
use crate::round::{Entry, RoundNow};
use crate::rules::Text;
use crate::state::State;

pub use frameworks::{framework, without_statements};
pub use requests::{list_frameworks, list_rounds};

pub const ROUND: &str = "toadlane.rounds.v1.Round";
pub const FRAMEWORK: &str = "toadlane.rounds.v1.Framework";

/// The present version for the details of a refusal. Of a round without the instant, which is not at hand.
pub fn newer_as_any(newer: Newer) -> Any {
    match newer {
        Newer::Round(round) => {
            let as_of = round.updated_at;
            let wire = pb::Round { as_of: None, ..self::round(RoundNow { round, as_of }) };
            any(ROUND, wire.encode_to_vec())
        }
        Newer::Framework(newer) => any(FRAMEWORK, framework(newer).encode_to_vec()),
    }
}

impl From<RoundNow> for pb::Round {
    fn from(now: RoundNow) -> pb::Round {
        round(now)
    }
}

impl From<Framework> for pb::Framework {
    fn from(framework: Framework) -> pb::Framework {
        self::framework(framework)
    }
}

pub fn round(now: RoundNow) -> pb::Round {
    let RoundNow { round, as_of } = now;
    let (opens_at, closes_at) = (round.opens_at(), round.closes_at());
    pb::Round {
        id: round.id.to_string(),
        etag: etag(round.version),
        state: state(round.state).into(),
        rules: Some(rules::to_rules(round.rules)),
        timetable: Some(rules::to_timetable(round.timetable)),
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

/// For lists: the form without its questions.
pub fn without_questions(mut round: pb::Round) -> pb::Round {
    for form in round.rules.iter_mut().flat_map(|rules| &mut rules.form) {
        form.questions.clear();
    }
    round
}

fn state(state: State) -> pb::round::State {
    match state {
        State::Draft => pb::round::State::Draft,
        State::Scheduled { .. } => pb::round::State::Scheduled,
        State::Open { .. } => pb::round::State::Open,
        State::Closed { .. } => pb::round::State::Closed,
        State::Cancelled { .. } => pb::round::State::Cancelled,
    }
}

/// The state of a stored line of history, which keeps the name alone.
fn state_named(name: &str) -> pb::round::State {
    pb::round::State::from_str_name(&format!("STATE_{}", name.to_uppercase())).unwrap_or(pb::round::State::Unspecified)
}

/// The stored name of a state in a filter; none for the unspecified one, which the field rules refuse.
fn state_name(state: pb::round::State) -> Option<&'static str> {
    match state {
        pb::round::State::Unspecified => None,
        pb::round::State::Draft => Some("draft"),
        pb::round::State::Scheduled => Some("scheduled"),
        pb::round::State::Open => Some("open"),
        pb::round::State::Closed => Some("closed"),
        pb::round::State::Cancelled => Some("cancelled"),
    }
}

fn to_text(text: Text) -> types::LocalizedText {
    types::LocalizedText { en: text.en, cy: text.cy }
}

pub fn missing(missing: Violation) -> pb::Missing {
    pb::Missing { field: missing.field, rule: missing.rule, says: missing.says }
}

pub fn history_entry(entry: Entry) -> pb::HistoryEntry {
    let Entry { line, moved } = entry;
    let (before, after) = moved.unzip();
    let from = line.from.map_or(pb::round::State::Unspecified, |name| state_named(&name));
    pb::HistoryEntry {
        sequence: line.sequence,
        at: wire_time(line.at),
        actor: Some(line.by.into()),
        step: line.step,
        from_state: from.into(),
        to_state: state_named(&line.to).into(),
        reason: line.reason,
        timetable_before: before.map(rules::to_timetable),
        timetable_after: after.map(rules::to_timetable),
    }
}

fn text(reader: &mut Reader, field: &str, wire: Option<types::LocalizedText>) -> Option<Text> {
    reader.needed(field, wire).map(|wire| Text { en: wire.en, cy: wire.cy })
}

/// A sum; none where there is none.
fn money(reader: &mut Reader, field: &str, wire: Option<types::Money>) -> Option<Money> {
    reader.money_or_none(field, wire).flatten()
}
