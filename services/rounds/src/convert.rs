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
use crate::round::RoundNow;
use crate::rules::Text;
use crate::state::StateName;
use crate::store::HistoryRow;

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
        state: state(round.state.name()).into(),
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

fn state(state: StateName) -> pb::round::State {
    match state {
        StateName::Draft => pb::round::State::Draft,
        StateName::Scheduled => pb::round::State::Scheduled,
        StateName::Open => pb::round::State::Open,
        StateName::Closed => pb::round::State::Closed,
        StateName::Cancelled => pb::round::State::Cancelled,
    }
}

/// The state in a filter; none for the unspecified one, which the field rules refuse.
fn state_name(state: pb::round::State) -> Option<StateName> {
    match state {
        pb::round::State::Unspecified => None,
        pb::round::State::Draft => Some(StateName::Draft),
        pb::round::State::Scheduled => Some(StateName::Scheduled),
        pb::round::State::Open => Some(StateName::Open),
        pb::round::State::Closed => Some(StateName::Closed),
        pb::round::State::Cancelled => Some(StateName::Cancelled),
    }
}

fn to_text(text: Text) -> types::LocalizedText {
    types::LocalizedText { en: text.en, cy: text.cy }
}

pub fn missing(missing: Violation) -> pb::Missing {
    pb::Missing { field: missing.field, rule: missing.rule, says: missing.says }
}

pub fn history_entry(row: HistoryRow) -> pb::HistoryEntry {
    let (before, after) = row.moved.unzip();
    pb::HistoryEntry {
        sequence: row.sequence,
        at: wire_time(row.at),
        actor: Some(types::Actor { subject: row.actor, organisation_id: row.actor_organisation.unwrap_or_default() }),
        step: row.step,
        from_state: row.from.map_or(pb::round::State::Unspecified, state).into(),
        to_state: state(row.to).into(),
        reason: row.reason,
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
