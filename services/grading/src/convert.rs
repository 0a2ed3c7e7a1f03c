//! Domain to wire, and other services' messages to what grading keeps of them.

mod deciding;
mod marking;
pub mod pages;
mod panel;
mod peers;
mod refusal;
mod release;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use kit::wire::row_name;

use deciding::{condition, outcome_of, quorum};
use marking::feedback;
use panel::{assessed_bid, number, part, text};
use release::outcome;

pub use panel::with_text;
pub use peers::{Standing, bid, call, organisation, organisations_of, person, round_now, seat, standing};
pub use release::{letter, record};

pub const ASSESSMENT: &str = "toadlane.grading.v1.Assessment";

/// The value of an enum of ours that has the name of one on the wire; none for the unspecified one.
pub fn named<T: FromStr>(wire_name: &str, prefix: &str) -> Option<T> {
    row_name(wire_name, prefix)?.parse().ok()
}
