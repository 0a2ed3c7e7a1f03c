//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

mod assessments;
mod decisions;
mod reviews;
