//! The tonic traits. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod assessments;
mod decisions;
mod requests;
mod reviews;
mod take;
