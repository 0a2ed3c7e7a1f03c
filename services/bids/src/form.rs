//! What a round's form requires before a bid can be submitted. Everything missing is reported at once.

use kit::call::{Question, QuestionKind};
use kit::fault::Violation;
use kit::time::Date;

use crate::call::Call;
use crate::content::{Content, Paper};
use crate::participation::Part;

/// Everything that keeps a paper from being submitted in a round, in the order of the content's fields.
pub fn check(paper: &Paper, call: &Call) -> Vec<Violation> {
    let mut found = Vec::new();
    check_head(&paper.content, call, &mut found);
    check_offer(&paper.content, call, &mut found);
    check_answers(&paper.content, call, &mut found);
    check_attachments(paper, call, &mut found);
    found
}

/// That lead or payee, which are not the applicant, have yet to confirm.
pub fn unconfirmed(part: Part) -> Violation {
    let part = part.name();
    let says = format!("the {part} has not confirmed the bid as it stands; ask its certifier to");
    Violation::new(format!("content.{part}_organisation_id"), "participation.confirmed", says)
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// 0 is no limit.
fn exceeds(n: usize, limit: i32) -> bool {
    limit > 0 && usize::try_from(limit).is_ok_and(|limit| n > limit)
}

fn check_head(content: &Content, call: &Call, found: &mut Vec<Violation>) {
    let n_chars = content.title.chars().count();
    let title_max = call.form.title_max_chars;
    if content.title.trim().is_empty() {
        found.push(Violation::new("content.title", "form.required", "give the bid a title"));
    } else if exceeds(n_chars, title_max) {
        let says = format!("at most {title_max} characters; this has {n_chars}");
        found.push(Violation::new("content.title", "form.title_max_chars", says));
    }
    let n_words = words(&content.summary);
    let summary_max = call.form.summary_max_words;
    if n_words == 0 {
        found.push(Violation::new("content.summary", "form.required", "sum the bid up in a few sentences"));
    } else if exceeds(n_words, summary_max) {
        let says = format!("at most {summary_max} words; this has {n_words}");
        found.push(Violation::new("content.summary", "form.word_limit", says));
    }
    if content.language.is_none() {
        found.push(Violation::new(
            "content.language",
            "form.required",
            "say whether the bid is in English or in Welsh",
        ));
    }
}

fn check_offer(content: &Content, call: &Call, found: &mut Vec<Violation>) {
    let Some(instrument) = call.instrument(&content.instrument) else {
        let offered: Vec<&str> = call.instruments.iter().map(|instrument| instrument.code.as_str()).collect();
        let says = format!("choose what the round offers: {}", offered.join(", "));
        found.push(Violation::new("content.instrument", "round.instrument", says));
        return;
    };
    let (floor, ceiling) = (instrument.floor, instrument.ceiling);
    match content.requested {
        None => found.push(Violation::new("content.requested", "form.required", "say what sum is asked for")),
        Some(sum) if sum.currency != floor.currency => {
            let says = format!("ask in {}", floor.currency.as_str());
            found.push(Violation::new("content.requested", "round.currency", says));
        }
        Some(sum) if !instrument.admits_sum(sum) => {
            let says = if floor == ceiling {
                format!("every bid asks for {floor}; this asks for {sum}")
            } else {
                format!("ask for {floor} to {ceiling}; this asks for {sum}")
            };
            found.push(Violation::new("content.requested", "round.amount", says));
        }
        Some(_) => {}
    }
    let (least, most) = (instrument.months_min, instrument.months_max);
    if !instrument.admits_months(content.months) {
        let says = format!("plan for {least} to {most} months; this says {}", content.months);
        found.push(Violation::new("content.months", "round.months", says));
    }
}

fn check_answers(content: &Content, call: &Call, found: &mut Vec<Violation>) {
    let mut seen: Vec<&str> = Vec::new();
    for answer in &content.answers {
        let field = format!("content.answers[{}]", answer.question);
        if seen.contains(&answer.question.as_str()) {
            found.push(Violation::new(&field, "form.answered_twice", "answer each question once"));
        }
        seen.push(&answer.question);
        if !call.form.questions.iter().any(|question| question.id == answer.question) {
            found.push(Violation::new(&field, "form.unknown_question", "the form has no such question; leave it out"));
        }
    }
    for (place, question) in call.form.questions.iter().enumerate() {
        let text = answer_to(content, &question.id);
        let field = format!("content.answers[{}].text", question.id);
        if !is_asked(question, &call.form.questions[..place], content) {
            continue;
        }
        if text.trim().is_empty() {
            if question.required {
                found.push(Violation::new(
                    &field,
                    "form.required",
                    format!("answer \u{201c}{}\u{201d}", question.label.en),
                ));
            }
            continue;
        }
        let n_words = words(text);
        if exceeds(n_words, question.word_limit) {
            let says = format!("at most {} words; this has {n_words}", question.word_limit);
            found.push(Violation::new(&field, "form.word_limit", says));
        }
        if let Some(says) = misfit(question, text) {
            found.push(Violation::new(&field, "form.type", says));
        }
    }
}

fn answer_to<'a>(content: &'a Content, question: &str) -> &'a str {
    content.answers.iter().find(|answer| answer.question == question).map_or("", |answer| &answer.text)
}

