//! Reads back what we stored: a text that cannot be read is a fault of the store, never of a caller.

use std::fmt::Display;
use std::str::FromStr;

use diesel::{OptionalExtension, QueryResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::DbError;
use crate::money::Money;
use crate::refusal::Refusal;

pub fn inconsistent(what: impl Display) -> DbError {
    DbError::Inconsistent(what.to_string())
}

/// A text that must be of its kind.
pub fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, DbError> {
    text.parse().map_err(|cause| inconsistent(format!("{text}: {cause}")))
}

/// What is stored, or that there is no such thing.
///
/// # Errors
/// [`Refusal::NotFound`], and that of the query.
pub fn found<T, E>(row: QueryResult<T>, what: &'static str) -> Result<T, E>
where
    E: From<Refusal> + From<diesel::result::Error>,
{
    row.optional()?.ok_or_else(|| Refusal::NotFound { what }.into())
}

pub fn money(minor_units: i64, currency: &str) -> Result<Money, DbError> {
    Ok(Money { minor_units, currency: parsed(currency)? })
}

pub fn parsed_option<T: FromStr<Err: Display>>(text: Option<&str>) -> Result<Option<T>, DbError> {
    text.map(parsed).transpose()
}

/// # Panics
/// For what has no JSON, such as a map whose keys are no texts.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and flags become JSON")
}

pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(inconsistent)
}
