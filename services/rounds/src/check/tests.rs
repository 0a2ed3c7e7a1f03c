//! What keeps a draft from being scheduled.

use kit::call::{Anchor, Band, Choice, Condition, GradingBoard, Part, Question, QuestionKind, Scale};
use kit::money::Money;
use kit::time::at;

use super::*;
use crate::round::Timetable;
use crate::rules::{FrameworkUse, Instrument, LeadCounts, LeadLimit};
use crate::samples::{a_criterion, a_draft, a_question, all_known, london, text, the_prototype};

/// What is missing, as `field rule`, once a complete draft is changed.
fn missing_after(change: impl FnOnce(&mut Round)) -> Vec<String> {
    let mut round = a_draft();
    change(&mut round);
    let missing = round.missing(&all_known(&round), at("2019-11-01T10:00:00Z")).unwrap();
    missing.into_iter().map(|violation| format!("{} {}", violation.field, violation.rule)).collect()
}

fn missing_after_rules(change: impl FnOnce(&mut Rules)) -> Vec<String> {
    missing_after(|round| change(&mut round.rules))
}

fn missing_after_instrument(change: impl FnOnce(&mut Instrument)) -> Vec<String> {
    missing_after(|round| change(&mut round.rules.instruments[0]))
}

/// What is missing when these are the questions.
fn missing_with_questions(questions: Vec<Question>) -> Vec<String> {
    missing_after_rules(|rules| rules.form.as_mut().unwrap().questions = questions)
}

fn a_choice(id: &str, codes: &[&str]) -> Question {
    let option = |code: &&str| Choice { code: code.to_string(), label: text(code) };
    Question { options: codes.iter().map(option).collect(), ..a_question(id, QuestionKind::Choice) }
}

fn asked_if(question: &str, equals: &str) -> Question {
    let condition = Condition { question: question.to_string(), equals: equals.to_string() };
    Question { condition: Some(condition), ..a_question("details", QuestionKind::LongText) }
}

#[test]
fn nothing_is_missing_in_the_round_of_2020() {
    assert_eq!(missing_after(|_| {}), [""; 0]);
}

#[test]
fn everything_that_an_empty_draft_lacks_is_said_at_once() {
    let missing = missing_after(|round| {
        round.timetable = Timetable::default();
        round.rules.programme = None;
        round.rules.framework = None;
        round.rules.instruments.clear();
        round.rules.form = None;
        round.rules.criteria.clear();
        round.rules.scale = None;
        round.rules.boards.clear();
        round.rules.bands.clear();
        round.rules.attachments = None;
        round.rules.title = text(" ");
    });
    let expected = [
        "rules.programme round.required",
        "rules.title.en round.required",
        "rules.framework_id round.required",
        "rules.instruments round.required",
        "rules.form round.required",
        "rules.criteria round.required",
        "rules.scale round.required",
        "rules.boards round.required",
        "timetable.opens round.required",
        "timetable.closes round.required",
        "timetable.announces round.required",
    ];
    assert_eq!(missing, expected);
}

#[test]
fn a_version_of_the_framework_that_does_not_exist_is_missing() {
    let mut round = a_draft();
    round.rules.framework = round.rules.framework.map(|used| FrameworkUse { version: 9, ..used });
    let missing = round.missing(&Known { framework: None, ..all_known(&round) }, at("2019-11-01T10:00:00Z")).unwrap();
    assert_eq!(missing[0].rule, "round.unknown_framework");
    assert!(missing[0].says.contains("version 9"));
}

#[test]
fn a_floor_above_the_ceiling_is_refused_and_a_flat_rate_is_not() {
    let missing = missing_after_instrument(|instrument| instrument.floor = Some(Money::pence(150_001)));
    assert_eq!(missing, ["rules.instruments[0].floor round.floor_above_ceiling"]);
}

