//! Boards and their seats. Panels, quorum and recusal are `grading`'s: it reads seats from here.

use kit::ids::{BoardId, OrgId, PersonId, SeatId};
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};

use crate::dates::Term;
use crate::error::Error;

/// A body that recommends or decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    pub id: BoardId,
    /// Counts every change; the etag.
    pub version: i64,
    pub names: Names,
    /// Least number of voters, present and not recused, that it needs to act on a bid (rule 11).
    pub quorum: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a board is called, in English and, where it has such a name, in Welsh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub name: String,
    pub name_cy: String,
    /// Unique.
    pub short_name: String,
}

impl Board {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    pub fn create(id: BoardId, names: Names, quorum: i32, now: Timestamp) -> Board {
        Board { id, version: 1, names, quorum, created_at: now, updated_at: now }
    }

    pub fn update(&self, names: Names, quorum: i32, now: Timestamp) -> Board {
        Board { version: self.version + 1, names, quorum, updated_at: now, ..self.clone() }
    }
}

/// A place on a board that one person holds for an organisation for a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub id: SeatId,
    /// Counts every change; the etag.
    pub version: i64,
    pub board: BoardId,
    /// Its bids are an interest of the person (rule 10).
    pub organisation: OrgId,
    pub person: PersonId,
    pub voting: bool,
    pub term: Term,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a new seat says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSeat {
    pub board: BoardId,
    pub organisation: OrgId,
    pub person: PersonId,
    pub voting: bool,
    pub term: Term,
}

/// A seat with the name of the person who sits.
#[derive(Clone, Debug)]
pub struct NamedSeat {
    pub seat: Seat,
    pub person_name: String,
}

impl NamedSeat {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.seat.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

impl Seat {
    /// Gives a person a seat. `others` are all seats of the person on this board.
    ///
    /// # Errors
    /// [`Error::Overlap`] when one of them holds on a day of the new one: a person counts once (rule 12).
    pub fn take(id: SeatId, new: &NewSeat, others: &[Seat], now: Timestamp) -> Result<Seat, Error> {
        if let Some(other) = others.iter().find(|other| other.term.overlaps(&new.term)) {
            return Err(Error::Overlap { what: "seat", existing: other.id.to_string() });
        }
        let NewSeat { board, organisation, person, voting, term } = new.clone();
        Ok(Seat { id, version: 1, board, organisation, person, voting, term, created_at: now, updated_at: now })
    }

    /// Ends the term from a day on.
    ///
    /// # Errors
    /// [`Error::EndBeforeStart`] for a day before the first, [`Error::EndedAlready`] unless the end comes earlier.
    pub fn end(&self, until: Date, now: Timestamp) -> Result<Seat, Error> {
        Ok(Seat { term: self.term.end(until)?, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The same for a person who was ended on a day: a term that had not begun holds on no day. None when it is over.
    pub fn vacate(&self, on: Date, now: Timestamp) -> Option<Seat> {
        self.end(on.max(self.term.from), now).ok()
    }

    /// Whether roles of the person rest for it, see [`kit::caller::Caller::serves`]: from the moment it is given until
    /// a year after its end, as nobody audits what they lately took part in (IIA Standards 2017, 1130.A1). An end that
    /// is entered for a day in the past counts from the day on which it was entered: until then they sat.
    pub fn binds(&self, now: Timestamp) -> bool {
        let changed_on = Date::today(self.updated_at);
        let never_held = self.term.until == Some(self.term.from) && changed_on <= self.term.from;
        let a_year_ago = Date::today(now.plus_seconds(-366 * 24 * 3600));
        !never_held && self.term.until.is_none_or(|until| until.max(changed_on) > a_year_ago)
    }
}

#[cfg(test)]
mod tests;
