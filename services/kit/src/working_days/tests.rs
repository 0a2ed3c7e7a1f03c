//! Against the dates that the government published, written out.

use super::*;

fn days(year: i16, calendar: Calendar) -> Vec<String> {
    bank_holidays(year, calendar).iter().map(|day| day.strftime("%m-%d").to_string()).collect()
}

#[test]
fn the_bank_holidays_of_england_and_wales_are_those_published() {
    let of = |year| days(year, Calendar::EnglandAndWales);
    assert_eq!(of(2018), ["01-01", "03-30", "04-02", "05-07", "05-28", "08-27", "12-25", "12-26"]);
    assert_eq!(of(2019), ["01-01", "04-19", "04-22", "05-06", "05-27", "08-26", "12-25", "12-26"]);
    assert_eq!(of(2020), ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"]);
    assert_eq!(of(2021), ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"]);
    assert_eq!(of(2022), ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"]);
    assert_eq!(of(2023), ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"]);
    assert_eq!(of(2024), ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"]);
    assert_eq!(of(2025), ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"]);
    assert_eq!(of(2027), ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]);
    assert_eq!(of(2035), ["01-01", "03-23", "03-26", "05-07", "05-28", "08-27", "12-25", "12-26"]);
}

#[test]
fn scotland_has_the_second_of_january_st_andrews_and_an_early_august_and_no_easter_monday() {
    let of = |year| days(year, Calendar::Scotland);
    assert_eq!(of(2020), ["01-01", "01-02", "04-10", "05-08", "05-25", "08-03", "11-30", "12-25", "12-28"]);
    assert_eq!(of(2021), ["01-01", "01-04", "04-02", "05-03", "05-31", "08-02", "11-30", "12-27", "12-28"]);
    assert_eq!(
        of(2022),
        ["01-03", "01-04", "04-15", "05-02", "06-02", "06-03", "08-01", "09-19", "11-30", "12-26", "12-27"]
    );
    // The 1st is a Sunday and the 2nd a holiday of its own.
    assert_eq!(of(2023), ["01-02", "01-03", "04-07", "05-01", "05-08", "05-29", "08-07", "11-30", "12-25", "12-26"]);
    // St Andrew's on a Sunday.
    assert_eq!(of(2025), ["01-01", "01-02", "04-18", "05-05", "05-26", "08-04", "12-01", "12-25", "12-26"]);
}

#[test]
fn northern_ireland_has_st_patricks_and_the_twelfth_of_july_with_their_substitutes() {
    let of = |year| days(year, Calendar::NorthernIreland);
    assert_eq!(of(2020), ["01-01", "03-17", "04-10", "04-13", "05-08", "05-25", "07-13", "08-31", "12-25", "12-28"]);
    assert_eq!(
        of(2022),
        ["01-03", "03-17", "04-15", "04-18", "05-02", "06-02", "06-03", "07-12", "08-29", "09-19", "12-26", "12-27"]
    );
    assert_eq!(of(2024), ["01-01", "03-18", "03-29", "04-01", "05-06", "05-27", "07-12", "08-26", "12-25", "12-26"]);
}

#[test]
fn easter_sunday_is_where_the_almanac_has_it() {
    let found: Vec<String> = (2018..=2035).map(|year| easter_sunday(year).strftime("%m-%d").to_string()).collect();
    assert_eq!(
        found,
        [
            "04-01", "04-21", "04-12", "04-04", "04-17", "04-09", "03-31", "04-20", "04-05", "03-28", "04-16", "04-01",
            "04-21", "04-13", "03-28", "04-17", "04-09", "03-25"
        ]
    );
}

#[test]
fn christmas_on_a_friday_leads_to_the_tuesday_after_the_substitute() {
    let after = |day| on_or_after(day, Calendar::EnglandAndWales);
    assert_eq!(after(date(2020, 12, 24)), date(2020, 12, 24));
    assert_eq!(after(date(2020, 12, 25)), date(2020, 12, 29));
    // A plain Monday in England is St Andrew's in Scotland.
    assert_eq!(after(date(2020, 11, 28)), date(2020, 11, 30));
    assert_eq!(on_or_after(date(2020, 11, 28), Calendar::Scotland), date(2020, 12, 1));
}

#[test]
fn no_holiday_ever_falls_on_a_weekend_or_on_another() {
    for calendar in [Calendar::EnglandAndWales, Calendar::Scotland, Calendar::NorthernIreland] {
        for year in 2018..=2035 {
            let days = bank_holidays(year, calendar);
            assert!(days.iter().all(|&day| !is_weekend(day)), "{calendar:?} {year}: {days:?}");
            let mut once = days.clone();
            once.dedup();
            assert_eq!(once, days, "{calendar:?} {year}");
        }
    }
}

#[test]
fn ten_working_days_over_christmas_are_ten_in_every_nation() {
    assert_eq!(after_everywhere(date(2021, 3, 1), 10), date(2021, 3, 15));
    // From a Saturday on, and past St Patrick's Day.
    assert_eq!(after_everywhere(date(2021, 3, 6), 10), date(2021, 3, 23));
    // Past Christmas, New Year's, and the 4th, which Scotland has in the place of the 2nd.
    assert_eq!(after_everywhere(date(2020, 12, 21), 10), date(2021, 1, 8));
    assert_eq!(after_everywhere(date(2020, 12, 26), 0), date(2020, 12, 29));
}
