//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod frameworks;
mod history;
mod rounds;

pub use frameworks::{framework, framework_version, frameworks, insert_framework, n_frameworks, update_framework};
pub use history::{history, insert_history};
pub use rounds::{Filter, due, insert_round, n_rounds, round, rounds, update_round};
