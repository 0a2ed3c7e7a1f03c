//! Boards and the seats on them.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{BoardId, OrgId, PersonId, SeatId};
use kit::outbox;
use kit::time::Date;

use crate::board::{Board, Names, NewSeat, Seat, SeatNow};
use crate::dates::Term;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::person::State;
use crate::policy::{self, Action};
use crate::store::{boards as store, organisations, people, revocations};

#[derive(Clone, Debug)]
pub struct CreateBoard {
    pub id: BoardId,
    pub names: Names,
    pub quorum: i32,
}

pub fn create_board(tx: &mut Tx, cx: &Cx, cmd: &CreateBoard) -> Result<Board, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "board")?;
    let board = Board::create(cmd.id, cmd.names.clone(), cmd.quorum, cx.now);
    store::insert(tx, &board)?;
    outbox::put(tx, cx, cx.now, &events::board(Happened::BoardCreated, &board))?;
    Ok(board)
}

#[derive(Clone, Debug)]
pub struct UpdateBoard {
    pub target: Target<BoardId>,
    pub names: Names,
    pub quorum: i32,
}

pub fn update_board(tx: &mut Tx, cx: &Cx, cmd: &UpdateBoard) -> Result<Board, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "board")?;
    let board = store::get(tx, cmd.target.id)?;
    board.expect_version(cmd.target.version)?;
    let amended = board.amend(cmd.names.clone(), cmd.quorum, cx.now);
    store::update(tx, &board, &amended)?;
    outbox::put(tx, cx, cx.now, &events::board(Happened::BoardAmended, &amended))?;
    Ok(amended)
}

#[derive(Clone, Debug)]
pub struct AddSeat {
    pub id: SeatId,
    pub board: BoardId,
    pub organisation: OrgId,
    pub person: PersonId,
    pub voting: bool,
    pub from: Date,
    pub until: Option<Date>,
}

pub fn add_seat(tx: &mut Tx, cx: &Cx, cmd: &AddSeat) -> Result<SeatNow, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "board")?;
    let board = store::get(tx, cmd.board)?.id;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let person = people::get(tx, cmd.person)?;
    match person.state {
        State::Active => {}
        State::Ended { .. } => {
            return Err(Error::bad_field("person_id", "active", "this person was ended; name another"));
        }
    }
    let term = Term::new(cmd.from, cmd.until)?;
    let new = NewSeat { board, organisation, person: person.id, voting: cmd.voting, term };
    let others = store::seats_of(tx, person.id, Some(board))?;
    let seat = Seat::take(cmd.id, &new, &others, cx.now)?;
    store::insert_seat(tx, &seat)?;
    if seat.binds(cx.now) && person.held_at(cx.now).iter().any(|grant| grant.role.rests()) {
        revocations::insert(tx, &person.id.to_string())?;
    }
    record(tx, cx, Happened::SeatTaken, SeatNow { seat, person_name: person.name })
}

#[derive(Clone, Debug)]
pub struct EndSeat {
    pub target: Target<SeatId>,
    pub until: Date,
}

pub fn end_seat(tx: &mut Tx, cx: &Cx, cmd: &EndSeat) -> Result<SeatNow, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "seat")?;
    let SeatNow { seat, person_name } = store::get_seat(tx, cmd.target.id)?;
    if seat.version != cmd.target.version {
        return Err(Error::stale(SeatNow { seat, person_name }));
    }
    let ended = seat.end(cmd.until, cx.now)?;
    store::update_seat(tx, &seat, &ended)?;
    record(tx, cx, Happened::SeatEnded, SeatNow { seat: ended, person_name })
}

fn record(tx: &mut Tx, cx: &Cx, happened: Happened, now: SeatNow) -> Result<SeatNow, Error> {
    outbox::put(tx, cx, cx.now, &events::seat(happened, &now))?;
    Ok(now)
}
