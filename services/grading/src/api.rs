//! The tonic traits. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod assessments;
mod decisions;
mod replay;
mod requests;
mod reviews;

pub use replay::may_replay;
