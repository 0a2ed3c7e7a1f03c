//! The server's clock. It follows real time, or is held until it is moved, as in the demo and the tests. Tokens use
//! real time instead.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::time::Timestamp;

/// One clock of a process, shared by all its roles.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Real,
    Held(Arc<AtomicI64>),
}

impl Clock {
    pub fn real() -> Clock {
        Clock(Source::Real)
    }

    /// A clock that stands at an instant. The same value stands in the clock row of each store.
    pub fn held(at: Timestamp) -> Clock {
        Clock(Source::Held(Arc::new(AtomicI64::new(at.micros()))))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::Real => Timestamp::of_this_machine(),
            Source::Held(micros) => Timestamp::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    pub fn is_held(&self) -> bool {
        match &self.0 {
            Source::Real => false,
            Source::Held(_) => true,
        }
    }

    /// Moves a held clock forward; a real clock, and a move backwards, stay as they are.
    pub fn move_to(&self, at: Timestamp) {
        match &self.0 {
            Source::Real => {}
            Source::Held(micros) => {
                micros.fetch_max(at.micros(), Ordering::SeqCst);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::at;

    #[test]
    fn a_held_clock_moves_forward_only() {
        let clock = Clock::held(at("2020-01-06T09:00:00Z"));
        clock.move_to(at("2020-01-07T09:00:00Z"));
        clock.move_to(at("2020-01-05T09:00:00Z"));
        assert_eq!(clock.now(), at("2020-01-07T09:00:00Z"));
    }
}
