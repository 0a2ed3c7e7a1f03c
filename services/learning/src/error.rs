//! What learning refuses, as sentences with data. What each becomes on the wire is in `refusal.rs`.

use kit::db::DbError;
use kit::fault::Violation;
use kit::neighbour::Unanswered;
use kit::refusal::Refusal;
use kit::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the commission begins at {from}; nothing is open to it before")]
    NotBegun { from: Timestamp },
    #[error("the commission ended at {until}; nothing is open to it any more")]
    Ended { until: Timestamp },
    #[error("declare your interests, or that you have none, before you read")]
    DeclarationNeeded,
    #[error("the quote is not, byte for byte, what stands there")]
    QuoteDiffers,
    #[error("the council lets nothing of this document be quoted")]
    NotQuotable,
    #[error("cite passages of the same commission whose documents are in the corpus")]
    PassagesElsewhere,
    #[error("answers were due by {answer_by}, and the check is over")]
    AnswerLate { answer_by: Timestamp },
    #[error("sources do not stand as they were pinned; each is named in the details")]
    SourcesChanged(Vec<Violation>),
    #[error(
        "items repeat words of documents whose councils did not consent to the quote; each is named in the details"
    )]
    UnconsentedWords(Vec<Violation>),
    #[error("councils can answer the fact check until {answer_by}; wait for them, or end it with a reason")]
    FactCheckOpen { answer_by: Timestamp },
    #[error("a council objects to what cites it; rewrite that, or end the fact check with a reason")]
    Objected,
    #[error("the publication holds nothing yet; set its items first")]
    NothingToPublish,
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
