//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod awards;
mod due;
mod lists;
mod records;
mod rows;

pub use awards::{award, insert_award, update_award};
pub use due::{openable, remindable, set_reminder};
pub use lists::{Filter, Key, Order, Sight, page, totals};
pub use records::{
    HistoryRow, Readable, RevisionRow, history, insert_addendum, insert_hand_in, insert_history, paper_of, revisions,
};
pub use rows::{get, get_all, insert, of_award, update};

use kit::db::DbError;

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

fn json_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and flags become JSON")
}

fn read_json<'a, T: serde::Deserialize<'a>>(json: &'a str) -> Result<T, DbError> {
    serde_json::from_str(json).map_err(inconsistent)
}