#[test]
fn a_ceiling_of_nothing_or_of_more_than_the_pot_is_refused() {
    let missing = missing_after_instrument(|instrument| instrument.pot = Some(Money::pence(149_999)));
    assert_eq!(missing, ["rules.instruments[0].ceiling round.ceiling_above_pot"]);
    let missing = missing_after_instrument(|instrument| {
        (instrument.floor, instrument.ceiling) = (Some(Money::pence(0)), Some(Money::pence(0)));
    });
    assert_eq!(missing, ["rules.instruments[0].ceiling round.nothing_to_ask"]);
}

#[test]
fn all_sums_of_a_round_are_in_one_currency() {
    let missing = missing_after_rules(|rules| {
        let euros = |minor_units| Some(Money { minor_units, currency: "EUR".parse().unwrap() });
        rules.instruments.push(Instrument {
            code: "policy_lab".to_string(),
            pot: euros(6_000_000),
            floor: euros(1_000_000),
            ceiling: euros(2_000_000),
            ..the_prototype()
        });
    });
    let expected = [
        "rules.instruments[1].pot round.one_currency",
        "rules.instruments[1].floor round.one_currency",
        "rules.instruments[1].ceiling round.one_currency",
    ];
    assert_eq!(missing, expected);
}

#[test]
fn a_round_can_hold_two_instruments_with_pots_of_their_own() {
    let missing = missing_after_rules(|rules| {
        rules.instruments.push(Instrument {
            code: "policy_lab".to_string(),
            pot: Some(Money::pence(6_000_000)),
            floor: Some(Money::pence(1_000_000)),
            ceiling: Some(Money::pence(2_000_000)),
            months_min: 12,
            months_max: 24,
            lead_limit: LeadLimit { counts: LeadCounts::LiveProjects, at_most: 1 },
            ..the_prototype()
        });
    });
    assert_eq!(missing, [""; 0]);
}

#[test]
fn an_instrument_says_how_long_for_whom_and_how_often() {
    let missing = missing_after_instrument(|instrument| {
        (instrument.months_min, instrument.months_max) = (9, 6);
        instrument.admitted_classes.clear();
        instrument.lead_limit = LeadLimit { counts: LeadCounts::BidsInRound, at_most: 0 };
    });
    let expected = [
        "rules.instruments[0].months_max round.months_order",
        "rules.instruments[0].lead_limit.at_most round.lead_limit",
        "rules.instruments[0].admitted_classes round.required",
    ];
    assert_eq!(missing, expected);
}

#[test]
fn a_limit_that_counts_nothing_has_no_number() {
    let missing = missing_after_instrument(|instrument| instrument.lead_limit.at_most = 1);
    assert_eq!(missing, ["rules.instruments[0].lead_limit.at_most round.lead_limit"]);
}

#[test]
fn codes_are_unique_in_each_list() {
    let missing = missing_after_rules(|rules| {
        rules.instruments.push(the_prototype());
        rules.criteria.push(a_criterion("learning", 5));
        rules.boards.push(rules.boards[0]);
        rules.bands[1].grade = "A".to_string();
        rules.attachments.as_mut().unwrap().media_types.push("application/pdf".to_string());
        rules.form.as_mut().unwrap().questions.push(a_question("problem", QuestionKind::LongText));
    });
    let expected = [
        "rules.instruments[1].code round.code_twice",
        "rules.form.questions[2].id round.code_twice",
        "rules.attachments.media_types[1] round.code_twice",
        "rules.criteria[2].code round.code_twice",
        "rules.bands[1].grade round.code_twice",
        "rules.boards[2].board_id round.code_twice",
    ];
    assert_eq!(missing, expected);
}

#[test]
fn a_choice_has_at_least_two_options_and_nothing_else_has_any() {
    let yes_no = Question { options: a_choice("x", &["a", "b"]).options, ..a_question("sure", QuestionKind::YesNo) };
    let missing = missing_with_questions(vec![a_choice("size", &["small"]), yes_no]);
    let expected =
        ["rules.form.questions[0].options form.no_choice", "rules.form.questions[1].options form.options_of_no_choice"];
    assert_eq!(missing, expected);
    let missing = missing_with_questions(vec![a_choice("size", &["small", "small"])]);
    assert_eq!(missing, ["rules.form.questions[0].options[1].code round.code_twice"]);
}

