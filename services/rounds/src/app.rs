//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod frameworks;
pub mod reading;
mod rounds;
mod ticker;

pub use frameworks::{
    AddFrameworkVersion, CreateFramework, UpdateFrameworkVersion, add_framework_version, create_framework,
    update_framework_version,
};
pub use rounds::{
    CancelRound, CreateRound, ExtendRound, ReopenRound, ScheduleRound, UpdateRound, cancel_round, create_round,
    extend_round, reopen_round, schedule_round, update_round,
};
pub use ticker::tick;
