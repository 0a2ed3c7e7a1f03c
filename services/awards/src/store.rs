//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod awards;
mod lists;
mod payees;
mod payments;
mod pots;
mod records;
mod recoveries;
mod variations;

pub use awards::{agreements, expired_offers, first_reserve, get, get_all, insert, live_in_round, update};
pub use lists::{Filter, Totals, Visible, has_own_in_round, page, totals};
pub use payees::{insert_payee_check, latest_payee_check, payee_checks};
pub use payments::{MoneyFilter, due_on_day, insert_payment, payment, payments_of, payments_page, update_payment};
pub use pots::{entries, insert_pot, insert_round, post, pot, round};
pub use records::{HistoryRow, history, insert_history};
pub use recoveries::{insert_recovery, recoveries_of, recoveries_page, recovery, update_recovery};
pub use variations::{
    extension, extensions, insert_extension, insert_variation, update_variation, variation, variations,
};

use kit::db::{DbError, Tx};
use kit::ids::OrgId;
use kit::money::{Currency, Money};
use kit::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::award::Actor;

type Backend = <Tx as diesel::Connection>::Backend;

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

fn parsed_option<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, DbError>
where
    T::Err: std::fmt::Display,
{
    text.map(parsed).transpose()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and flags become JSON")
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(inconsistent)
}

fn money(minor_units: i64, currency: &str) -> Result<Money, DbError> {
    Ok(Money { minor_units, currency: parsed::<Currency>(currency)? })
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// The two columns in which somebody who acted is kept.
fn actor_of(subject: String, organisation: Option<&str>) -> Result<Actor, DbError> {
    Ok(Actor { subject, organisation: parsed_option::<OrgId>(organisation)? })
}
