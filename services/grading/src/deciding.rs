//! Decisions on bids: meetings, what they recommend and determine, and what a decision must rest on (rules 11, 17 and
//! 19).

pub mod decision;
pub mod meeting;
