//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

mod boards;
mod clients;
mod organisations;
mod people;
mod sign_in;
