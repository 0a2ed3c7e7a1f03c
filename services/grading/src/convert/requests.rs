//! Requests as commands.

mod assessments;
mod decisions;
mod reviews;

pub use reviews::{AcceptReview, CancelReview, DeclineReview, ReturnReview};
