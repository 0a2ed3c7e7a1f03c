//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod frameworks;
mod rounds;
mod ticker;

pub use frameworks::{AddVersion, CreateFramework, UpdateVersion, add_version, create_framework, update_version};
pub use rounds::{
    CancelRound, CreateRound, ExtendRound, ReopenRound, ScheduleRound, UpdateRound, cancel_round, create_round,
    extend_round, known, reopen_round, schedule_round, update_round,
};
pub use ticker::tick;
