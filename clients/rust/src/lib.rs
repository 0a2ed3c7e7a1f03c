#![doc = include_str!("../README.md")]
//!
//! # What is here
//!
//! The generated clients make the calls; this crate adds what every caller would write around them: signing in and
//! renewing the token (`session`), refusals with their reason (`refusal`), trying again under one request id (`retry`,
//! and `patience` for callers who leave it to the client), pages and watches as streams (`answers`, `watch`), and files
//! (`attachments`). It hides no message: what is sent and answered is described in the contract, [`proto`].

mod answers;
mod attachments;
mod client;
mod key;
mod patience;
mod place;
mod refusal;
mod retry;
mod session;
mod signed;
mod unsigned;
mod watch;

#[cfg(test)]
mod tests;

/// The contract: messages and generated clients. Here so that callers and this crate use the same version.
pub use toadlane_proto as proto;
pub use toadlane_proto::errors::v1::Reason;
pub use tonic::{Code, Status};

pub use answers::{Answers, pages};
pub use attachments::{File, TransferError, download, upload};
pub use client::Client;
pub use key::{ClientKey, KeyError};
pub use patience::Patience;
pub use place::{ConnectError, Place, Places};
pub use refusal::{Refusal, Violation};
pub use retry::{retry, retry_for};
pub use session::Credentials;
pub use signed::Signed;
