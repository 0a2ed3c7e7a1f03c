//! The intake of a round. Its row orders all bids: taking a place and closing update the same row, so the order of
//! numbers is the order of instants, and after the close has returned no bid can appear before it.

use kit::time::Timestamp;

use crate::call::Call;

/// The intake as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    pub call: Call,
    /// None while it takes bids or has yet to open.
    pub closed_at: Option<Timestamp>,
    pub last_number: i64,
}

/// The same with the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeNow {
    pub intake: Intake,
    pub as_of: Timestamp,
}

/// What the intake gave to one hand-in: the instant that decides, and its place in the order of hand-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub at: Timestamp,
    pub timing: Timing,
}

/// How an instant lies to the window of a round: half-open, opening included, close not (rule 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    Early,
    /// With the next number of the round; a bid that keeps one has no use for it.
    InTime {
        number: i64,
    },
    /// With the next place among the late ones, which orders those of one instant.
    Late {
        queue: i64,
    },
}

impl Place {
    /// Places an instant in the window of a call. `number` and `queue` are what its counters would give.
    pub fn new(at: Timestamp, (opens_at, closes_at): (Timestamp, Timestamp), number: i64, queue: i64) -> Place {
        let timing = if at < opens_at {
            Timing::Early
        } else if at < closes_at {
            Timing::InTime { number }
        } else {
            Timing::Late { queue }
        };
        Place { at, timing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::time::at;

    fn timing(instant: &str) -> Timing {
        let window = (at("2026-02-10T09:00:00Z"), at("2026-03-17T00:00:00Z"));
        Place::new(at(instant), window, 1, 7).timing
    }

    #[test]
    fn the_opening_is_in_the_window_and_the_close_is_not() {
        assert_eq!(timing("2026-02-10T08:59:59.999999Z"), Timing::Early);
        assert_eq!(timing("2026-02-10T09:00:00Z"), Timing::InTime { number: 1 });
        assert_eq!(timing("2026-03-16T23:59:59.999999Z"), Timing::InTime { number: 1 });
        assert_eq!(timing("2026-03-17T00:00:00Z"), Timing::Late { queue: 7 });
        assert_eq!(timing("2026-03-17T00:00:00.000001Z"), Timing::Late { queue: 7 });
    }
}
