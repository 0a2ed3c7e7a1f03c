//! Reads announced words: which time of day and which day they name.

use jiff::civil::{Date, DateTime};

use crate::language::MONTHS;

/// What announced words say, as far as they can be read.
pub struct Said {
    words: Vec<String>,
    /// Hours and minutes of the 24-hour clock.
    pub times: Vec<(i8, i8)>,
    pub days: Vec<Day>,
    midnight: bool,
}

pub struct Day {
    day: i8,
    month: i8,
    year: Option<i16>,
}

impl Said {
    /// Reads `11:59pm`, `11.59 pm`, `23:59`, `noon`, `16 March`, `March 16, 2026` and `2026-03-16`, in
    /// English and in Welsh (`11:59yh`, `16 Mawrth`).
    pub fn read(announced: &str) -> Said {
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
    pub fn is(&self, local: DateTime) -> bool {
        let time = (local.hour(), local.minute());
        let on = |said: &Day| {
            said.day == local.day() && said.month == local.month() && said.year.is_none_or(|year| year == local.year())
        };
        (self.times.is_empty() || self.times.contains(&time)) && (self.days.is_empty() || self.days.iter().any(on))
    }

    /// Whether the time they say is midnight, in words or as 12am, and no other.
    pub fn is_only_midnight(&self) -> bool {
        (self.midnight || !self.times.is_empty()) && self.times.iter().all(|time| *time == (0, 0))
    }

    pub fn has(&self, abbreviation: &str) -> bool {
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

fn month(word: &str) -> Option<i8> {
    let is = |(english, welsh): (&str, &str)| {
        [english, welsh, &english[..3]].into_iter().any(|name| name.eq_ignore_ascii_case(word))
    };
    (1..).zip(MONTHS).find_map(|(number, names)| is(names).then_some(number))
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
