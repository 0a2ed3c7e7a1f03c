//! Tables, private rows and queries, by collection. A row that makes no sense fails loudly.

pub mod boards;
pub mod clients;
pub mod keys;
pub mod memberships;
pub mod organisations;
pub mod people;
pub mod revocations;
pub mod sign_ins;

use kit::db::DbError;
use kit::stored::{parsed, parsed_option};
use kit::time::Date;

use crate::dates::Term;

/// A key of a page that is ordered by a text: the text, and the identity where it is the same.
pub type After = Option<(String, String)>;

fn term_of(from: &str, until: Option<&str>) -> Result<Term, DbError> {
    Ok(Term { from: parsed(from)?, until: parsed_option::<Date>(until)? })
}
