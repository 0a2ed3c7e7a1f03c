//! What keeps a draft from being scheduled: everything at once, each with what to do.
//!
//! Field limits are the contract's; this says which rules a round needs before it can be run.

mod dates;
mod form;
mod judging;
mod offer;

use std::collections::HashSet;

use kit::fault::Violation;
use kit::time::Timestamp;

use crate::error::Error;
use crate::framework::FrameworkVersion;
use crate::round::{Known, Round};
use crate::rules::Rules;
use crate::state::Step;

/// What was found wrong so far.
#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn say(&mut self, field: impl Into<String>, rule: &str, says: impl Into<String>) {
        self.0.push(Violation::new(field, rule, says));
    }

    /// Reports every second use of a code.
    fn twice<'a>(&mut self, codes: impl IntoIterator<Item = &'a str>, field: impl Fn(usize) -> String) {
        let mut seen = HashSet::new();
        for (place, code) in codes.into_iter().enumerate() {
            if !seen.insert(code) {
                self.say(
                    field(place),
                    "round.code_twice",
                    format!("`{code}` stands here a second time; give each its own"),
                );
            }
        }
    }
}

impl Round {
    /// Everything that keeps a draft from being scheduled at this instant.
    ///
    /// # Errors
    /// `IllegalStep` when the round is no draft any more.
    pub fn missing(&self, known: &Known, now: Timestamp) -> Result<Vec<Violation>, Error> {
        self.state.step(Step::Schedule, now)?;
        let mut found = Findings::default();
        let framework = known.framework.as_ref();
        purpose(&mut found, &self.rules, framework);
        offer::instruments(&mut found, &self.rules.instruments);
        match &self.rules.form {
            Some(form) => form::questions(&mut found, form),
            None => found.say("rules.form", "round.required", "set the form that bidders fill in"),
        }
        attachments(&mut found, &self.rules);
        judging::criteria(&mut found, &self.rules, framework);
        judging::bands(&mut found, &self.rules);
        judging::boards(&mut found, &self.rules, &known.boards);
        found.0.extend(self.timetable.missing(now));
        Ok(found.0)
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

fn attachments(found: &mut Findings, rules: &Rules) {
    let Some(rules) = rules.attachments.as_ref().filter(|rules| rules.max_count > 0) else {
        return;
    };
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

#[cfg(test)]
mod tests;
