use kit::time::at;

use super::*;

fn due(instant: &str) -> Deadline {
    Deadline { instant: at(instant), zone: "Europe/London".to_string(), announced: "by then".to_string() }
}

fn instants(instant: &str, calendar: Calendar) -> Vec<String> {
    all(&due(instant), calendar).iter().map(|reminder| reminder.at.to_string()).collect()
}

#[test]
fn reminders_keep_to_working_days_and_to_the_clock_on_the_wall() {
    // A Friday, 11 December 2020.
    let found = instants("2020-12-12T00:00:00Z", Calendar::EnglandAndWales);
    let expected = [
        "2020-11-27T09:00:00Z",
        "2020-12-08T09:00:00Z",
        "2020-12-11T09:00:00Z",
        "2020-12-18T09:00:00Z",
        // The 10th is a Sunday.
        "2021-01-11T09:00:00Z",
    ];
    assert_eq!(found, expected);
    // A Monday in summer: 9 o'clock is 8 in UTC, and three days before is a Friday.
    let found = instants("2021-05-31T23:00:00Z", Calendar::EnglandAndWales);
    let expected = [
        "2021-05-17T08:00:00Z",
        "2021-05-28T08:00:00Z",
        // The spring bank holiday.
        "2021-06-01T08:00:00Z",
        "2021-06-07T08:00:00Z",
        "2021-06-30T08:00:00Z",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_nation_decides_what_a_working_day_is() {
    let at = |calendar| instants("2020-11-30T17:00:00Z", calendar)[2].clone();
    assert_eq!(at(Calendar::EnglandAndWales), "2020-11-30T09:00:00Z");
    assert_eq!(at(Calendar::Scotland), "2020-12-01T09:00:00Z");
}

#[test]
fn what_lay_before_the_scheduling_is_left_out_and_what_follows_comes_in_order() {
    let due = due("2020-12-12T00:00:00Z");
    let first = first(&due, Calendar::EnglandAndWales, at("2020-12-09T00:00:00Z")).unwrap();
    assert_eq!((first.offset, first.at), (0, at("2020-12-11T09:00:00Z")));
    let offset = |sent| after(&due, Calendar::EnglandAndWales, sent).map(|reminder| reminder.offset);
    assert_eq!([offset(-14), offset(0), offset(7), offset(30)], [Some(-3), Some(7), Some(30), None]);
}
