//! Parses requests, by service, into commands and list filters. Every bad field is reported at once; what the field
//! rules of the contract already check is not repeated here.

pub mod boards;
pub mod clients;
pub mod organisations;
pub mod people;
pub mod sign_in;

use std::fmt::Display;
use std::str::FromStr;

use kit::ids::SignInId;
use kit::time::Timestamp;
use kit::tokens::Code;
use kit::wire::Reader;

use crate::app::{Ending, NewEmail};

/// A command that may have an address wait for a code. The code itself goes past the store, into the mail.
pub struct NewCode<C> {
    pub command: C,
    /// Of which change it is the code, so that nothing is mailed for a dry run or a repeated request.
    pub id: SignInId,
    pub shown_once: String,
}

/// An address that was entered, with the code by which it would be confirmed.
fn new_email(address: String) -> (NewEmail, String) {
    let (id, real_now) = (SignInId::new(), Timestamp::of_this_machine());
    let Code { shown_once, stored } = Code::generate(&id.to_string());
    (NewEmail { address, id, code: stored, real_now }, shown_once)
}

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
