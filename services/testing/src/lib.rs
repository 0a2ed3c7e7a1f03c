//! What tests of kit and of the services share: fresh stores on both engines, callers with tokens, canned neighbours,
//! golden files. A crate of its own, so that no program that ships has it; kit's own tests read the same files as a
//! module, for within them kit is another crate than the one that this one depends on.

pub mod answers;
pub mod callers;
pub mod golden;
pub mod schema;
pub mod sealed;
pub mod stores;
