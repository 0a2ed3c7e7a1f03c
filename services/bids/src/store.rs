//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod bids;
mod clarifications;
mod duplicates;
mod earlier;
mod history;
mod intakes;
mod lists;
mod participations;
mod records;
mod uploads;

pub use bids::{get, get_all, insert, of_reference, update};
pub use clarifications::{clarification, insert_clarification, page_of_clarifications, update_clarification};
pub use duplicates::{clear_duplicates, insert_duplicates, page_of_duplicates, received_siblings};
pub use earlier::{n_live_besides, n_overdue, put_project, put_report};
pub use history::{history, insert_history};
pub use intakes::{
    Taken, call, close_intake, closes_at, due_intakes, insert_call, intake, put_call, take_number, take_place,
};
pub use lists::{Filter, Order, Visible, held, n_led_besides, page, sweepable, totals};
pub use records::{
    Readable, insert_hand_in, insert_revision, latest_hand_in, page_of_revisions, readable_revision, revision,
};
pub use uploads::{announce, condemn, forget, is_condemned, keep, lost, n_bytes_besides};
