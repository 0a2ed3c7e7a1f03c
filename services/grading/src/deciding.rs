//! Decisions on bids: meetings, what they recommend and determine, and on what a decision must rest (rules 11, 17 and 19).

pub mod decision;
pub mod meeting;
