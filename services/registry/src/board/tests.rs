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
    let amended = board.update(names("EOC"), 5, at("2020-02-01T09:00:00Z"));
    assert_eq!((amended.id, amended.version, amended.quorum), (board.id, 2, 5));
    assert_eq!(amended.created_at, board.created_at);
}
