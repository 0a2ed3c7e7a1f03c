//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

mod case_studies;
mod commissions;
mod corpus;
mod insights;
mod open_data;
mod publications;
