//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod awards;
mod extensions;
mod history;
mod lists;
mod money_history;
mod payees;
mod payments;
mod pots;
mod recoveries;
mod variations;

pub use awards::{agreements, expired_offers, first_reserve, get, get_all, insert, live_in_round, update};
pub use extensions::{extension, extensions, insert_extension};
pub use history::{history, insert_history};
pub use lists::{Filter, MoneyFilter, Order, Sums, Visible, has_visible_in_round, page, totals};
pub use money_history::{insert_money_line, money_history, took_step};
pub use payees::{insert_payee_check, latest_payee_check, payee_checks};
pub use payments::{due_on_day, insert_payment, page_of_payments, payment, payments_of, update_payment};
pub use pots::{entries, insert_pot, insert_round, post, pot, round};
pub use recoveries::{insert_recovery, page_of_recoveries, recoveries_of, recovery, update_recovery};
pub use variations::{insert_variation, update_variation, variation, variations};
