//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod awards;
mod due;
mod history;
mod lists;
mod records;
mod reports;

pub use awards::{award, insert_award, update_award};
pub use due::{openable, remindable, set_reminder};
pub use history::{history, insert_history};
pub use lists::{Filter, Key, Order, Visible, n_overdue, n_reports, page};
pub use records::{Readable, insert_addendum, insert_hand_in, insert_revision, revisions, update_addendum};
pub use reports::{get, get_all, insert, of_award, update};
