//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

mod assessments;
mod decisions;
mod reviews;

use kit::fault::Violation;
use tonic::{Response, Status};

use crate::error::Error;

type Answer<T> = Result<Response<T>, Status>;

fn id<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|cause: T::Err| Error::Invalid(vec![Violation::new(field, "id", cause.to_string())]))
}
