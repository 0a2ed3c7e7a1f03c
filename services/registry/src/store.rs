//! Tables, private rows and queries, by collection. A row that makes no sense fails loudly.

pub mod boards;
pub mod clients;
pub mod keys;
pub mod memberships;
pub mod organisations;
pub mod people;
pub mod revocations;
pub mod sign_ins;

use kit::caller::Subject;
use kit::ids::OrgId;

/// A key of a page that is ordered by a text: the text, and the identity where it is the same.
pub type Key<I> = (String, I);

/// Which people or clients a caller finds in a list.
#[derive(Clone, Debug)]
pub struct Visible {
    pub all: bool,
    /// Where not all: those of these organisations, and the caller.
    pub organisations: Vec<OrgId>,
    pub caller: Subject,
}
