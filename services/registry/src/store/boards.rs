//! Boards and seats.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx, taken_meanwhile};
use kit::ids::{BoardId, PersonId, SeatId};
use kit::stored::parsed;
use kit::time::{Date, Timestamp};

use super::{After, term_of};
use crate::board::{Board, Names, Seat, SeatNow};
use crate::error::{Error, Newer};
use crate::schema::{board, person, seat};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = board)]
struct BoardRow {
    id: String,
    version: i64,
    name: String,
    name_cy: String,
    short_name: String,
    quorum: i32,
    created_at: i64,
    updated_at: i64,
}

impl From<&Board> for BoardRow {
    fn from(board: &Board) -> BoardRow {
        let Names { name, name_cy, short_name } = board.names.clone();
        BoardRow {
            id: board.id.to_string(),
            version: board.version,
            name,
            name_cy,
            short_name,
            quorum: board.quorum,
            created_at: board.created_at.micros(),
            updated_at: board.updated_at.micros(),
        }
    }
}

impl TryFrom<BoardRow> for Board {
    type Error = DbError;

    fn try_from(row: BoardRow) -> Result<Board, DbError> {
        Ok(Board {
            id: parsed(&row.id)?,
            version: row.version,
            names: Names { name: row.name, name_cy: row.name_cy, short_name: row.short_name },
            quorum: row.quorum,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seat, treat_none_as_null = true)]
struct SeatRow {
    id: String,
    version: i64,
    board_id: String,
    organisation_id: String,
    person_id: String,
    voting: bool,
    from_date: String,
    until_date: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl From<&Seat> for SeatRow {
    fn from(seat: &Seat) -> SeatRow {
        SeatRow {
            id: seat.id.to_string(),
            version: seat.version,
            board_id: seat.board.to_string(),
            organisation_id: seat.organisation.to_string(),
            person_id: seat.person.to_string(),
            voting: seat.voting,
            from_date: seat.term.from.to_string(),
            until_date: seat.term.until.map(|day| day.to_string()),
            created_at: seat.created_at.micros(),
            updated_at: seat.updated_at.micros(),
        }
    }
}

impl TryFrom<SeatRow> for Seat {
    type Error = DbError;

    fn try_from(row: SeatRow) -> Result<Seat, DbError> {
        Ok(Seat {
            id: parsed(&row.id)?,
            version: row.version,
            board: parsed(&row.board_id)?,
            organisation: parsed(&row.organisation_id)?,
            person: parsed(&row.person_id)?,
            voting: row.voting,
            term: term_of(&row.from_date, row.until_date.as_deref())?,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

pub fn get(tx: &mut Tx, id: BoardId) -> Result<Board, Error> {
    let row: Option<BoardRow> = board::table.find(id.to_string()).select(BoardRow::as_select()).first(tx).optional()?;
    match row {
        Some(row) => Ok(Board::try_from(row)?),
        None => Err(Error::NotFound { what: "board" }),
    }
}

pub fn insert(tx: &mut Tx, board: &Board) -> Result<(), Error> {
    expect_free_name(tx, board)?;
    diesel::insert_into(board::table).values(BoardRow::from(board)).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update(tx: &mut Tx, old: &Board, new: &Board) -> Result<(), Error> {
    expect_free_name(tx, new)?;
    let of_old_version = board::table.filter(board::id.eq(new.id.to_string())).filter(board::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(BoardRow::from(new)).execute(tx).map_err(taken_meanwhile)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Board(get(tx, new.id)?)));
    }
    Ok(())
}

fn expect_free_name(tx: &mut Tx, board: &Board) -> Result<(), Error> {
    let other: Option<String> = board::table
        .filter(board::short_name.eq(&board.names.short_name))
        .filter(board::id.ne(board.id.to_string()))
        .select(board::id)
        .first(tx)
        .optional()?;
    match other {
        Some(existing) => Err(Error::AlreadyExists { what: "board", field: "short_name", existing }),
        None => Ok(()),
    }
}

/// One page, by short name.
pub fn page(tx: &mut Tx, after: After, limit: i64) -> Result<Vec<Board>, DbError> {
    let mut query = board::table.into_boxed::<Backend>();
    if let Some((name, id)) = after {
        let same_name = board::short_name.eq(name.clone()).and(board::id.gt(id));
        query = query.filter(board::short_name.gt(name).or(same_name));
    }
    let rows: Vec<BoardRow> =
        query.order((board::short_name.asc(), board::id.asc())).limit(limit).select(BoardRow::as_select()).load(tx)?;
    rows.into_iter().map(Board::try_from).collect()
}

pub fn get_seat(tx: &mut Tx, id: SeatId) -> Result<Seat, Error> {
    let row: Option<SeatRow> = seat::table.find(id.to_string()).select(SeatRow::as_select()).first(tx).optional()?;
    match row {
        Some(row) => Ok(Seat::try_from(row)?),
        None => Err(Error::NotFound { what: "seat" }),
    }
}

pub fn insert_seat(tx: &mut Tx, seat: &Seat) -> Result<(), Error> {
    diesel::insert_into(seat::table).values(SeatRow::from(seat)).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_seat(tx: &mut Tx, old: &Seat, new: &Seat) -> Result<(), Error> {
    let of_old_version = seat::table.filter(seat::id.eq(new.id.to_string())).filter(seat::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(SeatRow::from(new)).execute(tx)?;
    if n_changed == 0 {
        let seat = get_seat(tx, new.id)?;
        let person_name = name_of(tx, seat.person)?;
        return Err(Error::stale(Newer::Seat(SeatNow { seat, person_name })));
    }
    Ok(())
}

/// Name of a person who sits.
pub fn name_of(tx: &mut Tx, id: PersonId) -> Result<String, DbError> {
    Ok(person::table.find(id.to_string()).select(person::name).first(tx)?)
}

/// All seats of one person, on one board or on every board.
pub fn seats_of(tx: &mut Tx, person: PersonId, board: Option<BoardId>) -> Result<Vec<Seat>, DbError> {
    let mut query = seat::table.filter(seat::person_id.eq(person.to_string())).into_boxed::<Backend>();
    if let Some(board) = board {
        query = query.filter(seat::board_id.eq(board.to_string()));
    }
    let rows: Vec<SeatRow> = query.order(seat::id.asc()).select(SeatRow::as_select()).load(tx)?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// Which seats.
#[derive(Clone, Debug)]
pub struct Filter {
    pub board: Option<BoardId>,
    pub person: Option<PersonId>,
    pub as_of: Option<Date>,
}

/// One page with the names of those who sit, by first day.
pub fn page_of_seats(tx: &mut Tx, filter: &Filter, after: After, limit: i64) -> Result<Vec<(Seat, String)>, DbError> {
    let mut query = seat::table.inner_join(person::table).into_boxed::<Backend>();
    if let Some(board) = filter.board {
        query = query.filter(seat::board_id.eq(board.to_string()));
    }
    if let Some(person) = filter.person {
        query = query.filter(seat::person_id.eq(person.to_string()));
    }
    if let Some(day) = filter.as_of {
        let day = day.to_string();
        let lasts = seat::until_date.assume_not_null().gt(day.clone());
        query = query.filter(seat::from_date.le(day));
        query = query.filter(seat::until_date.is_null().or(lasts));
    }
    if let Some((day, id)) = after {
        let same_day = seat::from_date.eq(day.clone()).and(seat::id.gt(id));
        query = query.filter(seat::from_date.gt(day).or(same_day));
    }
    let rows: Vec<(SeatRow, String)> = query
        .order((seat::from_date.asc(), seat::id.asc()))
        .limit(limit)
        .select((SeatRow::as_select(), person::name))
        .load(tx)?;
    let mut seats = Vec::with_capacity(rows.len());
    for (row, person_name) in rows {
        seats.push((Seat::try_from(row)?, person_name));
    }
    Ok(seats)
}
