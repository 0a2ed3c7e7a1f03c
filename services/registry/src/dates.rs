//! Days as people and registers give them: a term of days, and a date that is no more precise than its source.

use std::fmt;
use std::str::FromStr;

use kit::time::{Date, Timestamp};

use crate::error::Error;

fn day_after(day: Date) -> Date {
    let noon: Timestamp = format!("{day}T12:00:00Z").parse().expect("a day and a time make an instant");
    Date::at(noon.plus_seconds(24 * 3600), "UTC")
}

/// Some days in a row: from the first one until, not including, another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Term {
    pub from: Date,
    /// First day on which it no longer holds; none while it has no end.
    pub until: Option<Date>,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {}", self.from)?;
        self.until.map_or(Ok(()), |until| write!(f, " until {until}"))
    }
}

impl Term {
    /// # Errors
    /// [`Error::EndBeforeStart`] unless the end, if there is one, lies after the first day.
    pub fn new(from: Date, until: Option<Date>) -> Result<Term, Error> {
        match until {
            Some(until) if until <= from => Err(Error::EndBeforeStart { field: "until_date", start: from.to_string() }),
            Some(_) | None => Ok(Term { from, until }),
        }
    }

    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    pub fn overlaps(&self, other: &Term) -> bool {
        let ends_after = |term: &Term, day: Date| term.until.is_none_or(|until| day < until);
        // A term that was ended on its first day holds on no day.
        let empty = |term: &Term| term.until == Some(term.from);
        ends_after(self, other.from) && ends_after(other, self.from) && !empty(self) && !empty(other)
    }

    /// The same with an end that comes earlier; an end on the first day leaves no day of it.
    ///
    /// # Errors
    /// [`Error::EndBeforeStart`] for an end before the first day, [`Error::EndedAlready`] unless it comes earlier.
    pub fn end(&self, until: Date) -> Result<Term, Error> {
        if until < self.from {
            return Err(Error::EndBeforeStart { field: "until_date", start: self.from.to_string() });
        }
        match self.until {
            Some(earlier) if earlier <= until => Err(Error::EndedAlready { on: earlier.to_string() }),
            Some(_) | None => Ok(Term { from: self.from, until: Some(until) }),
        }
    }
}

/// A date as precisely as a register gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegisterDate {
    Unknown,
    Year(i16),
    Day(Date),
}

impl RegisterDate {
    /// The latest day that it can mean.
    fn latest(self) -> Option<Date> {
        match self {
            RegisterDate::Unknown => None,
            RegisterDate::Year(year) => format!("{year:04}-12-31").parse().ok(),
            RegisterDate::Day(day) => Some(day),
        }
    }

    /// Whether it certainly lies before another: so far as both are known, texts sort as dates do.
    pub fn is_before(self, other: RegisterDate) -> bool {
        let (text, other) = (self.to_string(), other.to_string());
        let known = text.len().min(other.len());
        text[..known] < other[..known]
    }

    /// The first day on which a body that ended on this date no longer exists.
    ///
    /// Registers give sometimes the last day and sometimes the first day of a successor: a successor that began on the
    /// very day, or in the year given, settles it; else the date is taken as the last day.
    pub fn gone_from(self, successors_began: &[RegisterDate]) -> Option<Date> {
        let last = self.latest()?;
        let mut gone = day_after(last);
        for began in successors_began {
            match began {
                RegisterDate::Day(day) if *day <= last && !began.is_before(self) => gone = gone.min(*day),
                RegisterDate::Day(_) | RegisterDate::Year(_) | RegisterDate::Unknown => {}
            }
        }
        Some(gone)
    }
}

/// A text is neither a day of the calendar nor a year.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("give a day that exists, such as 2026-03-16, or a year, or nothing")]
pub struct BadDate;

impl fmt::Display for RegisterDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegisterDate::Unknown => Ok(()),
            RegisterDate::Year(year) => write!(f, "{year:04}"),
            RegisterDate::Day(day) => write!(f, "{day}"),
        }
    }
}

impl FromStr for RegisterDate {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<RegisterDate, BadDate> {
        match text.len() {
            0 => Ok(RegisterDate::Unknown),
            4 => text.parse().map(RegisterDate::Year).map_err(|_| BadDate),
            _ => text.parse().map(RegisterDate::Day).map_err(|_| BadDate),
        }
    }
}

/// Written-out days for tests: `day("2026-03-16")`.
///
/// # Panics
/// When the text is no day.
#[cfg(test)]
pub fn day(text: &str) -> Date {
    text.parse().expect("the day is written out")
}

#[cfg(test)]
mod tests;
