//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it,
//! and so are secrets. One module per collection.

pub mod boards;
pub mod clients;
pub mod memberships;
pub mod organisations;
pub mod people;
pub mod sign_in;

use kit::ids::OrgId;
use kit::time::Date;

use crate::organisation::Organisation;

/// An organisation with what follows from others and from the day.
#[derive(Clone, Debug)]
pub struct OrganisationNow {
    pub organisation: Organisation,
    pub predecessors: Vec<OrgId>,
    pub today: Date,
}
