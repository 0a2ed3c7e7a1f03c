use kit::refusal::Refusal;
use kit::time::at;
use testing::golden::covers;

use super::*;
use crate::samples::a_rubric;

const NOW: &str = "2020-01-20T10:00:00Z";

fn given(criterion: &str, mark: Option<i32>, reason: &str) -> Mark {
    Mark { criterion: criterion.to_string(), mark, reason: reason.to_string() }
}

fn in_progress(marks: Vec<Mark>) -> Review {
    let assigned = Review::assigned(ReviewId::new(), AssessmentId::new(), BidId::new(), PersonId::new(), at(NOW));
    Review { state: State::InProgress, marks, ..assigned }
}

fn fields(violations: &[Violation]) -> Vec<&str> {
    violations.iter().map(|violation| violation.field.as_str()).collect()
}

pub fn states() -> Vec<State> {
    let at = at(NOW);
    vec![
        State::Assigned,
        State::Accepted,
        State::Declined,
        State::InProgress,
        State::Submitted { at },
        State::Returned { submitted_at: at },
        State::Locked { submitted_at: at },
        State::Lapsed,
        State::Cancelled { submitted_at: None },
    ]
}

#[test]
fn the_golden_table_has_every_state() {
    covers(StateName::VARIANTS, states().into_iter().map(StateName::from));
}

#[test]
fn every_step_of_a_review_is_as_the_golden_table_says() {
    let mut table = "Where each step leads a review from each state; `-` is refused.\n".to_string();
    for from in states() {
        table += &format!("\n{}\n", from.name());
        for &step in Step::VARIANTS {
            let to = from.step(step, at(NOW)).map_or("-", State::name);
            table += &format!("  {:<8} {to}\n", step.name());
        }
    }
    crate::tests::expect_golden("review_states.txt", &table);
}

#[test]
fn the_names_that_queries_use_are_those_of_the_states_that_can_be_handed_in_and_were() {
    for state in states() {
        let owes = state.step(Step::Lapse, at(NOW)).is_ok();
        assert_eq!(State::OPEN.contains(&state.name()), owes, "{state:?}");
        assert_eq!(state.is_handed_in(), matches!(state, State::Submitted { .. } | State::Locked { .. }), "{state:?}");
    }
}

#[test]
fn marks_off_the_scale_unknown_criteria_and_doubled_ones_are_named_at_once() {
    let marks = vec![
        given("difference", Some(6), ""),
        given("sparkle", Some(3), ""),
        given("difference", Some(3), ""),
        given("need", None, ""),
    ];
    let refused = in_progress(Vec::new()).save(marks, String::new(), &a_rubric(), at(NOW)).unwrap_err();
    let Refusal::Invalid(violations) = refused else { panic!("{refused}") };
    assert_eq!(fields(&violations), ["marks[0].mark", "marks[1].criterion", "marks[2].criterion"]);
}

#[test]
fn a_review_is_handed_in_with_every_criterion_judged_or_said_to_be_beyond_judging() {
    let half = in_progress(vec![given("difference", Some(4), "")]);
    let Error::ReviewIncomplete(missing) = half.submit(&a_rubric(), at(NOW)).unwrap_err() else { panic!() };
    assert_eq!(fields(&missing), ["marks[need]"]);
    let whole = in_progress(vec![given("difference", Some(4), ""), given("need", None, "no experience of it")]);
    assert_eq!(whole.submit(&a_rubric(), at(NOW)).unwrap().state, State::Submitted { at: at(NOW) });
}

#[test]
fn the_ends_of_the_scale_and_cannot_judge_need_a_reason() {
    let bare = in_progress(vec![given("difference", Some(0), " "), given("need", None, "")]);
    let Error::ReviewIncomplete(missing) = bare.submit(&a_rubric(), at(NOW)).unwrap_err() else { panic!() };
    assert_eq!(fields(&missing), ["marks[difference].reason", "marks[need].reason"]);
    let told = in_progress(vec![given("difference", Some(5), "the best I have read"), given("need", Some(1), "")]);
    told.submit(&a_rubric(), at(NOW)).unwrap();
}
