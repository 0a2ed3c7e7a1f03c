//! What reporting refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::fault::Violation;
use kit::money::Money;
use kit::neighbour::Unanswered;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use crate::award::Ended;
use crate::form;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the report can be written from {opens_at} on")]
    NotOpen { opens_at: Timestamp },
    #[error("an accepted report does not change; add an addendum")]
    Immutable,
    #[error("the award was {}, so there is nothing to report here", how.name())]
    AwardEnded { how: Ended },
    #[error("the report is not complete; everything missing is named in the details")]
    Incomplete(Vec<Violation>),
    #[error("{}", form::above(*spent, *awarded))]
    SpentAboveAward { spent: Money, awarded: Money },
    #[error("have a certifier sign off this revision first")]
    SignOffNeeded,
    #[error("revision {present} is the present one; read it, then sign that")]
    OtherRevision { present: i32 },
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("storage failed")]
    Db(#[from] DbError),
}
