//! Requests as commands.

mod assessments;
mod decisions;
mod reviews;

pub use assessments::{StartDetermination, StartModeration};
pub use reviews::{AcceptReview, CancelReview, DeclineReview, ReturnReview};
