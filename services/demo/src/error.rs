//! Why the round cannot go on.

use toadlane_client::{ConnectError, KeyError, Status, TransferError};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}", .0.message())]
    Refused(#[from] Status),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Transfer(#[from] TransferError),
    #[error("no mail with a sign-in code came for {0}")]
    NoMail(String),
    #[error("the registry finds no organisation {0}")]
    NoOrganisation(String),
    #[error("{0} did not come about within half a minute")]
    NeverCame(&'static str),
    #[error("{0}")]
    Table(#[from] csv::Error),
    #[error("everybody who chairs is recused")]
    NoChair,
    #[error("the final report of {0} has no passage to quote")]
    NoPassage(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
