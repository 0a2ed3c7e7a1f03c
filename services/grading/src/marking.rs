//! From marks to an order: reviews, what the panel settles about each bid, and the ranking (rules 13 to 16).

pub mod fraction;
pub mod moderation;
pub mod ranking;
pub mod review;
pub mod settling;
