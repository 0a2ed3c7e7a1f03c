//! What many messages of the contract have in common. The build says which message has which shape: one with exactly
//! these fields, besides `request_id` and `validate_only`. A message that gets a further field loses its shape, and what
//! reads it no longer compiles.

/// A request about one thing.
pub trait OfOne {
    /// Name of the field with the thing's identity, such as `bid_id`.
    const ID: &'static str;

    fn parts(self) -> String;
}

/// A step on one thing, as its caller read it.
pub trait Step {
    const ID: &'static str;

    /// Identity and etag.
    fn parts(self) -> (String, String);
}

/// A step for which a reason is given, or may be.
pub trait ReasonedStep {
    const ID: &'static str;

    /// Identity, etag and reason.
    fn parts(self) -> (String, String, String);
}

/// Asks for a page of what belongs to one thing.
pub trait ListOf {
    const ID: &'static str;

    /// Identity, size and token of the page.
    fn parts(self) -> (String, i32, String);
}

/// A page of a list.
pub trait Page {
    type Row;

    fn of(rows: Vec<Self::Row>, next_page_token: String) -> Self;
}

/// A page of a list that changes with time alone.
pub trait DatedPage {
    type Row;

    fn of(rows: Vec<Self::Row>, next_page_token: String, as_of: prost_types::Timestamp) -> Self;
}

/// A page of a list whose rows are counted.
pub trait CountedPage {
    type Row;

    fn of(rows: Vec<Self::Row>, next_page_token: String, total_size: i64, as_of: prost_types::Timestamp) -> Self;
}

/// An enum, by the names of its values.
pub trait WireEnum: Copy + Default + Into<i32> + TryFrom<i32> {
    /// What all names begin with, such as `STATE_`.
    const PREFIX: &'static str;

    /// The value of this whole name, such as `STATE_HELD_LATE`.
    fn of_name(name: &str) -> Option<Self>;

    fn wire_name(self) -> &'static str;
}

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));
