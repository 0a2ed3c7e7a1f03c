//! What becomes of the decisions: whether they can be closed, the letters, the outcomes and the sealed record.

pub mod closing;
pub mod letter;
pub mod outcome;
pub mod record;
