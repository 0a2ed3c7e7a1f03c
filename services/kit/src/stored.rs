//! Reads back what we stored: a text that cannot be read is a fault of the store, never of a caller.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::caller::Actor;
use crate::db::DbError;
use crate::money::Money;

pub fn inconsistent(what: impl Display) -> DbError {
    DbError::Inconsistent(what.to_string())
}

/// A text that must be of its kind.
pub fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, DbError> {
    text.parse().map_err(|cause| inconsistent(format!("{text}: {cause}")))
}

/// One of a closed list, by its name.
pub fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, DbError> {
    let found = all.iter().copied().find(|&one| name(one) == text);
    found.ok_or_else(|| {
        inconsistent(format!("{text} is none of {:?}", all.iter().map(|&one| name(one)).collect::<Vec<_>>()))
    })
}

/// The two columns in which somebody who acted is kept.
pub fn actor(subject: String, organisation: Option<&str>) -> Result<Actor, DbError> {
    Ok(Actor { subject, organisation: parsed_option(organisation)? })
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
