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
    /// The event's type: past tense, with its package.
    pub fn kind(self) -> &'static str {
        match self {
            Happened::Created => "toadlane.bids.v1.BidCreated",
            Happened::Revised => "toadlane.bids.v1.BidRevised",
            Happened::ParticipantsSet => "toadlane.bids.v1.BidParticipantsSet",
            Happened::SignedOff => "toadlane.bids.v1.BidSignedOff",
            Happened::Submitted => "toadlane.bids.v1.BidSubmitted",
            Happened::HeldLate => "toadlane.bids.v1.BidHeldLate",
            Happened::Reopened => "toadlane.bids.v1.BidReopened",
            Happened::Withdrawn => "toadlane.bids.v1.BidWithdrawn",
            Happened::AdmittedLate => "toadlane.bids.v1.BidAdmittedLate",
            Happened::RejectedLate => "toadlane.bids.v1.BidRejectedLate",
            Happened::Screened => "toadlane.bids.v1.BidScreened",
            Happened::FoundEligible => "toadlane.bids.v1.BidFoundEligible",
            Happened::FoundIneligible => "toadlane.bids.v1.BidFoundIneligible",
            Happened::NotSubmitted => "toadlane.bids.v1.BidNotSubmitted",
            Happened::Resumed => "toadlane.bids.v1.BidResumed",
            Happened::ClarificationAsked => "toadlane.bids.v1.ClarificationAsked",
            Happened::ClarificationAnswered => "toadlane.bids.v1.ClarificationAnswered",
        }
    }

    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            Happened::Created => "create",
            Happened::Revised => "edit",
            Happened::ParticipantsSet => "set_participants",
            Happened::SignedOff => "sign_off",
            Happened::Submitted => "submit",
            Happened::HeldLate => "hold_late",
            Happened::Reopened => "reopen",
            Happened::Withdrawn => "withdraw",
            Happened::AdmittedLate => "admit_late",
            Happened::RejectedLate => "reject_late",
            Happened::Screened => "screen",
            Happened::FoundEligible => "decide_eligible",
            Happened::FoundIneligible => "decide_ineligible",
            Happened::NotSubmitted => "close",
            Happened::Resumed => "resume",
            Happened::ClarificationAsked => "ask",
            Happened::ClarificationAnswered => "answer",
        }
    }
}

/// The fact as the outbox takes it.
pub fn fact(happened: Happened, now: &BidNow) -> Fact {
    let mut resource = convert::without_answers(convert::bid(now.clone()));
    resource.sign_off = None;
    Fact {
        kind: happened.kind(),
        subject: now.bid.id.to_string(),
        version: now.bid.version,
        resource_type: convert::BID,
        resource: resource.encode_to_vec(),
    }
}
