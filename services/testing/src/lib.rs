//! What tests of kit and of the services share: fresh stores on both engines, callers with tokens, canned neighbours,
//! golden files. A crate of its own, so that no shipped program contains it; kit's own tests include the same files as
//! a module, because in them kit is not the crate that this one depends on.

pub mod answers;
pub mod callers;
pub mod golden;
pub mod measured;
pub mod schema;
pub mod sealed;
pub mod seeded;
pub mod stores;
