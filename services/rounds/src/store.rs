//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod due;
mod frameworks;
mod history;
mod lists;
mod rounds;

pub use due::due;
pub use frameworks::{
    framework, framework_version, insert_framework, n_frameworks, page_of_frameworks, update_framework,
};
pub use history::{history, insert_history};
pub use lists::{Filter, Visible, n_rounds, page};
pub use rounds::{get, insert, update};
