//! What grading refuses, as sentences with data, and the one place where each gets its code and reason.

use kit::db::DbError;
use kit::fault::{Fault, Reason, Violation};
use kit::ids::{AssessmentId, BidId};
use kit::money::BadMoney;
use kit::neighbour::Unanswered;
use kit::time::Timestamp;
use kit::tokens::TokenError;
use kit::verdict::not_allowed;
use tonic::Code;

use crate::assessment::Assessment;
use crate::convert;
use crate::fraction::TooLarge;
use crate::interest::Interest;
use crate::meeting::Meeting;
use crate::moderation::Moderation;
use crate::quorum::Quorum;
use crate::review::Review;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale { newer: Box<Newer> },
    #[error("the {what} is {from} and cannot take the step {step}")]
    IllegalStep { what: &'static str, from: &'static str, step: &'static str },
    #[error("the round is being assessed already: {existing}")]
    AssessedAlready { existing: AssessmentId },
    #[error("something is missing before this; everything missing is named in the details")]
    NotReady(Vec<Violation>),
    #[error("the review is not complete; everything missing is named in the details")]
    ReviewIncomplete(Vec<Violation>),
    #[error("reviews were due at {due}")]
    ReviewsDue { due: Timestamp },
    #[error("this person is on the panel already")]
    OnPanelAlready,
    #[error("this is a substitute; name the member in whose place they come")]
    SubstituteOfSubstitute,
    #[error("the recommending board has yet to advise on this bid")]
    RecommendationNeeded,
    #[error("another body acts on this bid now: record a meeting of the part {part}")]
    NotTheirTurn { part: &'static str },
    #[error("{says}; of {} voters free of conflict {} were present, and {} are needed", quorum.n_entitled, quorum.n_present, quorum.needed)]
    NoQuorum { bid: BidId, quorum: Quorum, says: &'static str },
    #[error("the decision rests on a tie that no rule settles; have a panel chair cast it")]
    OpenTie { bids: Vec<BidId> },
    #[error("request is not valid")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("the ranking could not be computed")]
    TooLarge(#[from] TooLarge),
    #[error("the pots could not be added up")]
    Money(#[from] BadMoney),
    #[error("the record could not be signed")]
    Sign(#[from] TokenError),
    #[error("storage failed")]
    Db(#[from] DbError),
}

/// What comes with a stale etag: the resource as it now is.
#[derive(Debug)]
pub enum Newer {
    Assessment(Assessment),
    Interest(Interest),
    Review(Review),
    Moderation(Moderation),
    Meeting(Meeting),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: Newer) -> Error {
        Error::Stale { newer: Box::new(newer) }
    }

    /// One bad field.
    pub fn invalid(field: &str, rule: &str, says: impl Into<String>) -> Error {
        Error::Invalid(vec![Violation::new(field, rule, says)])
    }
}

kit::service_error!(Error asks neighbours);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |reason, says| Fault::new(Code::FailedPrecondition, reason, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale { newer } => Fault::stale(convert::newer_as_any(*newer), says),
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
            Error::NoQuorum { bid, quorum, .. } => precondition(Reason::NoQuorum, says)
                .with("bid", bid.to_string())
                .with("n_entitled", quorum.n_entitled.to_string())
                .with("n_present", quorum.n_present.to_string())
                .with("needed", quorum.needed.to_string()),
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
