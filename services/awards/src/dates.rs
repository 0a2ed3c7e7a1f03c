//! Days of councils are days in London: when an offer ends, and how long a project runs.

use jiff::{ToSpan, civil};
use kit::refusal::Refusal;
use kit::time::{Date, LONDON, Timestamp};

/// As many days later; stays on the last day that a calendar holds.
pub fn days_after(day: Date, n_days: i32) -> Date {
    day_of(calendar(day).saturating_add(n_days.days()))
}

/// The last day of a project of so many months; none for a project of no month.
pub fn last_day(first: Date, n_months: i32) -> Option<Date> {
    let after = calendar(first).saturating_add(n_months.months());
    Some(day_of(after.saturating_sub(1.day()))).filter(|last| *last >= first)
}

/// The first instant after a day.
pub fn end_of(day: Date) -> Timestamp {
    let next = calendar(day).saturating_add(1.day());
    let micros = match next.in_tz(LONDON) {
        Ok(midnight) => midnight.timestamp().as_microsecond(),
        Err(_) => return Timestamp::MAX,
    };
    Timestamp::from_micros(micros).min(Timestamp::MAX)
}

/// A day on which something is said to have happened has come, and lies not before what it came of.
///
/// # Errors
/// [`Refusal::Invalid`] for another day.
pub fn expect_happened(field: &str, day: Date, earliest: Option<Date>, now: Timestamp) -> Result<(), Refusal> {
    if day > Date::today(now) {
        return Err(Refusal::bad_field(field, "date.ahead", "give a day that has come"));
    }
    match earliest.filter(|earliest| day < *earliest) {
        Some(earliest) => {
            let says = format!("give {earliest}, or a later day that has come: it did not happen before that");
            Err(Refusal::bad_field(field, "date.before", says))
        }
        None => Ok(()),
    }
}

/// How many whole days lie between two instants.
pub fn days_between(earlier: Timestamp, later: Timestamp) -> i64 {
    const MICROS: i64 = 24 * 3_600 * 1_000_000;
    (later.micros() - earlier.micros()).div_euclid(MICROS)
}

fn calendar(day: Date) -> civil::Date {
    day.to_string().parse().expect("a day prints as the calendar writes it")
}

fn day_of(day: civil::Date) -> Date {
    day.to_string().parse().expect("the calendar writes a day as it is read")
}

/// A day as text in what is stored as JSON.
pub mod text {
    use kit::time::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes a day as `2020-03-14`.
    ///
    /// # Errors
    /// [`Serializer::Error`] when it cannot be written.
    pub fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    /// # Errors
    /// [`Deserializer::Error`] for what is no text, or no day of the calendar.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The same for a day that may be absent.
pub mod text_or_none {
    use kit::time::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a day as `2020-03-14`, and an absent one as none.
    ///
    /// # Errors
    /// [`Serializer::Error`] when it cannot be written.
    pub fn serialize<S: Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(to)
    }

    /// # Errors
    /// [`Deserializer::Error`] for what is neither absent nor a day of the calendar.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_ends_at_midnight_in_london_also_when_the_clocks_change() {
        assert_eq!(end_of(day("2020-03-14")), at("2020-03-15T00:00:00Z"));
        assert_eq!(end_of(day("2020-03-29")), at("2020-03-29T23:00:00Z"));
        assert_eq!(end_of(day("2020-10-25")), at("2020-10-26T00:00:00Z"));
    }

    /// G-B6: days that people type lie within what is possible.
    #[test]
    fn what_happened_did_so_between_what_it_came_of_and_today() {
        let now = at("2020-02-14T09:00:00Z");
        let within = |text, earliest: Option<&str>| expect_happened("paid_on", day(text), earliest.map(day), now);
        assert!(within("2020-02-12", Some("2020-02-12")).is_ok() && within("2020-02-14", None).is_ok());
        assert!(within("2020-02-11", Some("2020-02-12")).is_err() && within("2020-02-15", None).is_err());
    }

    #[test]
    fn a_project_of_nine_months_ends_on_the_day_before_that_day_of_the_month() {
        assert_eq!(last_day(day("2020-03-01"), 9), Some(day("2020-11-30")));
        assert_eq!(last_day(day("2020-03-01"), 0), None);
    }
}
