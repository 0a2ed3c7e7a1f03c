//! Boards and the seats on them.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{BoardId, OrgId, PersonId, SeatId};
use kit::outbox;
use kit::time::Date;

use crate::board::{Board, Names, NewSeat, Seat, SeatNow};
use crate::dates::Term;
use crate::error::{Error, Newer};
use crate::events::{self, OfBoard, OfSeat};
use crate::person::State;
use crate::policy::{self, Action, Facts};
use crate::store::{boards as store, organisations, people, revocations};

#[derive(Clone, Debug)]
pub struct Create {
    pub id: BoardId,
    pub names: Names,
    pub quorum: i32,
}

pub fn create(tx: &mut Tx, cx: &Cx, cmd: &Create) -> Result<Board, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "board")?;
    let board = Board::create(cmd.id, cmd.names.clone(), cmd.quorum, cx.now);
    store::insert(tx, &board)?;
    outbox::put(tx, cx, cx.now, &events::board(OfBoard::Created, &board))?;
    Ok(board)
}

#[derive(Clone, Debug)]
pub struct Update {
    pub target: Target<BoardId>,
    pub names: Names,
    pub quorum: i32,
}

pub fn update(tx: &mut Tx, cx: &Cx, cmd: &Update) -> Result<Board, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "board")?;
    let board = store::get(tx, cmd.target.id)?;
    board.expect_version(cmd.target.version)?;
    let amended = board.amend(cmd.names.clone(), cmd.quorum, cx.now);
    store::update(tx, &board, &amended)?;
    outbox::put(tx, cx, cx.now, &events::board(OfBoard::Amended, &amended))?;
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
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "board")?;
    let board = store::get(tx, cmd.board)?.id;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let person = people::get(tx, cmd.person)?;
    match person.state {
        State::Active => {}
        State::Ended { .. } => {
            let says = "this person was ended; name another";
            return Err(Error::Invalid(vec![Violation::new("person_id", "active", says)]));
        }
    }
    let term = Term::new(cmd.from, cmd.until)?;
    let new = NewSeat { board, organisation, person: person.id, voting: cmd.voting, term };
    let others = store::seats_of(tx, person.id, Some(board))?;
    let seat = Seat::take(cmd.id, &new, &others, cx.now)?;
    store::insert_seat(tx, &seat)?;
    if seat.binds(cx.now) && person.held_at(cx.now).iter().any(|grant| grant.duty.rests()) {
        revocations::insert(tx, &person.id.to_string())?;
    }
    record(tx, cx, OfSeat::Taken, seat, person.name)
}

#[derive(Clone, Debug)]
pub struct EndSeat {
    pub target: Target<SeatId>,
    pub until: Date,
}

pub fn end_seat(tx: &mut Tx, cx: &Cx, cmd: &EndSeat) -> Result<SeatNow, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "seat")?;
    let seat = store::get_seat(tx, cmd.target.id)?;
    let person_name = store::name_of(tx, seat.person)?;
    if seat.version != cmd.target.version {
        return Err(Error::stale(Newer::Seat(SeatNow { seat, person_name })));
    }
    let ended = seat.end(cmd.until, cx.now)?;
    store::update_seat(tx, &seat, &ended)?;
    record(tx, cx, OfSeat::Ended, ended, person_name)
}

fn record(tx: &mut Tx, cx: &Cx, happened: OfSeat, seat: Seat, person_name: String) -> Result<SeatNow, Error> {
    let now = SeatNow { seat, person_name };
    outbox::put(tx, cx, cx.now, &events::seat(happened, &now))?;
    Ok(now)
}
