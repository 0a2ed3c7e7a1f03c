//! Working days of the nations of the United Kingdom, by rule: weekends and bank holidays do not count. The rules and
//! the days proclaimed once are those of 2018 to 2035; a day proclaimed since is added to [`ONCE`] or [`MOVED`].

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use serde::{Deserialize, Serialize};

/// Whose bank holidays count. A body that lies in no nation alone keeps those of England and Wales.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    #[default]
    EnglandAndWales,
    Scotland,
    NorthernIreland,
}

/// Proclaimed for one year, everywhere: the Platinum Jubilee, the funeral of Elizabeth II, the coronation of Charles
/// III.
const ONCE: [Date; 3] = [date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)];

/// Moved in one year, everywhere: May Day to VE Day, and the spring holiday to the Platinum Jubilee.
const MOVED: [(Date, Date); 2] = [(date(2020, 5, 4), date(2020, 5, 8)), (date(2022, 5, 30), date(2022, 6, 2))];

/// The day itself, or the next working day after it.
pub fn on_or_after(day: Date, calendar: Calendar) -> Date {
    let mut found = day;
    while !is_working_day(found, calendar) {
        match found.tomorrow() {
            Ok(next) => found = next,
            // The end of the calendar, in the year 9999.
            Err(_) => return found,
        }
    }
    found
}

/// The day that follows a day by a number of working days, for whom bodies of several nations wait: a day counts only
/// where it is a working day in all of them. The count begins at the first such day on or after the day.
pub fn after_everywhere(day: Date, n_days: u32) -> Date {
    let all = [Calendar::EnglandAndWales, Calendar::Scotland, Calendar::NorthernIreland];
    let mut left = n_days + 1;
    let mut found = day;
    loop {
        if all.iter().all(|&calendar| is_working_day(found, calendar)) {
            left -= 1;
        }
        match found.tomorrow() {
            Ok(next) if left > 0 => found = next,
            // Found, or the end of the calendar.
            Ok(_) | Err(_) => return found,
        }
    }
}

pub fn is_working_day(day: Date, calendar: Calendar) -> bool {
    !is_weekend(day) && !bank_holidays(day.year(), calendar).contains(&day)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The bank holidays of a year, in order.
pub fn bank_holidays(year: i16, calendar: Calendar) -> Vec<Date> {
    let mut days = fixed(year, calendar);
    days.extend(movable(year, calendar));
    for (usual, instead) in MOVED {
        for day in &mut days {
            if *day == usual {
                *day = instead;
            }
        }
    }
    days.extend(ONCE.into_iter().filter(|day| day.year() == year));
    days.sort();
    days
}

/// Holidays on a day of the month. One that falls on a weekend has a substitute: the next weekday that is none yet.
fn fixed(year: i16, calendar: Calendar) -> Vec<Date> {
    let own: &[(i8, i8)] = match calendar {
        Calendar::EnglandAndWales => &[],
        // The day after New Year's, and St Andrew's.
        Calendar::Scotland => &[(1, 2), (11, 30)],
        // St Patrick's, and the Battle of the Boyne.
        Calendar::NorthernIreland => &[(3, 17), (7, 12)],
    };
    let mut all: Vec<Date> = vec![date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)];
    all.extend(own.iter().map(|&(month, day)| date(year, month, day)));
    all.sort();
    let (weekend, mut found): (Vec<Date>, Vec<Date>) = all.into_iter().partition(|&day| is_weekend(day));
    for day in weekend {
        let mut substitute = day;
        while is_weekend(substitute) || found.contains(&substitute) {
            substitute = substitute.saturating_add(1.day());
        }
        found.push(substitute);
    }
    found
}

/// Holidays on a weekday of the month, and those around Easter.
fn movable(year: i16, calendar: Calendar) -> Vec<Date> {
    let easter = easter_sunday(year);
    let mut days = vec![easter.saturating_sub(2.days()), first_monday(year, 5), last_monday(year, 5)];
    match calendar {
        Calendar::EnglandAndWales | Calendar::NorthernIreland => {
            days.extend([easter.saturating_add(1.day()), last_monday(year, 8)]);
        }
        Calendar::Scotland => days.push(first_monday(year, 8)),
    }
    days
}

fn first_monday(year: i16, month: i8) -> Date {
    let first = date(year, month, 1);
    first.saturating_add(((7 - first.weekday().to_monday_zero_offset()) % 7).days())
}

fn last_monday(year: i16, month: i8) -> Date {
    let last = date(year, month, 1).last_of_month();
    last.saturating_sub(last.weekday().to_monday_zero_offset().days())
}

/// Easter Sunday of the Gregorian calendar, by the usual algorithm (Meeus, Jones and Butcher).
fn easter_sunday(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    // March or April, the 1st to the 31st.
    date(year, month as i8, day as i8)
}

#[cfg(test)]
mod tests;
