//! What a report must say before it can be submitted. Everything missing is reported at once.

use kit::fault::Violation;
use kit::money::Money;

use crate::content::{Content, Measure, Paper, QUESTIONS};
use crate::kind::Kind;

const OF_INTERIM: [&str; 2] = ["progress", "early_learning"];
const OF_FINAL: [&str; 4] = ["outcomes", "people_involved", "what_did_not_work", "co_operative_difference"];
/// The value of a measure that nobody took; its method then says why.
const NOT_MEASURED: &str = "not measured";

/// Everything that keeps a paper from being handed in, in the order of the content's fields. What the answers say is
/// not judged: that it did not work is a valid report (rule 25).
pub fn check(paper: &Paper, kind: Kind, awarded: Money) -> Vec<Violation> {
    let content = &paper.content;
    let mut found = Vec::new();
    if content.nil_return {
        // Anything else in a nil return was prefilled, and says nothing.
        if content.nil_reason.trim().is_empty() {
            found.push(Violation::new("content.nil_reason", "form.required", "say why there is nothing to report"));
        }
        return found;
    }
    check_answers(content, kind, &mut found);
    if kind == Kind::Final {
        check_measures(&content.measures, &mut found);
    }
    check_principles(content, &mut found);
    check_money(content, kind, awarded, &mut found);
    found
}

fn check_answers(content: &Content, kind: Kind, found: &mut Vec<Violation>) {
    let mut seen: Vec<&str> = Vec::new();
    for answer in &content.answers {
        let field = format!("content.answers[{}]", answer.question);
        if seen.contains(&answer.question.as_str()) {
            found.push(Violation::new(&field, "form.answered_twice", "answer each question once"));
        }
        seen.push(&answer.question);
        if !QUESTIONS.contains(&answer.question.as_str()) {
            let says = format!("a report has no such question; it has {}", QUESTIONS.join(", "));
            found.push(Violation::new(&field, "form.unknown_question", says));
        }
    }
    let required: &[&str] = match kind {
        Kind::Interim => &OF_INTERIM,
        Kind::Final => &OF_FINAL,
    };
    for question in required {
        let said = content.answers.iter().any(|answer| answer.question == *question && !answer.text.trim().is_empty());
        if !said {
            found.push(Violation::new(format!("content.answers[{question}].text"), "form.required", "answer this"));
        }
    }
}

fn check_measures(measures: &[Measure], found: &mut Vec<Violation>) {
    for (place, measure) in measures.iter().enumerate() {
        let value = measure.value.trim();
        if value.is_empty() {
            let says = format!("say where \u{201c}{}\u{201d} got, or \u{201c}{NOT_MEASURED}\u{201d}", measure.name);
            found.push(Violation::new(format!("content.measures[{place}].value"), "form.required", says));
        } else if value.eq_ignore_ascii_case(NOT_MEASURED) && measure.method.trim().is_empty() {
            let says = format!("say why \u{201c}{}\u{201d} was not measured", measure.name);
            found.push(Violation::new(format!("content.measures[{place}].method"), "form.required", says));
        }
    }
}

fn check_principles(content: &Content, found: &mut Vec<Violation>) {
    for (place, record) in content.principles.iter().enumerate() {
        if content.principles[..place].iter().any(|earlier| earlier.is_same(record)) {
            let field = format!("content.principles[{}]", record.principle);
            found.push(Violation::new(field, "form.named_twice", "name each principle of a framework's version once"));
        }
        if record.evidenced && record.evidence.trim().is_empty() {
            let field = format!("content.principles[{}].evidence", record.principle);
            found.push(Violation::new(field, "form.required", "say how the project met this principle"));
        }
    }
}

fn check_money(content: &Content, kind: Kind, awarded: Money, found: &mut Vec<Violation>) {
    if content.spent.is_none() {
        found.push(Violation::new("content.spent", "form.required", "say what was spent; nothing is a sum too"));
    }
    if kind == Kind::Interim && content.forecast.is_none() {
        found.push(Violation::new(
            "content.forecast",
            "form.required",
            "say what is yet to be spent; nothing is a sum too",
        ));
    }
    // The award may have shrunk since it was written.
    if let Some(spent) = content.spent.filter(|spent| exceeds(*spent, awarded)) {
        found.push(Violation::new("content.spent", "award.amount", above(spent, awarded)));
    }
}

/// Whether a sum is more than was awarded. One in another currency cannot be held against the award. What is less is
/// the underspend, which `awards` recovers (rule 26).
pub fn exceeds(spent: Money, awarded: Money) -> bool {
    spent.currency != awarded.currency || spent.minor_units > awarded.minor_units
}

/// What is said to more spent than was awarded.
pub fn above(spent: Money, awarded: Money) -> String {
    format!(
        "{awarded} was awarded and {spent} is more: report what was spent of the award, and tell of other money in the \
         answers"
    )
}

#[cfg(test)]
mod tests;
