//! Deadlines: one instant with the zone and the words in which it was announced (rule 5).
//!
//! The instant is what counts. The words are checked against it: "midnight" is refused, and so is a time or a day that
//! is not the instant's in its zone. Words that nothing here can read pass, except for a close, which must say when.
//!
//! Sealed papers, terms and records contain it: its JSON must not change.

mod words;

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use toadlane_proto::types::v1 as types;
use words::Said;

use crate::neighbour::{Unusable, unusable};
use crate::time::Timestamp;

/// One instant, with the zone and the words in which it was announced.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deadline {
    pub instant: Timestamp,
    /// IANA name, such as `Europe/London`.
    pub zone: String,
    /// Such as `11:59pm on 16 March 2026`.
    pub announced: String,
}

/// Which side of the instant people have to be on, and so which minute they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Something begins at the instant.
    Opening,
    /// Something ends at the instant, to the second; the words must say day and time.
    Closing,
    /// Something is due before the instant; the words may leave the time out.
    Due,
}

/// What is wrong with a deadline. Each says what to write instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDeadline {
    #[error("no time zone is named `{zone}`; give an IANA name, such as Europe/London")]
    UnknownZone { zone: String },
    #[error("the instant lies outside the years that a calendar holds")]
    OutOfRange,
    #[error("say it in words, as it will be announced: \"{say}\"")]
    NoWords { say: String },
    #[error("midnight (12am) is ambiguous, it may begin the day or end it; say \"{say}\"")]
    Midnight { say: String },
    #[error("say the day and the time of day; say \"{say}\"")]
    NoTime { say: String },
    #[error("the words are not the instant, which is {say} in {zone}; correct one of them")]
    OtherTime { say: String, zone: String },
    #[error("that time of day comes twice on the night the clocks go back; say \"{say}\"")]
    RepeatedHour { say: String },
}

impl BadDeadline {
    /// Identity of the rule, for machines.
    pub fn rule(&self) -> &'static str {
        match self {
            BadDeadline::UnknownZone { .. } => "deadline.zone",
            BadDeadline::OutOfRange => "deadline.range",
            BadDeadline::NoWords { .. } => "deadline.announced",
            BadDeadline::Midnight { .. } => "deadline.ambiguous",
            BadDeadline::NoTime { .. } => "deadline.no_time",
            BadDeadline::OtherTime { .. } => "deadline.other_time",
            BadDeadline::RepeatedHour { .. } => "deadline.repeated_hour",
        }
    }

    /// Which field of the deadline has to change.
    pub fn field(&self) -> &'static str {
        match self {
            BadDeadline::UnknownZone { .. } => "zone",
            BadDeadline::OutOfRange => "instant",
            BadDeadline::NoWords { .. }
            | BadDeadline::Midnight { .. }
            | BadDeadline::NoTime { .. }
            | BadDeadline::OtherTime { .. }
            | BadDeadline::RepeatedHour { .. } => "announced",
        }
    }
}

impl Deadline {
    /// Whether zone and words can be announced as they are.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, edge: Edge) -> Result<(), BadDeadline> {
        let zone = named_zone(&self.zone).ok_or_else(|| BadDeadline::UnknownZone { zone: self.zone.clone() })?;
        let minutes = minutes(self.instant, &zone, edge).ok_or(BadDeadline::OutOfRange)?;
        let say = minutes.say.clone();
        if self.announced.trim().is_empty() {
            return Err(BadDeadline::NoWords { say });
        }
        let said = Said::read(&self.announced);
        if said.is_only_midnight() {
            return Err(BadDeadline::Midnight { say });
        }
        if edge == Edge::Closing && (said.times.is_empty() || said.days.is_empty()) {
            return Err(BadDeadline::NoTime { say });
        }
        let Some(meant) = minutes.meant.iter().find(|minute| said.is(minute.local)) else {
            return Err(BadDeadline::OtherTime { say, zone: self.zone.clone() });
        };
        if let Some(abbreviation) = &meant.repeated
            && !said.times.is_empty()
            && !said.has(abbreviation)
        {
            return Err(BadDeadline::RepeatedHour { say });
        }
        Ok(())
    }

    /// The instant in plain words: `11:59pm on 16 March 2026`. The instant alone where the zone is unknown.
    pub fn in_words(&self, edge: Edge) -> String {
        let minutes = named_zone(&self.zone).and_then(|zone| minutes(self.instant, &zone, edge));
        minutes.map_or_else(|| self.instant.to_string(), |minutes| minutes.say)
    }
}

