//! Domain to wire, and other services' messages to what grading keeps of them.

mod assessments;
mod bids;
mod deciding;
mod marking;
mod panels;
mod peers;
mod refusal;
mod release;

pub use bids::page_of_bids;
pub use peers::{Standing, bid, call, concerned, organisation, person, published, seat, standing};
pub use release::page_of_outcomes;

/// A count on the wire. None of ours comes near its end.
fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
