//! When a publication becomes public: one instant with the zone and the words in which it was announced (rule 5).
//!
//! The least of what `rounds` checks of its deadlines: the words must hold the instant's own minute and day, and say
//! which of the two where the clock shows that minute twice.

use jiff::tz::TimeZone;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub instant: Timestamp,
    /// IANA name, such as `Europe/London`.
    pub zone: String,
    pub announced: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDeadline {
    #[error("no time zone is named `{zone}`; give an IANA name, such as Europe/London")]
    UnknownZone { zone: String },
    #[error("the instant lies outside the years that a calendar holds")]
    OutOfRange,
    #[error("the words do not say the instant; say \"{say}\"")]
    OtherWords { say: String },
    #[error("that time of day comes twice on the night the clocks go back; say \"{say}\"")]
    RepeatedHour { say: String },
}

impl BadDeadline {
    /// Which field of the deadline has to change.
    pub fn field(&self) -> &'static str {
        match self {
            BadDeadline::UnknownZone { .. } => "zone",
            BadDeadline::OutOfRange => "instant",
            BadDeadline::OtherWords { .. } | BadDeadline::RepeatedHour { .. } => "announced",
        }
    }

    pub fn rule(&self) -> &'static str {
        match self {
            BadDeadline::UnknownZone { .. } => "deadline.zone",
            BadDeadline::OutOfRange => "deadline.range",
            BadDeadline::OtherWords { .. } => "deadline.other_time",
            BadDeadline::RepeatedHour { .. } => "deadline.repeated_hour",
        }
    }
}

impl Deadline {
    /// # Errors
    /// The first thing that is wrong, with the words to say.
    pub fn check(&self) -> Result<(), BadDeadline> {
        let zone = TimeZone::get(&self.zone).ok().filter(|zone| zone.iana_name() == Some(&self.zone));
        let zone = zone.ok_or_else(|| BadDeadline::UnknownZone { zone: self.zone.clone() })?;
        let at = jiff::Timestamp::from_microsecond(self.instant.micros()).map_err(|_| BadDeadline::OutOfRange)?;
        let local = zone.to_datetime(at);
        let day = local.strftime("%-d %B %Y").to_string();
        // "Midnight" may begin a day or end it.
        let clock = match (local.hour(), local.minute()) {
            (0, 0) => "the start of".to_string(),
            (_, _) => local.strftime("%-I:%M%P").to_string(),
        };
        let abbreviation = zone.to_offset_info(at).abbreviation().to_string();
        let repeated = zone.to_ambiguous_timestamp(local).is_ambiguous();
        let say = match (clock.as_str(), repeated) {
            ("the start of", _) => format!("{clock} {day}"),
            (_, true) => format!("{clock} {abbreviation} on {day}"),
            (_, false) => format!("{clock} on {day}"),
        };
        let said = format!(" {} ", self.announced.to_lowercase());
        let says = |part: &str| said.contains(&format!(" {}", part.to_lowercase()));
        match says(&clock) && says(&day) {
            false => Err(BadDeadline::OtherWords { say }),
            true if repeated && !says(&abbreviation) => Err(BadDeadline::RepeatedHour { say }),
            true => Ok(()),
        }
    }
}

/// When something became public, in words: of the hour that comes twice they say which.
pub fn told(at: Timestamp, zone: &str) -> String {
    let words = at.in_words(zone);
    let zone = TimeZone::get(zone).ok();
    match zone.zip(jiff::Timestamp::from_microsecond(at.micros()).ok()) {
        Some((zone, at)) if zone.to_ambiguous_timestamp(zone.to_datetime(at)).is_ambiguous() => {
            words.replacen(" on ", &format!(" {} on ", zone.to_offset_info(at).abbreviation()), 1)
        }
        Some(_) | None => words,
    }
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    fn check(instant: &str, announced: &str) -> Result<(), BadDeadline> {
        let (zone, announced) = ("Europe/London".to_string(), announced.to_string());
        Deadline { instant: at(instant), zone, announced }.check()
    }

    #[test]
    fn words_that_are_the_instant_pass_and_others_are_told_what_to_say() {
        assert_eq!(check("2021-03-29T08:00:00Z", "9:00am on 29 March 2021"), Ok(()));
        let say = "9:00am on 29 March 2021".to_string();
        assert_eq!(check("2021-03-29T08:00:00Z", "8:00am on 29 March 2021"), Err(BadDeadline::OtherWords { say }));
        assert_eq!(check("2021-03-28T23:00:00Z", "the start of 29 March 2021"), Ok(()));
    }

    #[test]
    fn in_the_doubled_hour_the_words_say_which_of_the_two() {
        let (first, second) = ("2020-10-25T00:30:00Z", "2020-10-25T01:30:00Z");
        let bst = BadDeadline::RepeatedHour { say: "1:30am BST on 25 October 2020".to_string() };
        assert_eq!(check(first, "1:30am on 25 October 2020"), Err(bst));
        let gmt = BadDeadline::RepeatedHour { say: "1:30am GMT on 25 October 2020".to_string() };
        assert_eq!(check(second, "1:30am BST on 25 October 2020"), Err(gmt));
        assert_eq!(check(first, "1:30am BST on 25 October 2020"), Ok(()));
        assert_eq!(check(second, "1:30am GMT on 25 October 2020"), Ok(()));
    }

    #[test]
    fn what_became_public_in_the_doubled_hour_says_in_which() {
        let london = |instant: &str| told(at(instant), "Europe/London");
        assert_eq!(london("2021-10-31T00:30:00Z"), "1:30am BST on 31 October 2021");
        assert_eq!(london("2021-10-31T01:30:00Z"), "1:30am GMT on 31 October 2021");
        assert_eq!(london("2021-10-31T02:00:00Z"), "2:00am on 31 October 2021");
        assert_eq!(london("2021-03-28T01:00:00Z"), "2:00am on 28 March 2021");
    }
}
