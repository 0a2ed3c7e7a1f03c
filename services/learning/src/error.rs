//! What learning refuses, as sentences with data. What each becomes on the wire is in `refusal.rs`.

use kit::db::DbError;
use kit::fault::{Newer, Violation};
use kit::neighbour::Unanswered;
use kit::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("{who_may} may do this")]
    NotAllowed { who_may: &'static str },
    #[error("it changed since you read it; merge with the newer version and try again")]
    Stale(Box<dyn Newer>),
    #[error("the {what} is {from} and cannot take the step {step}")]
    IllegalStep { what: &'static str, from: &'static str, step: &'static str },
    #[error("the commission begins at {from}; nothing is open to it before")]
    NotBegun { from: Timestamp },
    #[error("the commission ended at {until}; nothing is open to it any more")]
    Ended { until: Timestamp },
    #[error("a commission ends after it begins")]
    EndsBeforeItBegins,
    #[error("give an end from now on and before the present one, {until}")]
    NoEarlierEnd { until: Timestamp },
    #[error("declare your interests, or that you have none, before you read")]
    DeclarationNeeded,
    #[error("the document has no such section")]
    NoSuchSection,
    #[error("the quote is not, byte for byte, what stands there")]
    QuoteDiffers,
    #[error("version of the codebook without the code {code}")]
    UnknownCode { code: String },
    #[error("the council lets nothing of this document be quoted")]
    NotQuotable,
    #[error("cite passages of the same commission whose documents are in the corpus")]
    PassagesElsewhere,
    #[error("answers were due by {answer_by}, and the check is over")]
    AnswerLate { answer_by: Timestamp },
    #[error("say what you disagree with")]
    CommentNeeded,
    #[error("give a reason: a council disagreed or did not answer")]
    ReasonNeeded,
    #[error("the round is not one of the commission")]
    RoundElsewhere,
    #[error("sources do not stand as they were pinned; each is named in the details")]
    SourcesChanged(Vec<Violation>),
    #[error("the publication holds nothing yet; set its items first")]
    NothingToPublish,
    #[error("give an instant that lies ahead")]
    PublishAtPassed,
    #[error("the round has no award to publish yet")]
    NoAwards,
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("the index cannot be searched")]
    Index(#[from] tantivy::TantivyError),
    #[error("the publication cannot be rendered")]
    Render(#[from] minijinja::Error),
    #[error("the table cannot be written")]
    Csv(#[from] csv::Error),
    #[error("storage failed")]
    Db(#[from] DbError),
}

impl Error {
    /// The caller read an older version than this.
    pub fn stale(newer: impl Newer + 'static) -> Error {
        Error::Stale(Box::new(newer))
    }
}
