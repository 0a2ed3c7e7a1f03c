//! Parsing that several things share. Every bad field is reported at once; what the field rules of the contract already
//! check is not repeated.

use std::fmt::Display;
use std::str::FromStr;

use kit::wire::Reader;

/// Identities, each once and in their order.
pub fn ids<I: FromStr<Err: Display> + Ord>(reader: &mut Reader, field: &str, wire: Vec<String>) -> Vec<I> {
    let mut ids = reader.ids(field, wire);
    ids.sort();
    ids.dedup();
    ids
}