impl From<Deadline> for types::Deadline {
    fn from(deadline: Deadline) -> types::Deadline {
        let Deadline { instant, zone, announced } = deadline;
        types::Deadline { instant: Some(instant.into()), zone, announced }
    }
}

/// One that a neighbour sent: its words were held to its instant there.
impl TryFrom<types::Deadline> for Deadline {
    type Error = Unusable;

    fn try_from(wire: types::Deadline) -> Result<Deadline, Unusable> {
        let instant = wire.instant.and_then(|instant| instant.try_into().ok());
        let instant = instant.ok_or_else(|| unusable("a deadline", "an instant"))?;
        Ok(Deadline { instant, zone: wire.zone, announced: wire.announced })
    }
}

/// The zone of an IANA name, spelt exactly so.
fn named_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| zone.iana_name() == Some(name) && !zone.is_unknown())
}

/// A minute of a local calendar.
struct Minute {
    local: DateTime,
    /// Abbreviation of the offset, where the clock shows this minute twice.
    repeated: Option<String>,
}

/// The minutes that words may name for an instant, and the words to propose.
struct Minutes {
    meant: Vec<Minute>,
    say: String,
}

/// None when the instant is outside the calendar.
///
/// Before an instant on a whole minute people have until the end of the minute before, so both may be said of
/// a close. Of one at 12am only the minute before: "12:00am" is as ambiguous as "midnight".
fn minutes(instant: Timestamp, zone: &TimeZone, edge: Edge) -> Option<Minutes> {
    let at = jiff::Timestamp::from_microsecond(instant.micros()).ok()?;
    let local = zone.to_datetime(at);
    let whole = local.second() == 0 && local.subsec_nanosecond() == 0;
    let midnight = local.hour() == 0 && local.minute() == 0;
    let mut meant = vec![minute(at, zone)];
    let mut shown = at;
    if edge != Edge::Opening && (whole || midnight) {
        let before = at.checked_sub(1.minute()).ok()?;
        meant.push(minute(before, zone));
        if midnight {
            shown = before;
        }
    }
    let say = match edge {
        Edge::Opening if midnight => local.strftime("the start of %-d %B %Y").to_string(),
        Edge::Opening | Edge::Closing | Edge::Due => say(shown, zone),
    };
    Some(Minutes { meant, say })
}

fn minute(at: jiff::Timestamp, zone: &TimeZone) -> Minute {
    let local = zone.to_datetime(at);
    // A local time taken from an instant exists, so an ambiguous one is one that comes twice.
    let repeated = zone.to_ambiguous_timestamp(local).is_ambiguous();
    let abbreviation = || zone.to_offset_info(at).abbreviation().to_string();
    Minute { local, repeated: repeated.then(abbreviation) }
}

fn say(at: jiff::Timestamp, zone: &TimeZone) -> String {
    let Minute { local, repeated } = minute(at, zone);
    match repeated {
        Some(abbreviation) => format!("{} {abbreviation} on {}", clock(local), local.strftime("%-d %B %Y")),
        None => format!("{} on {}", clock(local), local.strftime("%-d %B %Y")),
    }
}

fn clock(local: DateTime) -> String {
    local.strftime("%-I:%M%P").to_string()
}

#[cfg(test)]
mod tests;
