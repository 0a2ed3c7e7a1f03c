//! The corpus: the documents that a commission opens, and the words by which they are found. Reports enter it when they
//! are accepted and released, case studies with their council's consent.

mod api;
pub mod app;
pub mod convert;
pub mod document;
pub mod reading;
pub mod repeats;
pub mod search;
pub mod store;
pub mod words;
