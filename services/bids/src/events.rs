//! The facts that bids publishes. Each carries the bid without the text of its answers, and no name of a person.

use kit::outbox::Fact;
use prost::Message;

use crate::bid::BidNow;
use crate::convert;

/// What happened to a bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Created,
    Revised,
    ParticipantsSet,
    SignedOff,
    Submitted,
    HeldLate,
    Reopened,
    Withdrawn,
    AdmittedLate,
    RejectedLate,
    Screened,
    FoundEligible,
    FoundIneligible,
    NotSubmitted,
    Resumed,
    ClarificationAsked,
    ClarificationAnswered,
}

impl Happened {
    /// The name of the event, in the past tense, and the step as history names it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Happened::Created => ("toadlane.bids.v1.BidCreated", "create"),
            Happened::Revised => ("toadlane.bids.v1.BidRevised", "edit"),
            Happened::ParticipantsSet => ("toadlane.bids.v1.BidParticipantsSet", "set_participants"),
            Happened::SignedOff => ("toadlane.bids.v1.BidSignedOff", "sign_off"),
            Happened::Submitted => ("toadlane.bids.v1.BidSubmitted", "submit"),
            Happened::HeldLate => ("toadlane.bids.v1.BidHeldLate", "hold_late"),
            Happened::Reopened => ("toadlane.bids.v1.BidReopened", "reopen"),
            Happened::Withdrawn => ("toadlane.bids.v1.BidWithdrawn", "withdraw"),
            Happened::AdmittedLate => ("toadlane.bids.v1.BidAdmittedLate", "admit_late"),
            Happened::RejectedLate => ("toadlane.bids.v1.BidRejectedLate", "reject_late"),
            Happened::Screened => ("toadlane.bids.v1.BidScreened", "screen"),
            Happened::FoundEligible => ("toadlane.bids.v1.BidFoundEligible", "decide_eligible"),
            Happened::FoundIneligible => ("toadlane.bids.v1.BidFoundIneligible", "decide_ineligible"),
            Happened::NotSubmitted => ("toadlane.bids.v1.BidNotSubmitted", "close"),
            Happened::Resumed => ("toadlane.bids.v1.BidResumed", "resume"),
            Happened::ClarificationAsked => ("toadlane.bids.v1.ClarificationAsked", "ask"),
            Happened::ClarificationAnswered => ("toadlane.bids.v1.ClarificationAnswered", "answer"),
        }
    }

    pub fn step(self) -> &'static str {
        self.names().1
    }

    /// Whether it is the network's act, and not the council's.
    pub fn by_network(self) -> bool {
        use Happened::*;
        match self {
            AdmittedLate | RejectedLate | Screened | FoundEligible | FoundIneligible | ClarificationAsked => true,
            Created | Revised | ParticipantsSet | SignedOff | Submitted | HeldLate | Reopened | Withdrawn => false,
            NotSubmitted | Resumed | ClarificationAnswered => false,
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            Reopened | Withdrawn | AdmittedLate | RejectedLate | FoundEligible | FoundIneligible => true,
            Created | Revised | ParticipantsSet | SignedOff | Submitted | HeldLate | Screened => false,
            NotSubmitted | Resumed | ClarificationAsked | ClarificationAnswered => false,
        }
    }
}

/// The fact as the outbox takes it.
pub fn fact(happened: Happened, now: &BidNow) -> Fact {
    let mut resource = convert::without_answers(convert::bid(now.clone()));
    resource.sign_off = None;
    Fact {
        kind: happened.names().0,
        subject: now.bid.id.to_string(),
        version: now.bid.version,
        resource_type: convert::BID,
        resource: resource.encode_to_vec(),
    }
}
