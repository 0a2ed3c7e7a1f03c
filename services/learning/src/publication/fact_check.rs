//! The fact check of a publication: each council answers for the items that cite it. Nobody approves past a council
//! that was not heard, or that objects, without saying why.

use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::insight::Said;

/// What is put to the councils, and until when they can answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactCheck {
    pub answer_by: Timestamp,
    /// By place, and then by council.
    pub points: Vec<Point>,
    /// Why an editor ended it; empty unless one did.
    pub ended_because: String,
}

/// An item that cites a council, and what the council says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Place among the items, from 0.
    pub item: usize,
    pub organisation: OrgId,
    /// None while it has not answered.
    pub said: Option<Said>,
}

impl FactCheck {
    /// A council's answer for one of its items, or for all.
    ///
    /// # Errors
    /// [`Error::AnswerLate`] from the instant on at which answers were due, [`Refusal::Invalid`] from who objects and
    /// says no more, or for an item that does not cite the council.
    pub fn answer(&self, organisation: OrgId, item: Option<usize>, said: &Said) -> Result<FactCheck, Error> {
        if said.at >= self.answer_by {
            return Err(Error::AnswerLate { answer_by: self.answer_by });
        }
        if !said.agrees && said.comment.trim().is_empty() {
            return Err(Refusal::bad_field("comment", "required", "say what is wrong").into());
        }
        let mut answered = self.clone();
        let is_own = |point: &&mut Point| point.organisation == organisation;
        let is_meant = |point: &&mut Point| item.is_none_or(|item| point.item == item);
        let mut n_answered = 0;
        for point in answered.points.iter_mut().filter(is_own).filter(is_meant) {
            point.said = Some(said.clone());
            n_answered += 1;
        }
        if n_answered == 0 {
            return Err(Refusal::bad_field("item", "cites", "name an item that cites the council, or none").into());
        }
        Ok(answered)
    }

    /// # Errors
    /// [`Error::FactCheckOpen`] while an answer is awaited, [`Error::Objected`] where a council objects, unless it was
    /// ended with a reason.
    pub fn expect_over(&self, now: Timestamp) -> Result<(), Error> {
        if !self.ended_because.is_empty() {
            return Ok(());
        }
        let answers = || self.points.iter().map(|point| point.said.as_ref());
        if answers().flatten().any(|said| !said.agrees) {
            return Err(Error::Objected);
        }
        match answers().any(|said| said.is_none()) && now < self.answer_by {
            true => Err(Error::FactCheckOpen { answer_by: self.answer_by }),
            false => Ok(()),
        }
    }

    /// The councils that were asked, each once.
    pub fn councils(&self) -> Vec<OrgId> {
        let mut councils: Vec<OrgId> = self.points.iter().map(|point| point.organisation).collect();
        councils.sort();
        councils.dedup();
        councils
    }

    /// As these councils read it: what is theirs alone.
    pub fn of_councils(mut self, councils: &[OrgId]) -> FactCheck {
        self.points.retain(|point| councils.contains(&point.organisation));
        FactCheck { ended_because: String::new(), ..self }
    }

    /// The places of its items, each once.
    pub fn places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.points.iter().map(|point| point.item).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The same when items left: `stays` says so of each, in order.
    pub fn without(&self, stays: &[bool]) -> FactCheck {
        let has_stayed = |place: usize| stays.get(place).copied().unwrap_or(false);
        let now = |place: usize| stays[..place].iter().filter(|stays| **stays).count();
        let points = self.points.iter().filter(|point| has_stayed(point.item));
        let points = points.map(|point| Point { item: now(point.item), ..point.clone() });
        FactCheck { points: points.collect(), ..self.clone() }
    }
}