/// Whether a question is asked, given the answers to those before it: its condition holds, and the question on which
/// that rests is asked itself.
fn is_asked(question: &Question, before: &[Question], content: &Content) -> bool {
    let Some(condition) = &question.condition else { return true };
    let Some(place) = before.iter().position(|other| other.id == condition.question) else { return false };
    is_asked(&before[place], &before[..place], content)
        && answer_to(content, &condition.question).split(',').any(|code| code.trim() == condition.equals)
}

/// Why an answer does not have the shape that its question asks for.
fn misfit(question: &Question, text: &str) -> Option<String> {
    let text = text.trim();
    let codes = || question.options.iter().map(|option| option.code.as_str());
    let known = |code: &str| codes().any(|option| option == code.trim());
    let choose = || Some(format!("choose from {}", codes().collect::<Vec<_>>().join(", ")));
    match question.kind {
        QuestionKind::ShortText | QuestionKind::LongText => None,
        QuestionKind::Choice if known(text) => None,
        QuestionKind::Choice => choose(),
        QuestionKind::Choices if text.split(',').all(known) => None,
        QuestionKind::Choices => choose(),
        QuestionKind::Number if is_decimal(text, usize::MAX) => None,
        QuestionKind::Number => Some("give a decimal number, such as 12.5".to_string()),
        QuestionKind::Money if is_decimal(text, 2) => None,
        QuestionKind::Money => Some("give a sum, such as 1500.00".to_string()),
        QuestionKind::Date if text.parse::<Date>().is_ok() => None,
        QuestionKind::Date => Some("give a date, such as 2026-03-16".to_string()),
        QuestionKind::YesNo if text == "yes" || text == "no" => None,
        QuestionKind::YesNo => Some("answer yes or no".to_string()),
    }
}

fn is_decimal(text: &str, most_places: usize) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        None => digits(text),
        Some((whole, places)) => digits(whole) && digits(places) && places.len() <= most_places,
    }
}

/// What the round says of the files of a paper.
pub fn check_attachments(paper: &Paper, call: &Call, found: &mut Vec<Violation>) {
    let rules = &call.attachments;
    let n_files = paper.attachments.len();
    if usize::try_from(rules.max_count).is_ok_and(|most| n_files > most) {
        let says = format!("at most {} files; this has {n_files}", rules.max_count);
        found.push(Violation::new("attachments", "round.attachments", says));
    }
    for file in &paper.attachments {
        let field = format!("attachments[{}]", file.file_name);
        if !rules.media_types.contains(&file.media_type) {
            let says = format!("this is {}; the round takes {}", file.media_type, rules.media_types.join(", "));
            found.push(Violation::new(&field, "round.media_type", says));
        }
        if file.size_bytes > rules.max_bytes_each {
            let says = format!("at most {} bytes; this has {}", rules.max_bytes_each, file.size_bytes);
            found.push(Violation::new(&field, "round.file_size", says));
        }
    }
}

#[cfg(test)]
mod tests {
    use kit::call::{Condition, Text};

    use super::*;
    use crate::content::Answer;

    #[test]
    fn a_question_that_rests_on_one_that_is_not_asked_is_not_asked() {
        let after = |id: &str, on: Option<&str>| Question {
            id: id.to_string(),
            label: Text::default(),
            help: None,
            kind: QuestionKind::YesNo,
            required: true,
            word_limit: 0,
            options: Vec::new(),
            condition: on.map(|on| Condition { question: on.to_string(), equals: "yes".to_string() }),
        };
        let form = [after("partner", None), after("abroad", Some("partner")), after("visa", Some("abroad"))];
        let asked = |answers: [&str; 2]| {
            let answer = |question: &str, text: &str| Answer { question: question.to_string(), text: text.to_string() };
            let answers = vec![answer("partner", answers[0]), answer("abroad", answers[1])];
            let content = Content { answers, ..Content::default() };
            let asked =
                form.iter().enumerate().filter(|(place, question)| is_asked(question, &form[..*place], &content));
            asked.map(|(_, question)| question.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(asked(["yes", "yes"]), ["partner", "abroad", "visa"]);
        assert_eq!(asked(["yes", "no"]), ["partner", "abroad"]);
        // An answer that was given before the first was changed.
        assert_eq!(asked(["no", "yes"]), ["partner"]);
    }
}
