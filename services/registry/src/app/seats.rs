//! Seats on boards: given and ended.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{BoardId, OrgId, PersonId, SeatId};
use kit::refusal::Refusal;
use kit::time::Date;

use super::{Change, Ending, record};
use crate::board::{NamedSeat, NewSeat, Seat};
use crate::dates::Term;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::person::State;
use crate::policy::{self, Action};
use crate::store::{boards as store, organisations, people, revocations};

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

pub fn add_seat(tx: &mut Tx, cx: &Cx, cmd: &AddSeat) -> Result<NamedSeat, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "board")?;
    let board = store::get(tx, cmd.board)?.id;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let person = people::get(tx, cmd.person)?;
    match person.state {
        State::Active => {}
        State::Ended { .. } => {
            return Err(Refusal::bad_field("person_id", "active", "this person was ended; name another").into());
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
    let change = Change::to(Some(organisation), in_words(&seat));
    record(tx, cx, NamedSeat { seat, person_name: person.name }, Happened::SeatTaken, events::seat, change)
}

pub fn end_seat(tx: &mut Tx, cx: &Cx, cmd: &Ending<SeatId>) -> Result<NamedSeat, Error> {
    let NamedSeat { seat, person_name } = load_for(tx, cx, Action::ChangeRegister, &cmd.target)?;
    let ended = seat.end(cmd.until, cx.now)?;
    save(tx, cx, &seat, NamedSeat { seat: ended, person_name }, Happened::SeatEnded)
}

/// The seat as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<SeatId>) -> Result<NamedSeat, Error> {
    policy::check_at_large(&cx.caller, action, "seat")?;
    let named = store::get_seat(tx, target.id)?;
    named.expect_version(target.version)?;
    Ok(named)
}

/// A seat as history keeps it.
fn in_words(seat: &Seat) -> String {
    let votes = if seat.voting { "voting" } else { "not voting" };
    format!("{} for {} on {}, {votes}, {}", seat.person, seat.organisation, seat.board, seat.term)
}

/// Saves the new version of a seat with its event.
pub fn save(tx: &mut Tx, cx: &Cx, old: &Seat, new: NamedSeat, happened: Happened) -> Result<NamedSeat, Error> {
    store::update_seat(tx, old, &new.seat)?;
    let change = Change { from: in_words(old), ..Change::to(Some(new.seat.organisation), in_words(&new.seat)) };
    record(tx, cx, new, happened, events::seat, change)
}
