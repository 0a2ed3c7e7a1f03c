//! Parses requests, by service, into commands and list filters. Every bad field is reported at once; what the field
//! rules of the contract already check is not repeated here.

pub mod boards;
pub mod clients;
pub mod organisations;
pub mod people;
pub mod sign_in;

use std::fmt::Display;
use std::str::FromStr;

use kit::wire::Reader;

use crate::app::Ending;

fn ending<I: FromStr<Err: Display>>(
    reader: &mut Reader,
    field: &str,
    id: &str,
    etag: &str,
    until_date: &str,
) -> Option<Ending<I>> {
    let target = reader.target(field, id, etag);
    let until = reader.date("until_date", until_date);
    Some(Ending { target: target?, until: until? })
}
