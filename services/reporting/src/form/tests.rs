use super::*;
use crate::content::{Answer, PrincipleRecord};

const AWARDED: Money = Money::pence(150_000);

fn answers(questions: &[&str]) -> Vec<Answer> {
    let answer = |question: &&str| Answer { question: question.to_string(), text: "it did not work".to_string() };
    questions.iter().map(answer).collect()
}

/// Each field with its rule.
fn found(content: Content, kind: Kind) -> Vec<String> {
    let paper = Paper { content, evidence: vec![] };
    check(&paper, kind, AWARDED).iter().map(|violation| format!("{}: {}", violation.field, violation.rule)).collect()
}

#[test]
fn an_empty_interim_report_lacks_its_answers_and_its_money_all_at_once() {
    let expected = [
        "content.answers[progress].text: form.required",
        "content.answers[early_learning].text: form.required",
        "content.spent: form.required",
        "content.forecast: form.required",
    ];
    assert_eq!(found(Content::default(), Kind::Interim), expected);
}

#[test]
fn a_final_report_that_says_it_did_not_work_lacks_nothing() {
    let measure = |value: &str, method: &str| Measure {
        name: "households".to_string(),
        value: value.to_string(),
        method: method.to_string(),
        ..Default::default()
    };
    let content = Content {
        answers: answers(&OF_FINAL),
        measures: vec![measure("0", ""), measure("Not measured", "nobody came")],
        spent: Some(Money::pence(0)),
        ..Default::default()
    };
    assert!(found(content.clone(), Kind::Final).is_empty());
    let unmeasured = Content { measures: vec![measure("", ""), measure("not measured", "")], ..content };
    assert_eq!(
        found(unmeasured, Kind::Final),
        ["content.measures[0].value: form.required", "content.measures[1].method: form.required"]
    );
}

#[test]
fn a_nil_return_needs_a_reason_and_nothing_else() {
    let nil = Content { nil_return: true, ..Default::default() };
    assert_eq!(found(nil.clone(), Kind::Final), ["content.nil_reason: form.required"]);
    let reason = Content { nil_reason: "the project begins in May".to_string(), ..nil };
    assert!(found(reason, Kind::Interim).is_empty());
}

#[test]
fn more_spent_than_awarded_an_unknown_question_and_a_bare_claim_of_evidence_are_named() {
    let record = PrincipleRecord { principle: "learning".to_string(), evidenced: true, ..Default::default() };
    let mut questions = OF_INTERIM.to_vec();
    questions.extend(["mood", "progress"]);
    let content = Content {
        answers: answers(&questions),
        principles: vec![record],
        spent: Some(Money::pence(150_001)),
        forecast: Some(Money::pence(0)),
        ..Default::default()
    };
    assert_eq!(
        found(content, Kind::Interim),
        [
            "content.answers[mood]: form.unknown_question",
            "content.answers[progress]: form.answered_twice",
            "content.principles[learning].evidence: form.required",
            "content.spent: award.amount",
        ]
    );
}
