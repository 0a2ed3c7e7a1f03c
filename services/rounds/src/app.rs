//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod frameworks;
mod rounds;
mod ticker;

pub use frameworks::{AddVersion, CreateFramework, UpdateVersion, add_version, create_framework, update_version};
pub use rounds::{
    Cancel, CreateRound, Extend, Reopen, Schedule, UpdateRound, cancel, create_round, extend, known, reopen, schedule,
    update_round,
};
pub use ticker::tick;