#[test]
fn only_a_text_has_a_word_limit() {
    let dated = Question { word_limit: 100, ..a_question("start", QuestionKind::Date) };
    let missing = missing_with_questions(vec![dated]);
    assert_eq!(missing, ["rules.form.questions[0].word_limit form.words_of_no_text"]);
}

#[test]
fn a_condition_names_an_earlier_question() {
    let missing =
        missing_with_questions(vec![asked_if("partners", "yes"), a_question("partners", QuestionKind::YesNo)]);
    assert_eq!(missing, ["rules.form.questions[0].condition.question_id form.condition_not_earlier"]);
    let missing =
        missing_with_questions(vec![a_question("partners", QuestionKind::YesNo), asked_if("partners", "yes")]);
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_condition_on_the_question_itself_is_not_on_an_earlier_one() {
    let missing = missing_with_questions(vec![asked_if("details", "yes")]);
    assert_eq!(missing, ["rules.form.questions[0].condition.question_id form.condition_not_earlier"]);
}

#[test]
fn a_condition_waits_for_an_answer_that_can_be_given() {
    let missing =
        missing_with_questions(vec![a_question("partners", QuestionKind::YesNo), asked_if("partners", "maybe")]);
    assert_eq!(missing, ["rules.form.questions[1].condition.equals form.condition_never_holds"]);
    let missing = missing_with_questions(vec![a_choice("size", &["small", "large"]), asked_if("size", "medium")]);
    assert_eq!(missing, ["rules.form.questions[1].condition.equals form.condition_never_holds"]);
    let missing = missing_with_questions(vec![a_question("problem", QuestionKind::LongText), asked_if("problem", "x")]);
    assert_eq!(missing, ["rules.form.questions[1].condition.question_id form.condition_on_free_answer"]);
}

#[test]
fn a_criterion_may_weigh_nothing_but_not_all_of_them() {
    let missing = missing_after_rules(|rules| rules.criteria[0].weight = 0);
    assert_eq!(missing, [""; 0]);
    let missing = missing_after_rules(|rules| rules.criteria.iter_mut().for_each(|criterion| criterion.weight = 0));
    assert_eq!(missing, ["rules.criteria round.no_weight"]);
}

#[test]
fn marks_lie_on_the_scale() {
    let missing = missing_after_rules(|rules| {
        rules.criteria[0].minimum = Some(6);
        let scale = rules.scale.as_mut().unwrap();
        scale.anchors = [0, 0, 7].map(|mark| Anchor { mark, text: text("Some.") }).to_vec();
    });
    let expected = [
        "rules.scale.anchors[1].mark round.code_twice",
        "rules.scale.anchors[2].mark round.mark_off_scale",
        "rules.criteria[0].minimum_mark round.mark_off_scale",
    ];
    assert_eq!(missing, expected);
}

#[test]
fn a_scale_of_one_mark_is_refused() {
    let missing = missing_after_rules(|rules| {
        rules.criteria[0].minimum = None;
        rules.scale = Some(Scale { min: 5, max: 5, anchors: Vec::new() });
    });
    assert_eq!(missing, ["rules.scale.max round.scale_order"]);
}

#[test]
fn a_criterion_judges_a_principle_of_the_very_version() {
    let missing = missing_after_rules(|rules| rules.criteria[1].principle = "solidarity".to_string());
    assert_eq!(missing, ["rules.criteria[1].principle round.unknown_principle"]);
}

#[test]
fn grades_go_down_to_nothing() {
    let band = |grade: &str, at_least| Band { grade: grade.to_string(), at_least };
    let missing = missing_after_rules(|rules| rules.bands = vec![band("A", 50), band("B", 80), band("C", 20)]);
    assert_eq!(missing, ["rules.bands[1].at_least round.band_order", "rules.bands[2].at_least round.band_gap"]);
    assert_eq!(missing_after_rules(|rules| rules.bands.clear()), [""; 0]);
}

#[test]
fn boards_sit_jointly_or_one_recommends_and_one_determines() {
    let with_parts = |parts: &[Part]| {
        let parts = parts.to_vec();
        missing_after_rules(move |rules| {
            rules.boards =
                parts.into_iter().map(|part| GradingBoard { board: kit::ids::BoardId::new(), part }).collect();
        })
    };
    assert_eq!(with_parts(&[Part::Joint]), [""; 0]);
    assert_eq!(with_parts(&[Part::Recommends, Part::Determines]), [""; 0]);
    for parts in [
        &[Part::Recommends][..],
        &[Part::Determines],
        &[Part::Joint, Part::Determines],
        &[Part::Recommends, Part::Recommends, Part::Determines],
    ] {
        assert_eq!(with_parts(parts), ["rules.boards round.board_parts"], "{parts:?}");
    }
}

#[test]
fn a_board_that_the_registry_does_not_hold_cannot_grade() {
    let round = a_draft();
    let known = Known { boards: [round.rules.boards[0].board].into(), ..all_known(&round) };
    let missing = round.missing(&known, at("2019-11-01T10:00:00Z")).unwrap();
    assert_eq!((missing.len(), missing[0].field.as_str()), (1, "rules.boards[1].board_id"));
    assert_eq!(missing[0].rule, "round.unknown_board");
}

#[test]
fn files_are_admitted_by_type_and_size() {
    let missing = missing_after_rules(|rules| {
        let attachments = rules.attachments.as_mut().unwrap();
        attachments.media_types.clear();
        attachments.max_bytes_each = 0;
    });
    let expected = ["rules.attachments.media_types round.required", "rules.attachments.max_bytes_each round.required"];
    assert_eq!(missing, expected);
}

#[test]
fn dates_stand_in_their_order() {
    let missing = missing_after(|round| {
        round.timetable.opens = Some(london("2019-12-14T09:00:00Z", "9am on 14 December 2019"));
        round.timetable.final_report_due = Some(london("2020-06-30T23:59:00+01:00", "30 June 2020"));
    });
    let expected =
        ["timetable.closes.instant round.dates_order", "timetable.final_report_due.instant round.dates_order"];
    assert_eq!(missing, expected);
}

#[test]
fn two_dates_at_one_instant_are_not_in_order() {
    let missing = missing_after(|round| round.timetable.announces = round.timetable.closes.clone());
    assert_eq!(missing, ["timetable.announces.instant round.dates_order"]);
}

#[test]
fn a_round_may_ask_for_no_interim_reports() {
    assert_eq!(missing_after(|round| round.timetable.interim_report_due = None), [""; 0]);
}

#[test]
fn a_close_in_the_past_cannot_be_scheduled() {
    let round = a_draft();
    let missing = round.missing(&all_known(&round), at("2019-12-13T23:59:00Z")).unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].rule, "round.close_passed");
}

#[test]
fn the_words_and_the_zone_of_every_date_are_held_to_the_instant() {
    let missing = missing_after(|round| {
        round.timetable.opens.as_mut().unwrap().zone = "Europe/Stevenage".to_string();
        round.timetable.closes.as_mut().unwrap().announced = "midnight 13 December 2019".to_string();
        round.timetable.announces.as_mut().unwrap().announced = "9am on 4 February 2020".to_string();
        round.timetable.interim_report_due.as_mut().unwrap().announced = " ".to_string();
    });
    let expected = [
        "timetable.opens.zone deadline.zone",
        "timetable.closes.announced deadline.ambiguous",
        "timetable.announces.announced deadline.other_time",
        "timetable.interim_report_due.announced deadline.announced",
    ];
    assert_eq!(missing, expected);
}
