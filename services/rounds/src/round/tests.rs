//! A round's dates and what moves them.

use kit::caller::Actor;
use kit::time::at;

use super::*;
use crate::samples::{a_closed_round, a_draft, a_scheduled_round, all_known, an_open_round, london};

fn later(closes: &str, words: &str) -> LaterDates {
    LaterDates { closes: london(closes, words), announces: None, interim_report_due: None, final_report_due: None }
}

fn rules_of(error: Error) -> Vec<String> {
    match error {
        Error::Refused(Refusal::Invalid(violations)) | Error::NotReady(violations) => {
            violations.into_iter().map(|violation| format!("{} {}", violation.field, violation.rule)).collect()
        }
        other => panic!("not a list of violations: {other}"),
    }
}

#[test]
fn a_complete_draft_can_be_scheduled() {
    let now = at("2019-11-01T10:00:00Z");
    let draft = a_draft();
    let round = draft.schedule(&all_known(&draft), now).unwrap();
    assert_eq!(round.state, State::Scheduled { scheduled_at: now });
}

#[test]
fn the_rules_of_a_scheduled_round_are_frozen() {
    let round = a_scheduled_round();
    let refused = round.update(round.rules.clone(), round.timetable.clone(), at("2019-11-02T10:00:00Z")).unwrap_err();
    assert!(matches!(refused, Error::RulesFrozen { state: "scheduled" }));
}

#[test]
fn a_form_counts_its_changes_and_nothing_else() {
    let now = at("2019-10-02T10:00:00Z");
    let draft = a_draft();
    let same = draft.update(draft.rules.clone(), Timetable::default(), now).unwrap();
    assert_eq!(same.rules.form.as_ref().map(|form| form.version), Some(1));
    let mut rules = same.rules.clone().with_form_version(99);
    rules.form.as_mut().unwrap().title_max_chars = 150;
    let changed = same.update(rules, Timetable::default(), now).unwrap();
    assert_eq!(changed.rules.form.as_ref().map(|form| form.version), Some(2));
}

#[test]
fn a_round_opens_and_closes_at_the_very_instant() {
    let scheduled = a_scheduled_round();
    assert_eq!(scheduled.due(at("2019-11-11T08:59:59.999999Z")), None);
    assert_eq!(scheduled.due(at("2019-11-11T09:00:00Z")), Some(Step::Open));
    let open = an_open_round();
    assert_eq!(open.due(at("2019-12-13T23:58:59.999999Z")), None);
    assert_eq!(open.due(at("2019-12-13T23:59:00Z")), Some(Step::Close));
}

#[test]
fn grace_keeps_a_round_open_beyond_the_announced_close() {
    let mut open = an_open_round();
    open.rules.grace_seconds = 60;
    assert_eq!(open.closes_at(), Some(at("2019-12-14T00:00:00Z")));
    assert_eq!(open.due(at("2019-12-13T23:59:59Z")), None);
    assert_eq!(open.due(at("2019-12-14T00:00:00Z")), Some(Step::Close));
}

#[test]
fn a_round_whose_whole_window_has_passed_opens_first_and_then_closes() {
    let now = at("2020-01-06T09:00:00Z");
    let opened = a_scheduled_round().tick(Step::Open, now).unwrap();
    assert_eq!(opened.due(now), Some(Step::Close));
    let closed = opened.tick(Step::Close, now).unwrap();
    assert_eq!((closed.state.name(), closed.due(now)), ("closed", None));
}

#[test]
fn an_extension_moves_the_close_and_keeps_the_original() {
    let now = at("2019-12-12T10:00:00Z");
    let dates = later("2019-12-20T23:59:00Z", "11:59pm on 20 December 2019");
    let round = an_open_round().extend(dates, "the portal was down", now).unwrap();
    assert_eq!(round.state.name(), "open");
    assert_eq!(round.closes_at(), Some(at("2019-12-20T23:59:00Z")));
    let again = later("2019-12-21T23:59:00Z", "11:59pm on 21 December 2019");
    let round = round.extend(again, "once more", now).unwrap();
    let original = round.originally_closes.as_ref().map(|closes| closes.announced.as_str());
    assert_eq!(original, Some("11:59pm on 13 December 2019"));
}

#[test]
fn a_close_cannot_be_extended_once_it_has_passed() {
    let dates = later("2019-12-20T23:59:00Z", "11:59pm on 20 December 2019");
    let refused = an_open_round().extend(dates, "", at("2019-12-13T23:59:00Z")).unwrap_err();
    assert!(matches!(refused, Error::ClosePassed { .. }));
}

