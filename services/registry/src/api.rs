//! The tonic traits, and the forms of OAuth. Each RPC is a line: what it asks, what it writes or reads. No rule lives here.

mod boards;
mod clients;
mod exchange;
mod lists;
pub mod oauth;
mod organisations;
mod people;
mod requests;
mod sign_in;
