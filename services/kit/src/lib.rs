//! What at least three services share, or two that must not differ in it.

pub mod bus;
pub mod caller;
pub mod clock;
pub mod cx;
pub mod db;
#[cfg(any(test, feature = "testing"))]
pub mod each_db;
pub mod edge;
pub mod fault;
pub mod guard;
pub mod idempotency;
pub mod ids;
pub mod listener;
pub mod money;
pub mod outbox;
pub mod paging;
pub mod relay;
pub mod rules;
pub mod stop;
pub mod ticker;
pub mod time;
pub mod tokens;
pub mod transport;
pub mod verdict;
pub mod watch;
pub mod wire;
pub mod working_days;
