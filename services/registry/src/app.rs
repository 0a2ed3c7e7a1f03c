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

use crate::organisation::Organisation;

/// An organisation with what follows from others and from the day.
#[derive(Clone, Debug)]
pub struct OrganisationNow {
    pub organisation: Organisation,
    pub predecessors: Vec<OrgId>,
    pub today: Date,
}
