//! The outcome of a bid and the letter to its bidder: written when the assessment is closed, never changed.

use kit::call::Text;
use kit::ids::BidId;

use crate::bid::AssessedBid;
use crate::deciding::decision::{Determination, Outcome};
use crate::marking::moderation::Feedback;

/// A bid with its decision, as those who may know are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BidOutcome {
    pub bid: AssessedBid,
    pub determination: Determination,
    /// Place on the reserve list of its instrument, from 1; none for a bid that is not on it.
    pub reserve_place: Option<i32>,
    /// Codes of the principles that the panel found met (rule 34).
    pub principles: Vec<String>,
}

/// The decision as its bidder is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub bid: BidId,
    pub text: Text,
    pub feedback: Vec<Feedback>,
}

impl BidOutcome {
    /// As told to somebody for whom these others do not exist: they hold no place on the reserve list.
    pub fn without(mut self, hidden: &[BidOutcome]) -> BidOutcome {
        let before = hidden.iter().filter(|other| {
            other.determination.outcome == Outcome::Reserve
                && other.bid.instrument == self.bid.instrument
                && other.reserve_place < self.reserve_place
        });
        let n_before = i32::try_from(before.count()).unwrap_or(0);
        self.reserve_place = self.reserve_place.map(|place| place - n_before);
        self
    }
}
