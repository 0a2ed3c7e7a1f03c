use super::*;

fn term(from: &str, until: &str) -> Term {
    Term { from: day(from), until: (!until.is_empty()).then(|| day(until)) }
}

#[test]
fn the_day_after_crosses_months_and_leap_days() {
    assert_eq!(day_after(day("2020-02-28")), day("2020-02-29"));
    assert_eq!(day_after(day("2026-12-31")), day("2027-01-01"));
}

#[test]
fn a_register_date_keeps_its_precision() {
    for text in ["", "1996", "2023-04-01"] {
        assert_eq!(text.parse::<RegisterDate>().unwrap().to_string(), text);
    }
    for text in ["196", "2026-02-29", "16/03/2026", "2026-03-16T00:00", "abcd"] {
        assert_eq!(text.parse::<RegisterDate>(), Err(BadDate), "{text}");
    }
}

#[test]
fn dates_are_compared_so_far_as_both_are_known() {
    let before =
        |one: &str, other: &str| one.parse::<RegisterDate>().unwrap().is_before(other.parse::<RegisterDate>().unwrap());
    assert!(before("1996", "2023-04-01") && before("2023-03-31", "2023-04-01"));
    assert!(!before("1996", "1996-04-01") && !before("1996-04-01", "1996"), "within the year nobody knows");
    assert!(!before("", "1996") && !before("1996", ""));
}

#[test]
fn a_last_day_and_a_successors_first_day_mean_the_same_end() {
    let gone = |end: &str, began: &str| {
        end.parse::<RegisterDate>().unwrap().gone_from(&[began.parse::<RegisterDate>().unwrap()])
    };
    assert_eq!(gone("2020-03-31", "2020-04-01"), Some(day("2020-04-01")), "Aylesbury Vale, by its last day");
    assert_eq!(gone("2023-04-01", "2023-04-01"), Some(day("2023-04-01")), "Allerdale, by the next one's first day");
    assert_eq!(gone("2015-03-31", ""), Some(day("2015-04-01")), "a district of Northern Ireland, successor unknown");
    assert_eq!(gone("1996", "1996-04-01"), Some(day("1996-04-01")));
    assert_eq!(gone("1996", "1974-04-01"), Some(day("1997-01-01")), "an old body took it over");
    assert_eq!(gone("", "1974-04-01"), None);
}

#[test]
fn a_term_holds_from_its_first_day_until_the_day_it_names() {
    let term = term("2024-07-01", "2026-07-01");
    assert!(!term.holds_on(day("2024-06-30")));
    assert!(term.holds_on(day("2024-07-01")));
    assert!(term.holds_on(day("2026-06-30")));
    assert!(!term.holds_on(day("2026-07-01")));
}

#[test]
fn terms_that_touch_do_not_overlap() {
    let first = term("2022-07-01", "2024-07-01");
    assert!(!first.overlaps(&term("2024-07-01", "")));
    assert!(first.overlaps(&term("2024-06-30", "")));
    assert!(first.overlaps(&term("2020-01-01", "")));
    assert!(!first.overlaps(&term("2023-01-01", "2023-01-01")), "one that was ended on its first day");
}

#[test]
fn a_term_can_be_cut_short_but_not_stretched() {
    let two_years = term("2024-07-01", "2026-07-01");
    assert_eq!(two_years.end(day("2025-01-01")).unwrap(), term("2024-07-01", "2025-01-01"));
    assert!(matches!(two_years.end(day("2026-07-01")), Err(Error::EndedAlready { .. })));
    assert!(matches!(two_years.end(day("2024-06-30")), Err(Error::EndBeforeStart { .. })));
    assert!(matches!(Term::new(day("2024-07-01"), Some(day("2024-07-01"))), Err(Error::EndBeforeStart { .. })));
}
