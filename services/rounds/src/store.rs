//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod frameworks;
mod history;
mod rounds;

pub use frameworks::{
    framework, framework_version, insert_framework, n_frameworks, page_of_frameworks, update_framework,
};
pub use history::{history, insert_history};
pub use rounds::{RoundFilter, Visible, due, insert_round, n_rounds, page_of_rounds, round, update_round};
