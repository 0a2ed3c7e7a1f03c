//! Deadlines: one instant with the zone and the words in which it was announced (rule 5).
//!
//! The instant is what counts. The words are held to it: "midnight" is refused, and so is a time or a day that is not
//! the instant's in its zone. Words that nothing here can read pass, except for a close, which must say when.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use kit::time::Timestamp;

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
    #[error("\"midnight\" is ambiguous, it may begin the day or end it; say \"{say}\"")]
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
        if said.midnight && said.times.is_empty() {
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
/// Before an instant on a whole minute people have until the end of the minute before, so both may be said of a
/// close. Of a close at 12am only the minute before is proposed: "12:00am" is as ambiguous as "midnight".
fn minutes(instant: Timestamp, zone: &TimeZone, edge: Edge) -> Option<Minutes> {
    let at = jiff::Timestamp::from_microsecond(instant.micros()).ok()?;
    let local = zone.to_datetime(at);
    let whole = local.second() == 0 && local.subsec_nanosecond() == 0;
    let midnight = whole && local.hour() == 0 && local.minute() == 0;
    let mut meant = vec![minute(at, zone)];
    let mut shown = at;
    if edge != Edge::Opening && whole {
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

/// What announced words say, as far as they can be read.
struct Said {
    words: Vec<String>,
    /// Hours and minutes of the 24-hour clock.
    times: Vec<(i8, i8)>,
    days: Vec<Day>,
    midnight: bool,
}

struct Day {
    day: i8,
    month: i8,
    year: Option<i16>,
}

impl Said {
    /// Reads `11:59pm`, `11.59 pm`, `23:59`, `noon`, `16 March`, `March 16, 2026` and `2026-03-16`, in English and in
    /// Welsh (`11:59yh`, `16 Mawrth`).
    fn read(announced: &str) -> Said {
        let lower = announced.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
        let words: Vec<String> = lower
            .split(|letter: char| letter.is_whitespace() || ",;()\"".contains(letter))
            .map(|word| word.trim_end_matches('.').to_string())
            .filter(|word| !word.is_empty())
            .collect();
        let mut said =
            Said { words: Vec::new(), times: Vec::new(), days: Vec::new(), midnight: lower.contains("hanner nos") };
        for (place, word) in words.iter().enumerate() {
            let next = words.get(place + 1).map_or("", String::as_str);
            let before = place.checked_sub(1).map_or("", |before| words[before].as_str());
            said.midnight |= word == "midnight";
            said.times.extend(time_of_day(word, next));
            said.days.extend(word.parse::<Date>().ok().map(|date| Day {
                day: date.day(),
                month: date.month(),
                year: Some(date.year()),
            }));
            if let Some(month) = month(word) {
                let after_next = words.get(place + 2).map_or("", String::as_str);
                let day_first = day_of_month(before).map(|day| Day { day, month, year: year(next) });
                let month_first = || day_of_month(next).map(|day| Day { day, month, year: year(after_next) });
                said.days.extend(day_first.or_else(month_first));
            }
        }
        Said { words, ..said }
    }

    /// Whether this minute is what the words say. Words that say nothing deny nothing.
    fn is(&self, local: DateTime) -> bool {
        let time = (local.hour(), local.minute());
        let on = |said: &Day| {
            said.day == local.day() && said.month == local.month() && said.year.is_none_or(|year| year == local.year())
        };
        (self.times.is_empty() || self.times.contains(&time)) && (self.days.is_empty() || self.days.iter().any(on))
    }

    fn has(&self, abbreviation: &str) -> bool {
        self.words.iter().any(|word| word.eq_ignore_ascii_case(abbreviation))
    }
}

fn time_of_day(word: &str, next: &str) -> Option<(i8, i8)> {
    if matches!(word, "noon" | "midday") {
        return Some((12, 0));
    }
    let half = |text: &str| match text {
        "am" | "yb" => Some(0),
        "pm" | "yp" | "yh" => Some(12),
        _ => None,
    };
    let ending = word.len().checked_sub(2).and_then(|at| word.split_at_checked(at));
    let (digits, half_day) = match ending.and_then(|(digits, text)| half(text).map(|half| (digits, half))) {
        Some((digits, half)) => (digits, Some(half)),
        None => (word, half(next)),
    };
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((hour, minute)) => (hour, minute.split(':').next().unwrap_or(minute)),
        None if half_day.is_some() => (digits, "00"),
        None => return None,
    };
    let (hour, minute) = (hour.parse::<i8>().ok()?, minute.parse::<i8>().ok().filter(|_| minute.len() == 2)?);
    match half_day {
        Some(half) if (1..=12).contains(&hour) && (0..60).contains(&minute) => Some((hour % 12 + half, minute)),
        // Without "am" or "pm" only a colon makes it a time: "16.03" is a date.
        None if digits.contains(':') && (0..24).contains(&hour) && (0..60).contains(&minute) => Some((hour, minute)),
        Some(_) | None => None,
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("january", "ionawr"),
    ("february", "chwefror"),
    ("march", "mawrth"),
    ("april", "ebrill"),
    ("may", "mai"),
    ("june", "mehefin"),
    ("july", "gorffennaf"),
    ("august", "awst"),
    ("september", "medi"),
    ("october", "hydref"),
    ("november", "tachwedd"),
    ("december", "rhagfyr"),
];

fn month(word: &str) -> Option<i8> {
    let is = |(english, welsh): &(&str, &str)| word == *english || word == *welsh || english.get(..3) == Some(word);
    (1..).zip(MONTHS).find_map(|(number, names)| is(&names).then_some(number))
}

fn day_of_month(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let ending = &word[digits.len()..];
    let day = digits.parse::<i8>().ok().filter(|day| (1..=31).contains(day));
    day.filter(|_| matches!(ending, "" | "st" | "nd" | "rd" | "th"))
}

fn year(word: &str) -> Option<i16> {
    word.parse::<i16>().ok().filter(|year| (1900..=9999).contains(year))
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    fn london(instant: &str, announced: &str) -> Deadline {
        Deadline { instant: at(instant), zone: "Europe/London".to_string(), announced: announced.to_string() }
    }

    #[test]
    fn a_deadline_is_said_with_time_day_and_year() {
        assert_eq!(london("2026-03-16T23:59:00Z", "").in_words(Edge::Closing), "11:59pm on 16 March 2026");
        assert_eq!(london("2026-07-01T16:00:00Z", "").in_words(Edge::Closing), "5:00pm on 1 July 2026");
    }

    #[test]
    fn a_close_at_the_end_of_a_day_is_said_by_its_last_minute() {
        assert_eq!(london("2026-03-17T00:00:00Z", "").in_words(Edge::Closing), "11:59pm on 16 March 2026");
        assert_eq!(london("2026-07-01T23:00:00Z", "").in_words(Edge::Due), "11:59pm on 1 July 2026");
        assert_eq!(london("2026-03-17T00:00:00Z", "").in_words(Edge::Opening), "the start of 17 March 2026");
    }

    #[test]
    fn midnight_is_refused_with_what_to_say() {
        for words in ["midnight", "midnight 16 March 2026", "Midnight on 16 March", "hanner nos, 16 Mawrth 2026"] {
            let refused = london("2026-03-17T00:00:00Z", words).check(Edge::Closing).unwrap_err();
            assert_eq!(refused, BadDeadline::Midnight { say: "11:59pm on 16 March 2026".to_string() }, "{words}");
            assert!(refused.to_string().ends_with("say \"11:59pm on 16 March 2026\""));
        }
    }

    #[test]
    fn midnight_beside_a_time_of_day_is_not_ambiguous() {
        let words = "11:59pm on 16 March 2026, a minute before midnight";
        assert_eq!(london("2026-03-16T23:59:00Z", words).check(Edge::Closing), Ok(()));
    }

    #[test]
    fn the_usual_ways_to_say_a_close_are_read() {
        for words in [
            "11:59pm on 16 March 2026",
            "11:59pm on 16 March",
            "11.59 pm, Monday 16th March 2026 (UK time)",
            "23:59 on 2026-03-16",
            "March 16, 2026 at 11:59 p.m.",
            "11:59yh ar 16 Mawrth 2026",
        ] {
            // The last minute may end at its beginning or at its end.
            assert_eq!(london("2026-03-16T23:59:00Z", words).check(Edge::Closing), Ok(()), "{words}");
            assert_eq!(london("2026-03-17T00:00:00Z", words).check(Edge::Closing), Ok(()), "{words}");
        }
        assert_eq!(london("2026-03-16T12:00:00Z", "noon on 16 March").check(Edge::Closing), Ok(()));
        assert_eq!(london("2026-03-16T17:00:00Z", "5pm on 16 Mar 2026").check(Edge::Closing), Ok(()));
    }

    #[test]
    fn words_of_another_time_day_or_year_are_refused_with_the_instant_in_words() {
        for words in [
            "11:59pm on 15 March 2026",
            "11:59am on 16 March 2026",
            "10:59pm on 16 March 2026",
            "11:59pm on 16 March 2025",
        ] {
            let refused = london("2026-03-16T23:59:00Z", words).check(Edge::Closing).unwrap_err();
            assert_eq!(refused.rule(), "deadline.other_time", "{words}");
            assert!(refused.to_string().contains("11:59pm on 16 March 2026 in Europe/London"));
        }
    }

    #[test]
    fn an_instant_given_as_if_summer_time_were_winter_time_is_found() {
        let refused = london("2026-07-01T23:59:00Z", "11:59pm on 1 July 2026").check(Edge::Closing).unwrap_err();
        assert!(refused.to_string().contains("12:59am on 2 July 2026"), "{refused}");
    }

    #[test]
    fn a_close_must_say_day_and_time() {
        for words in ["16 March 2026", "11:59pm", "the end of the day", "close of play on Monday"] {
            let refused = london("2026-03-16T23:59:00Z", words).check(Edge::Closing).unwrap_err();
            assert_eq!(refused.rule(), "deadline.no_time", "{words}");
        }
    }

    #[test]
    fn a_report_may_be_due_on_a_day() {
        assert_eq!(london("2021-01-01T00:00:00Z", "31 December 2020").check(Edge::Due), Ok(()));
        let refused = london("2021-01-01T09:00:00Z", "31 December 2020").check(Edge::Due).unwrap_err();
        assert_eq!(refused.rule(), "deadline.other_time");
    }

    #[test]
    fn an_opening_is_said_by_the_minute_that_it_begins() {
        assert_eq!(london("2026-02-10T09:00:00Z", "9am on 10 February 2026").check(Edge::Opening), Ok(()));
        let refused = london("2026-02-10T09:00:00Z", "8:59am on 10 February 2026").check(Edge::Opening);
        assert_eq!(refused.unwrap_err().rule(), "deadline.other_time");
    }

    #[test]
    fn in_the_night_the_clocks_go_forward_the_missing_hour_is_refused() {
        // On 29 March 2026 London has no 1:00am to 1:59am.
        let before = london("2026-03-29T00:59:00Z", "12:59am on 29 March 2026");
        let after = london("2026-03-29T01:30:00Z", "2:30am on 29 March 2026");
        assert_eq!((before.check(Edge::Closing), after.check(Edge::Closing)), (Ok(()), Ok(())));
        let missing = london("2026-03-29T01:30:00Z", "1:30am on 29 March 2026").check(Edge::Closing).unwrap_err();
        assert!(missing.to_string().contains("2:30am on 29 March 2026"), "{missing}");
    }

    #[test]
    fn a_close_on_the_day_the_clocks_go_forward_is_an_hour_earlier_by_utc() {
        let words = "11:59pm on 29 March 2026";
        assert_eq!(london("2026-03-29T22:59:00Z", words).check(Edge::Closing), Ok(()));
        assert!(london("2026-03-29T23:59:00Z", words).check(Edge::Closing).is_err());
        assert_eq!(london("2026-03-28T23:59:00Z", "11:59pm on 28 March 2026").check(Edge::Closing), Ok(()));
    }

    #[test]
    fn in_the_night_the_clocks_go_back_the_repeated_hour_needs_its_offset() {
        // On 25 October 2026 London has 1:30am twice: 00:30Z as BST and 01:30Z as GMT.
        let first = london("2026-10-25T00:30:00Z", "1:30am on 25 October 2026").check(Edge::Closing).unwrap_err();
        assert_eq!(first, BadDeadline::RepeatedHour { say: "1:30am BST on 25 October 2026".to_string() });
        let second = london("2026-10-25T01:30:00Z", "1:30am on 25 October 2026").check(Edge::Closing).unwrap_err();
        assert_eq!(second, BadDeadline::RepeatedHour { say: "1:30am GMT on 25 October 2026".to_string() });
        for (instant, words) in [
            ("2026-10-25T00:30:00Z", "1:30am BST on 25 October 2026"),
            ("2026-10-25T01:30:00Z", "1:30am GMT on 25 October 2026"),
            ("2026-10-25T02:30:00Z", "2:30am on 25 October 2026"),
            ("2026-10-25T23:59:00Z", "11:59pm on 25 October 2026"),
            ("2026-10-24T22:59:00Z", "11:59pm on 24 October 2026"),
        ] {
            assert_eq!(london(instant, words).check(Edge::Closing), Ok(()), "{words}");
        }
    }

    #[test]
    fn a_zone_that_does_not_exist_or_is_misspelt_is_refused() {
        for zone in ["Europe/Stevenage", "europe/london", "BST", "", "Etc/Unknown"] {
            let deadline = Deadline { zone: zone.to_string(), ..london("2026-03-16T23:59:00Z", "11:59pm on 16 March") };
            assert_eq!(deadline.check(Edge::Closing).unwrap_err().rule(), "deadline.zone", "{zone}");
        }
    }

    #[test]
    fn words_that_are_only_blanks_are_refused_with_what_to_say() {
        let refused = london("2026-03-16T23:59:00Z", "  ").check(Edge::Due).unwrap_err();
        assert_eq!(refused.to_string(), "say it in words, as it will be announced: \"11:59pm on 16 March 2026\"");
    }
}
