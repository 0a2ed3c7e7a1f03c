//! What bids refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::Violation;
use kit::files::FileError;
use kit::ids::BidId;
use kit::neighbour::Unanswered;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::TokenError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the round is not open yet; a dry run (validate_only) works until then")]
    NotYetOpen,
    #[error("the round closed at {closed_at}")]
    RoundClosed { closed_at: Timestamp },
    #[error("the round has not closed yet; do this when it has")]
    NotYetClosed,
    #[error("the round was cancelled")]
    RoundCancelled,
    #[error("the bid is not complete; everything missing is named in the details")]
    Incomplete(Vec<Violation>),
    #[error("have a certifier sign off this revision first")]
    SignOffNeeded,
    #[error("who signed off, or confirmed for lead or payee, is no certifier any more; have another one do it")]
    WordEnded,
    #[error("the lead organisation has {limit} bids in this round, and may have no more")]
    LeadLimitReached { limit: i64 },
    #[error("your system already has a bid with this reference in this round: {existing}")]
    ReferenceTaken { existing: BidId },
    #[error("these bytes were sent before, came into no bid and are being cleared away; send them again in a moment")]
    BeingCleared,
    #[error("screen the bid first")]
    NotScreened,
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("the receipt could not be signed")]
    Sign(#[from] TokenError),
    #[error("a file could not be cleared away")]
    File(#[source] FileError),
    #[error("storage failed")]
    Db(#[from] DbError),
}
