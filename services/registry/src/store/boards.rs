//! Boards and seats.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::ids::{BoardId, OrgId, PersonId, SeatId};
use kit::refusal::Refusal;
use kit::stored::found;
use kit::time::{Date, Timestamp};

use super::Key;
use crate::board::{Board, NamedSeat, Names, Seat};
use crate::dates::Term;
use crate::error::Error;
use crate::schema::{board, person, seat};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = board)]
struct BoardRow {
    id: BoardId,
    version: i64,
    name: String,
    name_cy: String,
    short_name: String,
    quorum: i32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Board> for BoardRow {
    fn from(board: &Board) -> BoardRow {
        let Board { id, version, names, quorum, created_at, updated_at } = board.clone();
        let Names { name, name_cy, short_name } = names;
        BoardRow { id, version, name, name_cy, short_name, quorum, created_at, updated_at }
    }
}

impl From<BoardRow> for Board {
    fn from(row: BoardRow) -> Board {
        let BoardRow { id, version, name, name_cy, short_name, quorum, created_at, updated_at } = row;
        Board { id, version, names: Names { name, name_cy, short_name }, quorum, created_at, updated_at }
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seat, treat_none_as_null = true)]
struct SeatRow {
    id: SeatId,
    version: i64,
    board_id: BoardId,
    organisation_id: OrgId,
    person_id: PersonId,
    voting: bool,
    from_date: Date,
    until_date: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Seat> for SeatRow {
    fn from(seat: &Seat) -> SeatRow {
        SeatRow {
            id: seat.id,
            version: seat.version,
            board_id: seat.board,
            organisation_id: seat.organisation,
            person_id: seat.person,
            voting: seat.voting,
            from_date: seat.term.from,
            until_date: seat.term.until,
            created_at: seat.created_at,
            updated_at: seat.updated_at,
        }
    }
}

impl From<SeatRow> for Seat {
    fn from(row: SeatRow) -> Seat {
        Seat {
            id: row.id,
            version: row.version,
            board: row.board_id,
            organisation: row.organisation_id,
            person: row.person_id,
            voting: row.voting,
            term: Term { from: row.from_date, until: row.until_date },
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn named_seat((row, person_name): (SeatRow, String)) -> NamedSeat {
    NamedSeat { seat: row.into(), person_name }
}

pub fn get(conn: &mut Conn, id: BoardId) -> Result<Board, Error> {
    let row = board::table.find(id).select(BoardRow::as_select()).first(conn);
    Ok(found::<_, Error>(row, "board")?.into())
}

pub fn insert(conn: &mut Conn, board: &Board) -> Result<(), Error> {
    expect_free_name(conn, board)?;
    diesel::insert_into(board::table).values(BoardRow::from(board)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Board, new: &Board) -> Result<(), Error> {
    expect_free_name(conn, new)?;
    let of_old_version = board::table.find(new.id).filter(board::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(BoardRow::from(new)).execute(conn).map_err(taken_meanwhile)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

fn expect_free_name(conn: &mut Conn, board: &Board) -> Result<(), Error> {
    let other: Option<String> = board::table
        .filter(board::short_name.eq(&board.names.short_name))
        .filter(board::id.ne(board.id))
        .select(board::id)
        .first(conn)
        .optional()?;
    match other {
        Some(existing) => Err(Error::AlreadyExists { what: "board", field: "short_name", existing }),
        None => Ok(()),
    }
}

/// One page, by short name.
pub fn page(conn: &mut Conn, after: Option<Key<BoardId>>, limit: i64) -> Result<Vec<Board>, DbError> {
    let mut query = board::table.into_boxed::<Backend>();
    if let Some((name, id)) = after {
        query = query.filter(board::short_name.gt(name.clone()).or(board::short_name.eq(name).and(board::id.gt(id))));
    }
    let query = query.order((board::short_name.asc(), board::id.asc())).limit(limit);
    let rows: Vec<BoardRow> = query.select(BoardRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Board::from).collect())
}

pub fn get_seat(conn: &mut Conn, id: SeatId) -> Result<NamedSeat, Error> {
    let row = seat::table
        .inner_join(person::table)
        .filter(seat::id.eq(id))
        .select((SeatRow::as_select(), person::name))
        .first(conn);
    Ok(named_seat(found::<_, Error>(row, "seat")?))
}

pub fn insert_seat(conn: &mut Conn, seat: &Seat) -> Result<(), Error> {
    diesel::insert_into(seat::table).values(SeatRow::from(seat)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces the version it was made from.
pub fn update_seat(conn: &mut Conn, old: &Seat, new: &Seat) -> Result<(), Error> {
    let of_old_version = seat::table.find(new.id).filter(seat::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(SeatRow::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get_seat(conn, new.id)?).into());
    }
    Ok(())
}

/// All seats of one person, on one board or on every board.
pub fn seats_of(conn: &mut Conn, person: PersonId, board: Option<BoardId>) -> Result<Vec<Seat>, DbError> {
    let mut query = seat::table.filter(seat::person_id.eq(person)).into_boxed::<Backend>();
    if let Some(board) = board {
        query = query.filter(seat::board_id.eq(board));
    }
    let rows: Vec<SeatRow> = query.order(seat::id.asc()).select(SeatRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Seat::from).collect())
}

/// Which seats.
#[derive(Clone, Debug)]
pub struct Filter {
    pub board: Option<BoardId>,
    pub person: Option<PersonId>,
    pub as_of: Option<Date>,
}

/// One page with the names of those who sit, by first day.
pub fn page_of_seats(
    conn: &mut Conn,
    filter: &Filter,
    after: Option<Key<SeatId>>,
    limit: i64,
) -> Result<Vec<NamedSeat>, DbError> {
    let mut query = seat::table.inner_join(person::table).into_boxed::<Backend>();
    if let Some(board) = filter.board {
        query = query.filter(seat::board_id.eq(board));
    }
    if let Some(person) = filter.person {
        query = query.filter(seat::person_id.eq(person));
    }
    if let Some(day) = filter.as_of {
        query = query.filter(seat::from_date.le(day));
        query = query.filter(seat::until_date.is_null().or(seat::until_date.assume_not_null().gt(day)));
    }
    if let Some((day, id)) = after {
        query = query.filter(seat::from_date.gt(day.clone()).or(seat::from_date.eq(day).and(seat::id.gt(id))));
    }
    let query = query.order((seat::from_date.asc(), seat::id.asc())).limit(limit);
    let rows: Vec<(SeatRow, String)> = query.select((SeatRow::as_select(), person::name)).load(conn)?;
    Ok(rows.into_iter().map(named_seat).collect())
}