#[test]
fn a_close_never_moves_to_an_earlier_instant() {
    let dates = later("2019-12-10T23:59:00Z", "11:59pm on 10 December 2019");
    let refused = an_open_round().extend(dates, "", at("2019-12-01T10:00:00Z")).unwrap_err();
    assert_eq!(rules_of(refused), ["dates.closes.instant round.not_later"]);
}

#[test]
fn a_close_that_stays_where_it_is_is_no_extension() {
    let dates = later("2019-12-13T23:59:00Z", "11:59pm on 13 December 2019");
    let refused = an_open_round().extend(dates, "", at("2019-12-01T10:00:00Z")).unwrap_err();
    assert_eq!(rules_of(refused), ["dates.closes.instant round.not_later"]);
}

#[test]
fn no_other_date_moves_to_an_earlier_instant_with_a_close() {
    let dates = LaterDates {
        announces: Some(london("2020-01-31T09:00:00Z", "9am on 31 January 2020")),
        final_report_due: Some(london("2020-12-30T23:59:00Z", "30 December 2020")),
        ..later("2019-12-20T23:59:00Z", "11:59pm on 20 December 2019")
    };
    let refused = an_open_round().extend(dates, "", at("2019-12-01T10:00:00Z")).unwrap_err();
    let expected = ["dates.announces.instant round.not_later", "dates.final_report_due.instant round.not_later"];
    assert_eq!(rules_of(refused), expected);
}

#[test]
fn an_extension_beyond_the_announcement_must_move_that_too() {
    let now = at("2019-12-12T10:00:00Z");
    let close = later("2020-02-14T23:59:00Z", "11:59pm on 14 February 2020");
    let refused = an_open_round().extend(close.clone(), "", now).unwrap_err();
    assert_eq!(rules_of(refused), ["dates.announces.instant round.dates_order"]);
    let announces = Some(london("2020-03-02T09:00:00Z", "9am on 2 March 2020"));
    assert!(an_open_round().extend(LaterDates { announces, ..close }, "", now).is_ok());
}

#[test]
fn an_extension_is_held_to_the_words_too() {
    let now = at("2019-12-12T10:00:00Z");
    let refused = an_open_round().extend(later("2019-12-21T00:00:00Z", "midnight"), "", now).unwrap_err();
    assert_eq!(rules_of(refused), ["dates.closes.announced deadline.ambiguous"]);
}

#[test]
fn a_closed_round_can_be_reopened_until_a_close_that_is_still_to_come() {
    let now = at("2019-12-16T10:00:00Z");
    let past = later("2019-12-15T23:59:00Z", "11:59pm on 15 December 2019");
    let refused = a_closed_round().reopen(past, "", now).unwrap_err();
    assert_eq!(rules_of(refused), ["dates.closes.instant round.close_passed"]);
    let dates = later("2019-12-18T23:59:00Z", "11:59pm on 18 December 2019");
    let round = a_closed_round().reopen(dates, "bids were lost in the post", now).unwrap();
    assert_eq!(round.state.name(), "open");
    assert_eq!(round.state.opened_at(), a_closed_round().state.opened_at());
}

#[test]
fn a_round_cancelled_as_a_draft_was_never_scheduled() {
    let now = at("2019-11-01T10:00:00Z");
    assert_eq!(a_draft().cancel("no money", now).unwrap().state.scheduled_at(), None);
    assert!(an_open_round().cancel("no money", now).unwrap().state.scheduled_at().is_some());
}

#[test]
fn the_record_of_an_extension_holds_the_dates_before_and_after() {
    let before = an_open_round();
    let dates = later("2019-12-20T23:59:00Z", "11:59pm on 20 December 2019");
    let after = before.extend(dates, "the portal was down", at("2019-12-12T10:00:00Z")).unwrap();
    let by = Actor { subject: "per_1".to_string(), organisation: None };
    let entry = Entry::of(by, Step::Extend, &before, &after);
    assert_eq!((entry.line.step.as_str(), entry.line.reason.as_str()), ("extend", "the portal was down"));
    assert_eq!((entry.line.from.as_deref(), entry.line.to.as_str()), (Some("open"), "open"));
    assert_eq!(entry.moved, Some((before.timetable, after.timetable)));
}

#[test]
fn a_caller_who_read_an_older_version_is_refused() {
    assert!(matches!(a_draft().expect_version(7).unwrap_err(), Refusal::Stale(_)));
    assert!(a_draft().expect_version(1).is_ok());
}
