//! The gate of a round. Its row orders all bids: taking a place and closing update the same row, so the order of
//! numbers is the order of instants, and after the close has returned no bid can appear before it.

use kit::time::Timestamp;

use crate::call::Call;

/// The gate as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    pub call: Call,
    /// None while it takes bids or has yet to open.
    pub closed_at: Option<Timestamp>,
    pub last_number: i64,
}

/// What the gate gave to one hand-in: the instant that decides, and the next number where the gate was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub at: Timestamp,
    pub timing: Timing,
}

/// How an instant lies to the window of a round: half-open, opening included, close not (rule 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    Early,
    InTime { number: i64 },
    Late,
}

impl Place {
    /// Places an instant in a window. `number` is what the gate's counter would give.
    pub fn new(at: Timestamp, opens_at: Timestamp, closes_at: Timestamp, number: i64) -> Place {
        let timing = if at < opens_at {
            Timing::Early
        } else if at < closes_at {
            Timing::InTime { number }
        } else {
            Timing::Late
        };
        Place { at, timing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::time::at;

    fn timing(instant: &str) -> Timing {
        Place::new(
            at(instant),
            at("2026-02-10T09:00:00Z"),
            at("2026-03-17T00:00:00Z"),
            1,
        )
        .timing
    }

    #[test]
    fn the_opening_is_in_the_window_and_the_close_is_not() {
        assert_eq!(timing("2026-02-10T08:59:59.999999Z"), Timing::Early);
        assert_eq!(timing("2026-02-10T09:00:00Z"), Timing::InTime { number: 1 });
        assert_eq!(
            timing("2026-03-16T23:59:59.999999Z"),
            Timing::InTime { number: 1 }
        );
        assert_eq!(timing("2026-03-17T00:00:00Z"), Timing::Late);
        assert_eq!(timing("2026-03-17T00:00:00.000001Z"), Timing::Late);
    }
}
