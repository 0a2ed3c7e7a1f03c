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
