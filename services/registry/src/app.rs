//! One function per write, each inside a transaction, by collection. A closure may run again, so ids, secrets and times
//! are chosen before it.

pub mod boards;
pub mod clients;
pub mod memberships;
pub mod organisations;
pub mod people;
pub mod sign_in;

use kit::ids::OrgId;
use kit::time::Date;

use crate::board::Seat;
use crate::error::{Error, Newer};
use crate::organisation::Organisation;

/// A step on one resource, as the caller read it.
#[derive(Clone, Copy, Debug)]
pub struct Target<I> {
    pub id: I,
    pub version: i64,
}

impl<I> Target<I> {
    /// # Errors
    /// [`Error::Stale`] with the newer version, as its caller may see it, when another one is held.
    pub fn expect_version(&self, held: i64, newer: impl FnOnce() -> Newer) -> Result<(), Error> {
        if held == self.version { Ok(()) } else { Err(Error::Stale { newer: Box::new(newer()) }) }
    }
}

/// An organisation with what follows from others and from the day.
#[derive(Clone, Debug)]
pub struct OrganisationNow {
    pub organisation: Organisation,
    pub predecessors: Vec<OrgId>,
    pub today: Date,
}

/// A seat with the name of the person who sits.
#[derive(Clone, Debug)]
pub struct SeatNow {
    pub seat: Seat,
    pub person_name: String,
}
