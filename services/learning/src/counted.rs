//! Lists that say how many rows they have.

use kit::paging::Found;
use kit::time::Timestamp;

/// A page of a list, and how many rows there are on all pages.
pub struct Counted<T> {
    pub page: Found<T>,
    pub n_rows: i64,
    pub as_of: Timestamp,
}
