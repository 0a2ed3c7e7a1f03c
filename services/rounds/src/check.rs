//! What keeps a draft from being scheduled: everything at once, each with what to do.
//!
//! Field limits are the contract's; here stands what makes a set of rules one that a round can be run by.

use std::collections::HashSet;

use kit::fault::Violation;
use kit::ids::BoardId;
use kit::money::{Currency, Money};
use kit::time::Timestamp;

use crate::deadline::{Deadline, Edge};
use crate::framework::FrameworkVersion;
use crate::round::{LaterDates, Round, Timetable};
use crate::rules::{
    BoardPart, Condition, Criterion, Form, Instrument, LeadCounts, Question, QuestionKind, Rules, Scale,
};

/// What exists of the things that a round's rules name.
#[derive(Clone, Debug)]
pub struct Known {
    /// The version of the framework.
    pub framework: Option<FrameworkVersion>,
    pub boards: Vec<BoardId>,
}

/// What was found wrong so far.
#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn say(&mut self, field: impl Into<String>, rule: &str, says: impl Into<String>) {
        self.0.push(Violation::new(field, rule, says));
    }

    /// Says where a code stands a second time.
    fn twice<'a>(&mut self, codes: impl IntoIterator<Item = &'a str>, field: impl Fn(usize) -> String) {
        let mut seen = HashSet::new();
        for (place, code) in codes.into_iter().enumerate() {
            if !seen.insert(code) {
                self.say(field(place), "round.code_twice", format!("`{code}` stands here a second time; give each its own"));
            }
        }
    }

    fn deadline(&mut self, field: &str, deadline: Option<&Deadline>, edge: Edge) {
        if let Some(Err(bad)) = deadline.map(|deadline| deadline.check(edge)) {
            self.say(format!("{field}.{}", bad.field()), bad.rule(), bad.to_string());
        }
    }
}

impl Round {
    /// Everything that keeps the round from being scheduled at this instant.
    pub fn missing(&self, known: &Known, now: Timestamp) -> Vec<Violation> {
        let mut found = Findings::default();
        let framework = known.framework.as_ref();
        purpose(&mut found, &self.rules, framework);
        instruments(&mut found, &self.rules.instruments);
        match &self.rules.form {
            Some(form) => questions(&mut found, form),
            None => found.say("rules.form", "round.required", "set the form that bidders fill in"),
        }
        attachments(&mut found, &self.rules);
        criteria(&mut found, &self.rules, framework);
        bands(&mut found, &self.rules);
        boards(&mut found, &self.rules, &known.boards);
        found.0.extend(self.timetable.missing(now));
        found.0
    }
}

fn purpose(found: &mut Findings, rules: &Rules, framework: Option<&FrameworkVersion>) {
    if rules.programme.is_none() {
        found.say("rules.programme", "round.required", "name the programme that the round belongs to");
    }
    if rules.title.en.trim().is_empty() {
        found.say("rules.title.en", "round.required", "give the title under which the round is published");
    }
    match (rules.framework, framework) {
        (None, _) => {
            found.say("rules.framework_id", "round.required", "name the framework whose principles bids choose from");
        }
        (Some(used), None) => {
            let says = format!("there is no version {} of that framework; give one that exists", used.version);
            found.say("rules.framework_version", "round.unknown_framework", says);
        }
        (Some(_), Some(_)) => {}
    }
}

fn instruments(found: &mut Findings, instruments: &[Instrument]) {
    if instruments.is_empty() {
        found.say("rules.instruments", "round.required", "offer at least one kind of support");
    }
    let codes = instruments.iter().map(|instrument| instrument.code.as_str());
    found.twice(codes, |place| format!("rules.instruments[{place}].code"));
    let mut currency = None;
    for (place, instrument) in instruments.iter().enumerate() {
        let field = format!("rules.instruments[{place}]");
        sums(found, &field, instrument, &mut currency);
        period(found, &field, instrument);
        lead_limit(found, &field, instrument);
        if instrument.admitted_classes.is_empty() {
            let says = "name at least one class of members that may bid";
            found.say(format!("{field}.admitted_classes"), "round.required", says);
        }
    }
}

/// The first currency found is the round's: a list of its bids has one total.
fn sums(found: &mut Findings, field: &str, instrument: &Instrument, currency: &mut Option<Currency>) {
    let sums = [("pot", instrument.pot), ("floor", instrument.floor), ("ceiling", instrument.ceiling)];
    for (name, sum) in sums {
        let Some(Money { currency: own, .. }) = sum else {
            found.say(format!("{field}.{name}"), "round.required", "give a sum; the floor may be nothing");
            continue;
        };
        let first = *currency.get_or_insert(own);
        if own != first {
            let says = format!("this sum is in {}, the round began in {}; use one", own.as_str(), first.as_str());
            found.say(format!("{field}.{name}"), "round.one_currency", says);
        }
    }
    let (Some(pot), Some(floor), Some(ceiling)) = (instrument.pot, instrument.floor, instrument.ceiling) else {
        return;
    };
    if ceiling.minor_units <= 0 {
        found.say(format!("{field}.ceiling"), "round.nothing_to_ask", "let a bid ask for more than nothing");
    }
    if floor.minor_units > ceiling.minor_units {
        let says = format!("the floor of {floor} is above the ceiling of {ceiling}; lower it");
        found.say(format!("{field}.floor"), "round.floor_above_ceiling", says);
    }
    if ceiling.minor_units > pot.minor_units {
        let says = format!("the ceiling of {ceiling} is more than the whole pot of {pot}; lower it");
        found.say(format!("{field}.ceiling"), "round.ceiling_above_pot", says);
    }
}

