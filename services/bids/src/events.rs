//! The facts that bids publishes. Each carries the bid without the text of its answers, and no name of a person.

use kit::outbox::Fact;
use strum::IntoStaticStr;

use crate::bid::{BidNow, Extent};
use crate::convert;

/// What happened to a bid, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.bids.v1.")]
pub enum Happened {
    BidCreated,
    BidRevised,
    BidParticipantsSet,
    BidSignedOff,
    BidSubmitted,
    BidHeldLate,
    BidReopened,
    BidWithdrawn,
    BidAdmittedLate,
    BidRejectedLate,
    BidScreened,
    BidFoundEligible,
    BidFoundIneligible,
    BidNotSubmitted,
    BidResumed,
    ClarificationAsked,
    ClarificationAnswered,
    ParticipationConfirmed,
    ParticipationDeclined,
    ParticipationLeft,
    ConflictsDeclared,
}

impl Happened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            Happened::BidCreated => "create",
            Happened::BidRevised => "edit",
            Happened::BidParticipantsSet => "set_participants",
            Happened::BidSignedOff => "sign_off",
            Happened::BidSubmitted => "submit",
            Happened::BidHeldLate => "hold_late",
            Happened::BidReopened => "reopen",
            Happened::BidWithdrawn => "withdraw",
            Happened::BidAdmittedLate => "admit_late",
            Happened::BidRejectedLate => "reject_late",
            Happened::BidScreened => "screen",
            Happened::BidFoundEligible => "decide_eligible",
            Happened::BidFoundIneligible => "decide_ineligible",
            Happened::BidNotSubmitted => "close",
            Happened::BidResumed => "resume",
            Happened::ClarificationAsked => "ask",
            Happened::ClarificationAnswered => "answer",
            Happened::ParticipationConfirmed => "confirm",
            Happened::ParticipationDeclined => "decline",
            Happened::ParticipationLeft => "leave",
            Happened::ConflictsDeclared => "declare_conflicts",
        }
    }

    /// Whether it is the network's act, and not the council's.
    pub fn by_network(self) -> bool {
        use Happened::*;
        match self {
            BidAdmittedLate | BidRejectedLate | BidScreened | BidFoundEligible | BidFoundIneligible
            | ClarificationAsked => true,
            BidCreated | BidRevised | BidParticipantsSet | BidSignedOff | BidSubmitted | BidHeldLate | BidReopened
            | BidWithdrawn => false,
            BidNotSubmitted | BidResumed | ClarificationAnswered => false,
            ParticipationConfirmed | ParticipationDeclined | ParticipationLeft | ConflictsDeclared => false,
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            BidReopened | BidWithdrawn | BidAdmittedLate | BidRejectedLate | BidFoundEligible | BidFoundIneligible => {
                true
            }
            BidCreated | BidRevised | BidParticipantsSet | BidSignedOff | BidSubmitted | BidHeldLate | BidScreened => {
                false
            }
            BidNotSubmitted | BidResumed | ClarificationAsked | ClarificationAnswered => false,
            // Theirs is told with the part.
            ParticipationConfirmed | ParticipationDeclined | ParticipationLeft | ConflictsDeclared => false,
        }
    }
}

/// The fact as the outbox takes it.
pub fn fact(happened: Happened, now: &BidNow) -> Fact {
    // As the platform's other parts read it, whoever acts.
    let whole = BidNow { extent: Extent::Content, ..now.clone() };
    let resource = convert::without_persons(convert::without_answers(whole.into()));
    Fact::of(happened.into(), now.bid.id, now.bid.version, &resource)
}
