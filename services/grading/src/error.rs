//! What grading refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId};
use kit::money::BadMoney;
use kit::neighbour::Unanswered;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::TokenError;

use crate::marking::fraction::TooLarge;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
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
    #[error("the recommending board has yet to advise on this bid")]
    RecommendationNeeded,
    #[error("another body acts on this bid now: record a meeting of the part {part}")]
    NotTheirTurn { part: &'static str },
    #[error("{says}; of {n_entitled} voters free of conflict {n_present} were present, and {needed} are needed")]
    NoQuorum { bid: BidId, n_entitled: usize, n_present: usize, needed: usize, says: &'static str },
    #[error("the decision rests on a tie that no rule settles; have a panel chair cast it")]
    OpenTie { bids: Vec<BidId> },
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

/// # Errors
/// [`Error::NotReady`] where something is missing.
pub fn expect_ready(missing: Vec<Violation>) -> Result<(), Error> {
    if missing.is_empty() { Ok(()) } else { Err(Error::NotReady(missing)) }
}
