//! What each refusal becomes on the wire: its code, its reason, and the newer version of what is stale.

use kit::fault::{Fault, Newer, Reason, Violation};
use kit::ids::BidId;
use kit::verdict::not_allowed;
use kit::wire::any;
use prost::Message;
use prost_types::Any;
use toadlane_proto::grading::v1 as pb;
use tonic::Code;

use super::ASSESSMENT;
use crate::assessment::{Assessment, AssessmentNow};
use crate::deciding::meeting::Meeting;
use crate::error::Error;
use crate::marking::moderation::Moderation;
use crate::marking::review::Review;
use crate::panel::interest::Interest;

kit::service_error!(Error asks neighbours);

/// `as_of` is left out: it is unknown here.
impl Newer for Assessment {
    fn to_any(&self) -> Any {
        let now = AssessmentNow { assessment: self.clone(), as_of: self.opened_at };
        any(ASSESSMENT, pb::Assessment { as_of: None, ..now.into() }.encode_to_vec())
    }
}

impl Newer for Interest {
    fn to_any(&self) -> Any {
        any("toadlane.grading.v1.Interest", pb::Interest::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Review {
    fn to_any(&self) -> Any {
        any("toadlane.grading.v1.Review", pb::Review::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Moderation {
    fn to_any(&self) -> Any {
        any("toadlane.grading.v1.Moderation", pb::Moderation::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Meeting {
    fn to_any(&self) -> Any {
        any("toadlane.grading.v1.Meeting", pb::Meeting::from(self.clone()).encode_to_vec())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale(newer) => Fault::stale(&*newer, says),
            Error::IllegalStep { what: _, from, step } => {
                precondition(Reason::IllegalStep, says).with("from", from).with("step", step)
            }
            Error::AssessedAlready { existing } => {
                Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says).with("existing", existing.to_string())
            }
            Error::NotReady(found) => Fault { violations: found, ..precondition(Reason::AssessmentNotReady, says) },
            Error::ReviewIncomplete(found) => {
                Fault { violations: found, ..precondition(Reason::ReviewIncomplete, says) }
            }
            Error::ReviewsDue { due } => precondition(Reason::ReviewsDue, says).with("due", due.to_string()),
            Error::OnPanelAlready => Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says),
            Error::SubstituteOfSubstitute => {
                Fault::invalid(vec![Violation::new("substitute_for", "panel.member", says)])
            }
            Error::RecommendationNeeded => precondition(Reason::IllegalStep, says),
            Error::NotTheirTurn { part } => precondition(Reason::IllegalStep, says).with("part", part),
            Error::NoQuorum { bid, n_entitled, n_present, needed, says: _ } => precondition(Reason::NoQuorum, says)
                .with("bid", bid.to_string())
                .with("n_entitled", n_entitled.to_string())
                .with("n_present", n_present.to_string())
                .with("needed", needed.to_string()),
            Error::OpenTie { bids } => {
                let bids: Vec<String> = bids.iter().map(BidId::to_string).collect();
                precondition(Reason::OpenTie, says).with("bids", bids.join(","))
            }
            Error::Invalid(found) => Fault::invalid(found),
            Error::Neighbour(cause) => cause.fault(),
            Error::TooLarge(cause) => Fault::internal(&cause),
            Error::Money(cause) => Fault::internal(&cause),
            Error::Sign(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
