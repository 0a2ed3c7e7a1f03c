//! Parses requests into commands and list filters. Every bad field is reported at once; what the field rules of the
//! contract already check is not repeated here.

mod awards;
mod extensions;
mod payees;
mod payments;
mod pots;
mod recoveries;
mod variations;

pub use awards::*;
pub use extensions::*;
pub use payees::*;
pub use payments::*;
pub use pots::*;
pub use recoveries::*;
pub use variations::*;

use kit::deadline::{Deadline, Edge};
use kit::money::Money;
use kit::wire::Reader;
use toadlane_proto::types::v1 as types;

/// A sum of more than nothing.
fn positive(reader: &mut Reader, field: &str, wire: Option<types::Money>) -> Option<Money> {
    let wire = reader.needed(field, wire)?;
    let money = reader.money_or_none(field, Some(wire))??;
    let some = if money.minor_units > 0 { Ok(money) } else { Err("give more than nothing") };
    reader.take(&format!("{field}.minor_units"), "int64.gt", some)
}

fn deadline(reader: &mut Reader, field: &str, wire: Option<types::Deadline>) -> Option<Option<Deadline>> {
    match wire {
        None => Some(None),
        Some(wire) => reader.deadline_in_words(field, wire, Edge::Due).map(Some),
    }
}
