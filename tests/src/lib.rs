//! The platform tested as its users meet it: the real program, the real databases and broker, the public API.
//!
//! `./infra/test` provides what these tests drive; a test that lacks it fails and says so.

#![cfg(test)]

#[path = "../field_rules/mod.rs"]
mod field_rules;

mod authorization;
mod boundaries;
mod call;
mod child;
mod close_races;
mod contract;
mod crashes;
mod durability;
mod imports;
mod platform;
mod recusal;
mod scenario;
mod servers;
mod start;
