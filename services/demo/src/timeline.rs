//! What happens in the round, printed line by line as it happens.

use std::fmt;

use kit::time::{Timestamp, at};
use toadlane_proto::bids::v1::participation::State;

use crate::round::SubmittedBid;

pub enum Line {
    Heading(String),
    Step { at: Timestamp, says: String },
    Bid(Box<SubmittedBid>),
}

/// Who is told.
pub type Tell<'a> = &'a mut (dyn FnMut(Line) + Send);

impl Line {
    pub fn heading(says: &str) -> Line {
        Line::Heading(says.to_string())
    }

    /// A step at an instant that is written out in RFC 3339.
    pub fn step(instant: &str, says: impl Into<String>) -> Line {
        Line::Step { at: at(instant), says: says.into() }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Heading(says) => write!(f, "\n== {says}"),
            Line::Step { at, says } => write!(f, "   {}  {says}", day(*at)),
            Line::Bid(submitted) => {
                let at = submitted.bid.received_at.and_then(|at| Timestamp::try_from(at).ok());
                let (at, title) = (at.map(day).unwrap_or_default(), short(&submitted.title));
                writeln!(f, "   {at}  no. {:>2}  {:<26} {title}", submitted.bid.number, submitted.council)?;
                let (reference, sha256) = (&submitted.client_reference, &submitted.receipt.content_sha256[..16]);
                write!(f, "   {:28}  receipt for {reference}, SHA-256 of the content {sha256}..", "")?;
                let asked = &submitted.bid.participations;
                let confirmed = asked.iter().filter(|asked| asked.state() == State::Confirmed).count();
                match asked.len() {
                    0 => Ok(()),
                    n => write!(f, "\n   {:28}  partner councils that confirmed: {confirmed} of {n}", ""),
                }
            }
        }
    }
}

/// A title that fits in a line.
fn short(title: &str) -> String {
    match title.char_indices().nth(60) {
        Some((end, _)) => format!("{}..", title[..end].trim_end()),
        None => title.to_string(),
    }
}

/// `9:00am on 4 November 2019`, padded to one width.
fn day(at: Timestamp) -> String {
    format!("{:<28}", at.in_words("Europe/London"))
}
