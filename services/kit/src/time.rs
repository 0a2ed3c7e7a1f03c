//! Time as the platform counts it: UTC microseconds.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::{BigInt, Text};
use serde::{Deserialize, Serialize};

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, FromSqlRow, AsExpression,
)]
#[diesel(sql_type = BigInt)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest instant that is accepted: the end of the year 9999.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999_999);

    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Real time, by this machine.
    pub fn of_this_machine() -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }

    /// As many microseconds later; stays at the latest instant rather than overflow.
    pub fn plus_micros(self, micros: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(micros).min(Self::MAX.0))
    }

    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        self.plus_micros(seconds.saturating_mul(1_000_000))
    }

    /// In words, in a zone: `11:59pm on 16 March 2026`; `1:30am BST on 25 October 2026` where the clock shows the
    /// minute twice. An unknown zone falls back to UTC and says so.
    pub fn in_words(self, zone: &str) -> String {
        let instant = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        match instant.in_tz(zone) {
            Ok(local) if local.time_zone().to_ambiguous_timestamp(local.datetime()).is_ambiguous() => {
                local.strftime("%-I:%M%P %Z on %-d %B %Y").to_string()
            }
            Ok(local) => local.strftime("%-I:%M%P on %-d %B %Y").to_string(),
            Err(_) => format!("{} (UTC)", instant.strftime("%-I:%M%P on %-d %B %Y")),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{} us", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;

    /// Reads RFC 3339, such as `2020-01-10T12:00:00Z`.
    fn from_str(text: &str) -> Result<Timestamp, jiff::Error> {
        Ok(Timestamp(text.parse::<jiff::Timestamp>()?.as_microsecond()))
    }
}

impl From<Timestamp> for prost_types::Timestamp {
    fn from(at: Timestamp) -> prost_types::Timestamp {
        prost_types::Timestamp { seconds: at.seconds(), nanos: (at.0.rem_euclid(1_000_000) * 1000) as i32 }
    }
}

/// A wire timestamp lies outside the years 1 to 9999, or its nanoseconds outside a second.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("give an instant between the years 1 and 9999, nanoseconds from 0 to 999,999,999")]
pub struct BadTimestamp;

impl TryFrom<prost_types::Timestamp> for Timestamp {
    type Error = BadTimestamp;

    /// Cuts what is finer than a microsecond.
    fn try_from(wire: prost_types::Timestamp) -> Result<Timestamp, BadTimestamp> {
        let in_range = (-62_135_596_800..=253_402_300_799).contains(&wire.seconds);
        if !in_range || !(0..1_000_000_000).contains(&wire.nanos) {
            return Err(BadTimestamp);
        }
        Ok(Timestamp(wire.seconds * 1_000_000 + i64::from(wire.nanos) / 1000))
    }
}

/// A day of the calendar, printed `2026-03-16`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, FromSqlRow, AsExpression)]
#[diesel(sql_type = Text)]
pub struct Date(jiff::civil::Date);

crate::text_column!(Date);

/// The zone of the days of councils.
pub const LONDON: &str = "Europe/London";

impl Date {
    /// The day that it is in London at an instant.
    pub fn today(now: Timestamp) -> Date {
        Date::at(now, LONDON)
    }

    /// The day that it is at an instant in a zone; in UTC where the zone is unknown.
    pub fn at(instant: Timestamp, zone: &str) -> Date {
        let instant = jiff::Timestamp::from_microsecond(instant.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        Date(zone.to_datetime(instant).date())
    }

    /// Day of the month, month from 1 to 12, and year.
    pub fn parts(self) -> (i8, usize, i16) {
        let month = usize::try_from(self.0.month()).expect("a month is a number from 1 to 12");
        (self.0.day(), month, self.0.year())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::str::FromStr for Date {
    type Err = jiff::Error;

    /// Reads `2026-03-16` and nothing longer.
    fn from_str(text: &str) -> Result<Date, jiff::Error> {
        jiff::civil::Date::strptime("%Y-%m-%d", text).map(Date)
    }
}

/// Written-out instants for tests: `at("2026-03-16T00:00:00Z")`.
///
/// # Panics
/// When the text is not RFC 3339.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("the instant is written out in RFC 3339")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_london_and_not_in_greenwich() {
        assert_eq!(Date::today(at("2026-03-16T23:59:59Z")), "2026-03-16".parse().unwrap());
        assert_eq!(Date::today(at("2026-06-30T23:00:00Z")), "2026-07-01".parse().unwrap());
    }

    #[test]
    fn an_instant_before_1970_keeps_its_microseconds_on_the_wire() {
        let before = Timestamp::from_micros(-1);
        let wire = prost_types::Timestamp::from(before);
        assert_eq!((wire.seconds, wire.nanos), (-1, 999_999_000));
        assert_eq!(Timestamp::try_from(wire), Ok(before));
    }

    #[test]
    fn an_instant_is_said_in_the_words_of_its_zone() {
        assert_eq!(at("2026-03-16T23:59:00Z").in_words("Europe/London"), "11:59pm on 16 March 2026");
        assert_eq!(at("2026-07-01T11:00:00Z").in_words("Europe/London"), "12:00pm on 1 July 2026");
        assert_eq!(at("2026-10-25T00:30:00Z").in_words("Europe/London"), "1:30am BST on 25 October 2026");
        assert_eq!(at("2026-10-25T01:30:00Z").in_words("Europe/London"), "1:30am GMT on 25 October 2026");
        assert_eq!(at("2026-10-25T02:00:00Z").in_words("Europe/London"), "2:00am on 25 October 2026");
        assert_eq!(at("2026-03-29T01:00:00Z").in_words("Europe/London"), "2:00am on 29 March 2026");
    }

    #[test]
    fn a_wire_timestamp_out_of_range_is_refused() {
        let wire = |seconds, nanos| Timestamp::try_from(prost_types::Timestamp { seconds, nanos });
        assert_eq!(wire(i64::MAX, 0), Err(BadTimestamp));
        assert_eq!(wire(0, -1), Err(BadTimestamp));
        assert_eq!(wire(0, 1_000_000_000), Err(BadTimestamp));
    }
}
