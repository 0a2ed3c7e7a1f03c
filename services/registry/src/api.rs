//! The tonic traits, and the forms of OAuth. Each RPC is one line: how it is parsed, what it writes or reads. No rules
//! here.

mod boards;
mod clients;
mod exchange;
pub mod oauth;
mod organisations;
mod people;
mod requests;
mod sign_in;
