//! What must hold of a round that has closed, whatever happened around it.

use std::collections::BTreeMap;

use kit::time::Timestamp;
use toadlane_proto::bids::v1 as pb;

use super::Submission;

/// A round after its close.
pub struct Close {
    /// The close as it was finally set.
    pub finally: Timestamp,
    /// The gate when it first said that it was closed, and after everything.
    pub closed: pb::Intake,
    pub intake: pb::Intake,
    /// All bids that were received, as they are after everything.
    pub listed: Vec<pb::Bid>,
    pub submissions: Vec<Submission>,
}

fn at(instant: Option<prost_types::Timestamp>) -> Timestamp {
    instant.expect("it is given").try_into().expect("it is an instant")
}

impl Close {
    /// How many bids were in time, and how many are held late.
    pub fn check(&self) -> (usize, usize) {
        let round = &self.intake.round_id;
        assert_eq!(at(self.intake.closes_at), self.finally, "the gate of {round} has the final close");
        assert!(at(self.intake.closed_at) >= self.finally, "{round} closed before its close");
        assert_eq!(self.intake.last_number, self.closed.last_number, "a number was given after {round} had closed");

        let listed: BTreeMap<&str, &pb::Bid> = self.listed.iter().map(|bid| (bid.id.as_str(), bid)).collect();
        assert_eq!(listed.len(), self.submissions.len(), "{round} has received what was submitted");
        for submission in &self.submissions {
            self.check_one(submission, listed[submission.bid.id.as_str()]);
        }
        let numbered = self.check_numbers();
        (numbered, listed.len() - numbered)
    }

    fn check_one(&self, submission: &Submission, now: &pb::Bid) {
        let received = at(now.received_at);
        let (sent, answered, close) = (submission.sent, submission.answered, self.finally);
        let story = format!("{}: sent {sent}, received {received}, answered {answered}, close {close}", now.id);
        assert!(sent <= received && received <= answered, "the instant is one of the submission; {story}");
        if received < close {
            assert_eq!(now.state(), pb::bid::State::Submitted, "refused before the close; {story}");
            assert!(now.number > 0, "no number; {story}");
        } else {
            assert_eq!(now.state(), pb::bid::State::HeldLate, "in time behind the close; {story}");
            assert_eq!(now.number, 0, "a number behind the close; {story}");
        }
        assert!(!submission.behind || received >= close, "in time after the gate had closed; {story}");
        assert_eq!(received, at(submission.bid.received_at), "the answer named another instant; {story}");
        if submission.bid.state() == pb::bid::State::Submitted {
            assert_eq!(now.number, submission.bid.number, "the answer named another number; {story}");
        }
    }

    /// Numbers have no gap, and their order is that of the instants.
    fn check_numbers(&self) -> usize {
        let round = &self.intake.round_id;
        let mut numbered: Vec<&pb::Bid> = self.listed.iter().filter(|bid| bid.number > 0).collect();
        numbered.sort_by_key(|bid| bid.number);
        let numbers: Vec<i64> = numbered.iter().map(|bid| bid.number).collect();
        let gapless: Vec<i64> = (1..=self.intake.last_number).collect();
        assert_eq!(numbers, gapless, "the numbers of {round} have no gap");
        assert!(
            numbered.is_sorted_by_key(|bid| at(bid.received_at)),
            "numbers of {round} out of the order of instants"
        );
        numbered.len()
    }

    /// Bids whose answer said that they are held, and that a later extension has let in.
    pub fn n_admitted(&self) -> usize {
        let numbered = |id: &str| self.listed.iter().any(|bid| bid.id == id && bid.number > 0);
        let held = self.submissions.iter().filter(|submission| submission.bid.state() == pb::bid::State::HeldLate);
        held.filter(|submission| numbered(&submission.bid.id)).count()
    }
}
