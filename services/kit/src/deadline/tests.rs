//! Deadlines in words, and the nights on which the clocks change.

use crate::time::at;

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
fn midnight_in_figures_is_as_ambiguous() {
    for words in ["12am on 17 March 2026", "12:00am, 17 March 2026", "00:00 on 17 March 2026"] {
        let close = london("2026-03-17T00:00:00Z", words).check(Edge::Closing).unwrap_err();
        assert_eq!(close, BadDeadline::Midnight { say: "11:59pm on 16 March 2026".to_string() }, "{words}");
        let opening = london("2026-03-17T00:00:00Z", words).check(Edge::Opening).unwrap_err();
        assert_eq!(opening, BadDeadline::Midnight { say: "the start of 17 March 2026".to_string() }, "{words}");
    }
    let noon = london("2026-03-17T12:00:00Z", "12pm on 17 March 2026");
    assert_eq!(noon.check(Edge::Closing), Ok(()));
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
    for words in
        ["11:59pm on 15 March 2026", "11:59am on 16 March 2026", "10:59pm on 16 March 2026", "11:59pm on 16 March 2025"]
    {
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
fn the_words_that_are_proposed_are_always_accepted() {
    // Two years in steps that visit every minute of the hour, and every minute of a clock-change night.
    let steps = (0..28_000).map(|step| at("2025-12-01T00:00:00Z").plus_seconds(step * 37 * 60));
    let minutes = (0..360).map(|minute| at("2026-10-24T22:00:00Z").plus_seconds(minute * 60));
    let broken = (0..2000).map(|step| at("2026-10-24T22:00:00Z").plus_micros(step * 11_000_003));
    let instants: Vec<Timestamp> = steps.chain(minutes).chain(broken).collect();
    for zone in ["Europe/London", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata"] {
        for edge in [Edge::Opening, Edge::Closing, Edge::Due] {
            for instant in &instants {
                let asked = Deadline { instant: *instant, zone: zone.to_string(), announced: String::new() };
                let deadline = Deadline { announced: asked.in_words(edge), ..asked };
                assert_eq!(deadline.check(edge), Ok(()), "{instant} in {zone}: {}", deadline.announced);
            }
        }
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
