//! What at least three services share, or two that must not differ in it.

pub mod bus;
pub mod caller;
pub mod clock;
pub mod consumer;
pub mod cx;
pub mod db;
pub mod deadline;
pub mod digest;
#[cfg(any(test, feature = "testing"))]
pub mod each_db;
pub mod edge;
pub mod fault;
pub mod files;
#[cfg(any(test, feature = "testing"))]
pub mod golden;
pub mod guard;
#[cfg(any(test, feature = "testing"))]
pub mod heard;
pub mod history;
pub mod idempotency;
pub mod ids;
pub mod language;
pub mod listener;
pub mod money;
pub mod neighbour;
pub mod outbox;
pub mod paging;
pub mod register;
pub mod relay;
pub mod rules;
pub mod stop;
pub mod stored;
pub mod ticker;
pub mod time;
pub mod tokens;
pub mod transport;
pub mod verdict;
pub mod watch;
#[cfg(any(test, feature = "testing"))]
pub mod who;
pub mod wire;
pub mod working_days;