fn period(found: &mut Findings, field: &str, instrument: &Instrument) {
    if instrument.months_min < 1 {
        found.say(format!("{field}.months_min"), "round.required", "give the shortest project, in months, from 1");
    }
    if instrument.months_max < instrument.months_min.max(1) {
        let says = "give the longest project, in months, not shorter than the shortest";
        found.say(format!("{field}.months_max"), "round.months_order", says);
    }
}

fn lead_limit(found: &mut Findings, field: &str, instrument: &Instrument) {
    let limit = instrument.lead_limit;
    let says = match limit.counts {
        LeadCounts::Nothing if limit.at_most != 0 => "nothing is counted, so give 0; or say what to count",
        LeadCounts::BidsInRound | LeadCounts::LiveProjects if limit.at_most < 1 => "let an organisation lead at least one",
        LeadCounts::Nothing | LeadCounts::BidsInRound | LeadCounts::LiveProjects => return,
    };
    found.say(format!("{field}.lead_limit.at_most"), "round.lead_limit", says);
}

fn questions(found: &mut Findings, form: &Form) {
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
            let earlier = form.questions[..place].iter().find(|earlier| earlier.id == condition.question_id);
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
        let says = format!("no question before this one is `{}`; move it up or name another", condition.question_id);
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

fn attachments(found: &mut Findings, rules: &Rules) {
    let Some(rules) = rules.attachments.as_ref().filter(|rules| rules.max_count > 0) else { return };
    if rules.media_types.is_empty() {
        let says = "name the types of file that are admitted, such as application/pdf";
        found.say("rules.attachments.media_types", "round.required", says);
    }
    if rules.max_bytes_each < 1 {
        found.say("rules.attachments.max_bytes_each", "round.required", "give the largest file, in bytes");
    }
    let types = rules.media_types.iter().map(String::as_str);
    found.twice(types, |place| format!("rules.attachments.media_types[{place}]"));
}

fn criteria(found: &mut Findings, rules: &Rules, framework: Option<&FrameworkVersion>) {
    if rules.criteria.is_empty() {
        found.say("rules.criteria", "round.required", "give at least one criterion to judge by");
    } else if rules.criteria.iter().map(|criterion| i64::from(criterion.weight)).sum::<i64>() == 0 {
        found.say("rules.criteria", "round.no_weight", "give at least one criterion a weight above 0");
    }
    let codes = rules.criteria.iter().map(|criterion| criterion.code.as_str());
    found.twice(codes, |place| format!("rules.criteria[{place}].code"));
    match &rules.scale {
        Some(scale) => marks(found, scale),
        None => found.say("rules.scale", "round.required", "set the marks that reviewers may give"),
    }
    for (place, criterion) in rules.criteria.iter().enumerate() {
        judged(found, &format!("rules.criteria[{place}]"), criterion, rules.scale.as_ref(), framework);
    }
}

fn judged(
    found: &mut Findings,
    field: &str,
    criterion: &Criterion,
    scale: Option<&Scale>,
    framework: Option<&FrameworkVersion>,
) {
    if let (Some(mark), Some(scale)) = (criterion.minimum_mark, scale)
        && !(scale.min..=scale.max).contains(&mark)
    {
        let says = format!("{mark} is not on the scale from {} to {}", scale.min, scale.max);
        found.say(format!("{field}.minimum_mark"), "round.mark_off_scale", says);
    }
    if let Some(framework) = framework
        && !criterion.principle.is_empty()
        && !framework.has_statement(&criterion.principle)
    {
        let says = format!("version {} of the framework has no statement `{}`", framework.number, criterion.principle);
        found.say(format!("{field}.principle"), "round.unknown_principle", says);
    }
}

fn marks(found: &mut Findings, scale: &Scale) {
    if scale.min >= scale.max {
        found.say("rules.scale.max", "round.scale_order", "let the highest mark be above the lowest");
    }
    let mut seen = HashSet::new();
    for (place, anchor) in scale.anchors.iter().enumerate() {
        let field = format!("rules.scale.anchors[{place}].mark");
        if !(scale.min..=scale.max).contains(&anchor.mark) {
            let says = format!("{} is not on the scale from {} to {}", anchor.mark, scale.min, scale.max);
            found.say(field, "round.mark_off_scale", says);
        } else if !seen.insert(anchor.mark) {
            found.say(field, "round.code_twice", format!("{} has a text already; give each mark one", anchor.mark));
        }
    }
}

fn bands(found: &mut Findings, rules: &Rules) {
    let grades = rules.bands.iter().map(|band| band.grade.as_str());
    found.twice(grades, |place| format!("rules.bands[{place}].grade"));
    for (place, pair) in rules.bands.windows(2).enumerate() {
        if pair[1].at_least >= pair[0].at_least {
            let says = "put the best grade first, each of the others from a lower total";
            found.say(format!("rules.bands[{}].at_least", place + 1), "round.band_order", says);
        }
    }
    if let Some(last) = rules.bands.last().filter(|last| last.at_least != 0) {
        let says = format!("totals below {} have no grade; let the last grade begin at 0", last.at_least);
        found.say(format!("rules.bands[{}].at_least", rules.bands.len() - 1), "round.band_gap", says);
    }
}

fn boards(found: &mut Findings, rules: &Rules, known: &[BoardId]) {
    let mut seen = HashSet::new();
    for (place, board) in rules.boards.iter().enumerate() {
        let field = format!("rules.boards[{place}].board_id");
        if !known.contains(&board.board) {
            found.say(field, "round.unknown_board", "the registry holds no such board; enter it there first");
        } else if !seen.insert(board.board) {
            found.say(field, "round.code_twice", "this board stands here a second time; give each one part");
        }
    }
    let count = |part| rules.boards.iter().filter(|board| board.part == part).count();
    match (count(BoardPart::Joint), count(BoardPart::Recommends), count(BoardPart::Determines)) {
        (0, 0, 0) => found.say("rules.boards", "round.required", "name the board or boards that grade"),
        (1.., 0, 0) | (0, 1, 1) => {}
        _ => {
            let says = "let all boards sit jointly, or let one recommend and one determine";
            found.say("rules.boards", "round.board_parts", says);
        }
    }
}

impl Timetable {
    fn missing(&self, now: Timestamp) -> Vec<Violation> {
        let mut found = Findings::default();
        for (name, date) in [("opens", &self.opens), ("closes", &self.closes), ("announces", &self.announces)] {
            if date.is_none() {
                found.say(format!("timetable.{name}"), "round.required", "give the date, its zone and its words");
            }
        }
        found.deadline("timetable.opens", self.opens.as_ref(), Edge::Opening);
        found.deadline("timetable.closes", self.closes.as_ref(), Edge::Closing);
        found.deadline("timetable.announces", self.announces.as_ref(), Edge::Opening);
        found.deadline("timetable.interim_report_due", self.interim_report_due.as_ref(), Edge::Due);
        found.deadline("timetable.final_report_due", self.final_report_due.as_ref(), Edge::Due);
        if self.closes.as_ref().is_some_and(|closes| closes.instant <= now) {
            found.say("timetable.closes.instant", "round.close_passed", "choose a close that is still to come");
        }
        found.0.extend(self.order_violations("timetable"));
        found.0
    }

    /// Dates that stand before one they should follow. `under` is the path of the dates in the request.
    pub fn order_violations(&self, under: &str) -> Vec<Violation> {
        let dates = [
            ("opens", "the opening", &self.opens),
            ("closes", "the close", &self.closes),
            ("announces", "the announcement", &self.announces),
            ("interim_report_due", "the interim reports", &self.interim_report_due),
            ("final_report_due", "the final reports", &self.final_report_due),
        ];
        let mut found = Findings::default();
        let mut last: Option<(&str, Timestamp)> = None;
        for (name, words, date) in dates {
            let Some(date) = date else { continue };
            if let Some((before, instant)) = last
                && date.instant <= instant
            {
                let says = format!("{words} must come after {before}; move one of them");
                found.say(format!("{under}.{name}.instant"), "round.dates_order", says);
            }
            last = Some((words, date.instant));
        }
        found.0
    }
}

impl LaterDates {
    /// Everything wrong with these dates after those that they replace.
    pub fn violations(&self, before: &Timetable, now: Timestamp) -> Vec<Violation> {
        let mut found = Findings::default();
        found.deadline("dates.closes", Some(&self.closes), Edge::Closing);
        found.deadline("dates.announces", self.announces.as_ref(), Edge::Opening);
        found.deadline("dates.interim_report_due", self.interim_report_due.as_ref(), Edge::Due);
        found.deadline("dates.final_report_due", self.final_report_due.as_ref(), Edge::Due);
        if self.closes.instant <= now {
            found.say("dates.closes.instant", "round.close_passed", "choose a close that is still to come");
        }
        if let Some(closes) = before.closes.as_ref().filter(|closes| self.closes.instant <= closes.instant) {
            let says = format!("the close can only move to later than {}", closes.in_words(Edge::Closing));
            found.say("dates.closes.instant", "round.not_later", says);
        }
        let others = [
            ("announces", &self.announces, &before.announces),
            ("interim_report_due", &self.interim_report_due, &before.interim_report_due),
            ("final_report_due", &self.final_report_due, &before.final_report_due),
        ];
        for (name, after, before) in others {
            if let (Some(after), Some(before)) = (after, before)
                && after.instant < before.instant
            {
                let says = format!("this date cannot move to earlier than {}", before.in_words(Edge::Due));
                found.say(format!("dates.{name}.instant"), "round.not_later", says);
            }
        }
        found.0
    }
}

#[cfg(test)]
mod tests;
