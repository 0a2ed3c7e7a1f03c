//! Parses requests into commands and list filters. Every bad field is reported at once; what the field rules of the
//! contract already check is not repeated here, nor what `kit::shapes` reads.

mod awards;
mod payments;

pub use awards::*;
pub use payments::*;

use kit::deadline::{Deadline, Edge};
use kit::money::Money;
use kit::wire::Reader;
use toadlane_proto::types::v1 as types;

/// A sum of more than nothing.
fn positive(reader: &mut Reader, field: &str, wire: Option<types::Money>) -> Option<Money> {
    let money = reader.money(field, wire)?;
    let some = if money.minor_units > 0 { Ok(money) } else { Err("give more than nothing") };
    reader.take(&format!("{field}.minor_units"), "int64.gt", some)
}

/// None for none, and for one that is refused.
fn deadline(reader: &mut Reader, field: &str, wire: Option<types::Deadline>) -> Option<Deadline> {
    reader.deadline_in_words(field, wire?, Edge::Due)
}

fn text_or_none(text: &str) -> Option<String> {
    Some(text.trim().to_string()).filter(|text| !text.is_empty())
}
