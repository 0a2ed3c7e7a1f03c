//! What the panel settled about one bid, beside the marks of its reviewers, which stay as they are; and the chair's
//! casting decisions between bids that no rule tells apart (rule 15).
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Rubric;
use crate::marking::fraction::Fraction;

/// What is settled of one bid. A criterion on which no mark is agreed has the mean of its marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moderation {
    pub assessment: AssessmentId,
    pub bid: BidId,
    /// 0 while nothing is settled.
    pub version: i64,
    pub agreed: Vec<AgreedMark>,
    pub feedback: Vec<Feedback>,
    pub updated_at: Option<Timestamp>,
}

/// A mark on which the panel agreed. It counts in place of the mean (rule 14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedMark {
    pub criterion: String,
    pub mark: i32,
    pub reason: String,
}

/// What the bidder is told about one criterion, without names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    pub criterion: String,
    pub text: String,
}

/// A casting decision: the bids of a tie, best first. It binds exactly the tie that it named: these bids at this total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Casting {
    pub bids: Vec<BidId>,
    pub chair: PersonId,
    pub reason: String,
    pub at: Timestamp,
    /// The total of the tied bids, which is the same for everybody who sees them, as their rank is not. None for one
    /// that was cast before it was kept: such a one settles any tie between bids that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Fraction>,
}

impl Casting {
    /// The same as if these bids had never been handed in. It takes the order of the others with it, so that whoever
    /// does not see the hidden ones finds the tie settled as the rest of the panel does.
    pub fn without(self, hidden: &[BidId]) -> Casting {
        let bids = self.bids.into_iter().filter(|bid| !hidden.contains(bid)).collect();
        Casting { bids, ..self }
    }

    /// Whether it settles the tie of these bids at this total.
    pub fn binds(&self, tied: &[BidId], total: Option<Fraction>) -> bool {
        let names_all = tied.iter().all(|bid| self.bids.contains(bid));
        match self.total {
            None => names_all,
            Some(_) => names_all && self.bids.len() == tied.len() && self.total == total,
        }
    }

    /// Two bids that it orders and that another order of the same total has the other way round.
    pub fn parted_otherwise(&self, order: &[BidId], total: Option<Fraction>) -> Option<(BidId, BidId)> {
        let place = |bid: &BidId| order.iter().position(|other| other == bid);
        let placed: Vec<(BidId, usize)> = self.bids.iter().filter_map(|bid| Some((*bid, place(bid)?))).collect();
        let turned = placed.windows(2).find(|pair| pair[0].1 > pair[1].1).map(|pair| (pair[0].0, pair[1].0));
        turned.filter(|_| self.total == total)
    }
}

impl Moderation {
    /// Before anything is settled.
    pub fn of_nothing(assessment: AssessmentId, bid: BidId) -> Moderation {
        Moderation { assessment, bid, version: 0, agreed: Vec::new(), feedback: Vec::new(), updated_at: None }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Settles anew: what was agreed before and is not named is agreed no longer.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for criteria that the rubric does not have or that are named twice, and for marks off the
    /// scale.
    pub fn settle(
        &self,
        agreed: Vec<AgreedMark>,
        feedback: Vec<Feedback>,
        rubric: &Rubric,
        now: Timestamp,
    ) -> Result<Moderation, Refusal> {
        let mut violations = named_once("agreed", agreed.iter().map(|agreed| agreed.criterion.as_str()), rubric);
        violations.extend(named_once("feedback", feedback.iter().map(|feedback| feedback.criterion.as_str()), rubric));
        let scale = &rubric.scale;
        for (place, agreed) in agreed.iter().enumerate().filter(|(_, agreed)| !scale.admits(agreed.mark)) {
            let says = format!("{} is not on the scale from {} to {}", agreed.mark, scale.min, scale.max);
            violations.push(Violation::new(format!("agreed[{place}].mark"), "rubric.scale", says));
        }
        Refusal::if_any(violations)?;
        Ok(Moderation { agreed, feedback, version: self.version + 1, updated_at: Some(now), ..self.clone() })
    }
}

fn named_once<'a>(list: &str, criteria: impl Iterator<Item = &'a str>, rubric: &Rubric) -> Vec<Violation> {
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for (place, criterion) in criteria.enumerate() {
        let field = format!("{list}[{place}].criterion");
        if rubric.criterion(criterion).is_none() {
            found.push(Violation::new(field, "rubric.criterion", "the round has no such criterion; leave it out"));
        } else if seen.contains(&criterion) {
            found.push(Violation::new(field, "rubric.criterion_twice", "name each criterion once"));
        }
        seen.push(criterion);
    }
    found
}
