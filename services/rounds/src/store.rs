//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod frameworks;
mod history;
mod rounds;

pub use frameworks::{framework, framework_version, frameworks, insert_framework, n_frameworks, update_framework};
pub use history::{HistoryRow, history, insert_history};
pub use rounds::{Filter, due, insert_round, n_rounds, round, rounds, update_round};

use kit::db::DbError;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn inconsistent(what: impl std::fmt::Display) -> DbError {
    DbError::Inconsistent(what.to_string())
}

/// Reads a stored text that must be of its kind.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, DbError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|cause| inconsistent(format!("{text}: {cause}")))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and flags become JSON")
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(inconsistent)
}
