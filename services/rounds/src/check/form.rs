//! The form: questions, what can be chosen, and when a question is asked.

use kit::call::{Condition, Question, QuestionKind};

use super::Findings;
use crate::rules::Form;

pub fn questions(found: &mut Findings, form: &Form) {
    if form.title_max_chars < 1 {
        found.say("rules.form.title_max_chars", "round.required", "allow a title of at least one character");
    }
    if form.summary_max_words < 1 {
        found.say("rules.form.summary_max_words", "round.required", "allow a summary of at least one word");
    }
    let ids = form.questions.iter().map(|question| question.id.as_str());
    found.twice(ids, |place| format!("rules.form.questions[{place}].id"));
    for (place, question) in form.questions.iter().enumerate() {
        let field = format!("rules.form.questions[{place}]");
        options(found, &field, question);
        if let Some(condition) = &question.condition {
            let earlier = form.questions[..place].iter().find(|earlier| earlier.id == condition.question);
            asked_after(found, &field, condition, earlier);
        }
    }
}

fn options(found: &mut Findings, field: &str, question: &Question) {
    let (is_text, is_choice) = match question.kind {
        QuestionKind::ShortText | QuestionKind::LongText => (true, false),
        QuestionKind::Choice | QuestionKind::Choices => (false, true),
        QuestionKind::Number | QuestionKind::Money | QuestionKind::Date | QuestionKind::YesNo => (false, false),
    };
    if question.word_limit != 0 && !is_text {
        found.say(format!("{field}.word_limit"), "form.words_of_no_text", "only a text has words to limit; give 0");
    }
    if is_choice && question.options.len() < 2 {
        found.say(format!("{field}.options"), "form.no_choice", "give at least two options to choose from");
    }
    if !is_choice && !question.options.is_empty() {
        found.say(format!("{field}.options"), "form.options_of_no_choice", "only a choice has options; leave them out");
    }
    let codes = question.options.iter().map(|option| option.code.as_str());
    found.twice(codes, |place| format!("{field}.options[{place}].code"));
}

/// Whether the answer that a condition waits for can be given to an earlier question.
fn asked_after(found: &mut Findings, field: &str, condition: &Condition, earlier: Option<&Question>) {
    let Some(earlier) = earlier else {
        let says = format!("no question before this one is `{}`; move it up or name another", condition.question);
        found.say(format!("{field}.condition.question_id"), "form.condition_not_earlier", says);
        return;
    };
    let can_be = match earlier.kind {
        QuestionKind::Choice | QuestionKind::Choices => {
            earlier.options.iter().any(|option| option.code == condition.equals)
        }
        QuestionKind::YesNo => matches!(condition.equals.as_str(), "yes" | "no"),
        QuestionKind::ShortText
        | QuestionKind::LongText
        | QuestionKind::Number
        | QuestionKind::Money
        | QuestionKind::Date => {
            let says = "name a question with fixed answers: a choice, or yes or no";
            found.say(format!("{field}.condition.question_id"), "form.condition_on_free_answer", says);
            return;
        }
    };
    if !can_be {
        let says = format!("`{}` is no answer to `{}`; give the code of one", condition.equals, earlier.id);
        found.say(format!("{field}.condition.equals"), "form.condition_never_holds", says);
    }
}
