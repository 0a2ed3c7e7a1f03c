//! Dates: present, in their order, and announced in words that match (rule 5).

use kit::deadline::{Deadline, Edge};
use kit::fault::Violation;
use kit::time::Timestamp;

use super::Findings;
use crate::round::{LaterDates, Timetable};

impl Findings {
    fn deadline(&mut self, field: &str, deadline: Option<&Deadline>, edge: Edge) {
        if let Some(Err(bad)) = deadline.map(|deadline| deadline.check(edge)) {
            self.say(format!("{field}.{}", bad.field()), bad.rule(), bad.to_string());
        }
    }
}

impl Timetable {
    pub fn missing(&self, now: Timestamp) -> Vec<Violation> {
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

    /// Dates that come before one they should follow. `under` is the path of the dates in the request.
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
