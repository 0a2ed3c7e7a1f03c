//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod bids;
mod clarifications;
mod duplicates;
mod earlier;
mod gates;
mod history;
mod lists;
mod records;

pub use bids::{get, get_all, insert, of_reference, update};
pub use clarifications::{clarification, clarifications, insert_clarification, update_clarification};
pub use duplicates::{clear_duplicates, duplicates, insert_duplicates, received_siblings};
pub use earlier::{n_live_besides, n_overdue, put_project, put_report};
pub use gates::{Gate, call, close_intake, due_intakes, insert_call, intake, put_call, take_number, take_place};
pub use history::{history, insert_history};
pub use lists::{Filter, Order, Totals, Visible, held, n_led_besides, page, sweepable, totals};
pub use records::{insert_hand_in, insert_revision, latest_hand_in, revision, revision_if, revisions};
