//! What at least three services share, or two where they must not differ.

pub mod bus;
pub mod call;
pub mod caller;
pub mod clock;
pub mod consumer;
pub mod cx;
pub mod db;
pub mod deadline;
pub mod digest;
pub mod edge;
pub mod fault;
pub mod files;
pub mod fold;
pub mod guard;
pub mod history;
pub mod ids;
pub mod language;
pub mod listener;
pub mod money;
pub mod names;
pub mod neighbour;
pub mod outbox;
pub mod paging;
pub mod refusal;
pub mod register;
pub mod relay;
mod retention;
pub mod rules;
mod service_error;
pub mod shapes;
pub mod stored;
pub mod ticker;
pub mod time;
pub mod tokens;
pub mod transport;
pub mod verdict;
pub mod watch;
pub mod wire;
pub mod working_days;

// The helpers of tests are a crate of their own, which calls this one `kit`.
#[cfg(test)]
extern crate self as kit;
#[cfg(test)]
#[path = "../../testing/src/lib.rs"]
pub mod testing;
