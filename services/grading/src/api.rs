//! The tonic traits. Each RPC is a line: what it asks, what is gathered for it, what it writes or reads. No rule lives here.

mod assessments;
mod decisions;
mod requests;
mod reviews;
mod take;
