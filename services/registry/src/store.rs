//! Tables, private rows and queries, by collection. A row that makes no sense fails loudly.

pub mod boards;
pub mod clients;
pub mod email_changes;
pub mod history;
pub mod keys;
pub mod memberships;
pub mod organisations;
pub mod people;
pub mod revocations;
pub mod sessions;
pub mod sign_ins;

use std::collections::HashMap;
use std::hash::Hash;

use kit::caller::Subject;
use kit::ids::OrgId;

/// A key of a page that is ordered by a text: the text, and the identity where it is the same.
pub type Key<I> = (String, I);

/// Which people or clients a caller finds in a list.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    /// Those of these organisations, people with a role for one of those, and the caller.
    Own {
        organisations: Vec<OrgId>,
        with_role_for: Vec<OrgId>,
        caller: Subject,
    },
}

/// What another table keeps of some rows, by the row that it belongs to.
fn grouped<I: Eq + Hash, T>(parts: impl IntoIterator<Item = (I, T)>) -> HashMap<I, Vec<T>> {
    let mut groups: HashMap<I, Vec<T>> = HashMap::new();
    for (id, part) in parts {
        groups.entry(id).or_default().push(part);
    }
    groups
}
