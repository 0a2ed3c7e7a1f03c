//! What each refusal becomes on the wire: its code and its reason.

use kit::fault::{Fault, Reason};
use kit::ids::BidId;
use tonic::Code;

use crate::error::Error;

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::AssessedAlready { existing } => Fault::exists(says, existing.to_string()),
            Error::NotReady(missing) => {
                Fault { violations: missing, ..Fault::precondition(Reason::AssessmentNotReady, says) }
            }
            Error::ReviewIncomplete(missing) => {
                Fault { violations: missing, ..Fault::precondition(Reason::ReviewIncomplete, says) }
            }
            Error::ReviewsDue { due } => Fault::precondition(Reason::ReviewsDue, says).with("due", due.to_string()),
            Error::OnPanelAlready => Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says),
            Error::RecommendationNeeded => Fault::precondition(Reason::IllegalStep, says),
            Error::NotTheirTurn { part } => Fault::precondition(Reason::IllegalStep, says).with("part", part),
            Error::NoQuorum { bid, n_entitled, n_present, needed, says: _ } => {
                Fault::precondition(Reason::NoQuorum, says)
                    .with("bid", bid.to_string())
                    .with("n_entitled", n_entitled.to_string())
                    .with("n_present", n_present.to_string())
                    .with("needed", needed.to_string())
            }
            Error::OpenTie { bids } => {
                let bids: Vec<String> = bids.iter().map(BidId::to_string).collect();
                Fault::precondition(Reason::OpenTie, says).with("bids", bids.join(","))
            }
            Error::Neighbour(cause) => cause.fault(),
            Error::TooLarge(cause) => Fault::internal(&cause),
            Error::Money(cause) => Fault::internal(&cause),
            Error::Sign(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}
