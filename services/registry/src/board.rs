//! Boards and their seats. Panels, quorum and recusal are `grading`'s: it reads seats from here.

use kit::ids::{BoardId, OrgId, PersonId, SeatId};
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
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(self.clone())) }
    }

    pub fn create(id: BoardId, names: Names, quorum: i32, now: Timestamp) -> Board {
        Board { id, version: 1, names, quorum, created_at: now, updated_at: now }
    }

    pub fn amend(&self, names: Names, quorum: i32, now: Timestamp) -> Board {
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
pub struct SeatNow {
    pub seat: Seat,
    pub person_name: String,
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

    /// Whether duties of the person rest for it, see [`kit::caller::Caller::serves`]: from the moment it is given until
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
mod tests {
    use kit::time::at;

    use super::*;
    use crate::dates::day;

    const NOW: &str = "2020-01-06T09:00:00Z";

    fn new_seat(from: &str, until: &str) -> NewSeat {
        NewSeat {
            board: BoardId::new(),
            organisation: OrgId::new(),
            person: PersonId::new(),
            voting: true,
            term: Term { from: day(from), until: (!until.is_empty()).then(|| day(until)) },
        }
    }

    fn take(new: &NewSeat, others: &[Seat]) -> Result<Seat, Error> {
        Seat::take(SeatId::new(), new, others, at(NOW))
    }

    #[test]
    fn a_person_sits_on_one_board_once_at_a_time() {
        let first = take(&new_seat("2019-07-01", "2021-07-01"), &[]).unwrap();
        let refused = take(&new_seat("2021-06-30", ""), std::slice::from_ref(&first)).unwrap_err();
        assert!(matches!(refused, Error::Overlap { what: "seat", .. }));
        assert!(take(&new_seat("2021-07-01", ""), &[first]).is_ok());
    }

    #[test]
    fn a_seat_binds_from_when_it_is_given_until_a_year_after_its_end() {
        let given = |from, until| Seat::take(SeatId::new(), &new_seat(from, until), &[], at("2017-07-01T09:00:00Z"));
        let binds = |from, until| given(from, until).unwrap().binds(at(NOW));
        assert!(binds("2019-07-01", "") && binds("2020-07-01", "2021-07-01"), "held, and given");
        assert!(binds("2017-07-01", "2019-01-06"));
        assert!(!binds("2017-07-01", "2019-01-05"));
        let held = given("2017-07-01", "").unwrap();
        for until in ["2017-07-01", "2018-01-01"] {
            assert!(held.end(day(until), at(NOW)).unwrap().binds(at(NOW)), "it was held until it was ended");
        }
        let waiting = take(&new_seat("2020-07-01", ""), &[]).unwrap();
        assert!(!waiting.vacate(day("2020-01-06"), at(NOW)).unwrap().binds(at(NOW)), "it never began");
    }

    #[test]
    fn the_seats_of_an_ended_person_fall_vacant_that_day() {
        let sitting = take(&new_seat("2019-07-01", "2021-07-01"), &[]).unwrap();
        let vacated = sitting.vacate(day("2020-01-06"), at(NOW)).unwrap();
        assert_eq!(vacated.term.until, Some(day("2020-01-06")));
        let waiting = take(&new_seat("2020-07-01", ""), &[]).unwrap();
        let vacated = waiting.vacate(day("2020-01-06"), at(NOW)).unwrap();
        assert!(!vacated.term.holds_on(day("2020-07-01")), "it never begins");
        let over = take(&new_seat("2017-07-01", "2019-07-01"), &[]).unwrap();
        assert_eq!(over.vacate(day("2020-01-06"), at(NOW)), None);
    }

    #[test]
    fn an_amended_board_keeps_its_identity() {
        let names = |short: &str| Names {
            name: "Executive Oversight Committee".to_string(),
            name_cy: String::new(),
            short_name: short.to_string(),
        };
        let board = Board::create(BoardId::new(), names("EOC"), 4, at(NOW));
        let amended = board.amend(names("EOC"), 5, at("2020-02-01T09:00:00Z"));
        assert_eq!((amended.id, amended.version, amended.quorum), (board.id, 2, 5));
        assert_eq!(amended.created_at, board.created_at);
    }
}
