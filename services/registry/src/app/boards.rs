//! Creating and updating boards.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::BoardId;

use super::{Change, record};
use crate::board::{Board, Names};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::policy::{self, Action};
use crate::store::boards as store;

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
    let change = Change::to(None, in_words(&board));
    record(tx, cx, board, Happened::BoardCreated, events::board, change)
}

#[derive(Clone, Debug)]
pub struct UpdateBoard {
    pub target: Target<BoardId>,
    pub names: Names,
    pub quorum: i32,
}

pub fn update_board(tx: &mut Tx, cx: &Cx, cmd: &UpdateBoard) -> Result<Board, Error> {
    let board = load_for(tx, cx, Action::ChangeRegister, &cmd.target)?;
    let updated = board.update(cmd.names.clone(), cmd.quorum, cx.now);
    save(tx, cx, &board, updated, Happened::BoardAmended)
}

/// The board as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<BoardId>) -> Result<Board, Error> {
    policy::check_at_large(&cx.caller, action, "board")?;
    let board = store::get(tx, target.id)?;
    board.expect_version(target.version)?;
    Ok(board)
}

/// A board as history keeps it.
fn in_words(board: &Board) -> String {
    format!("{} ({}), quorum {}", board.names.short_name, board.names.name, board.quorum)
}

/// Saves the new version of a board with its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Board, new: Board, happened: Happened) -> Result<Board, Error> {
    store::update(tx, old, &new)?;
    let change = Change { from: in_words(old), ..Change::to(None, in_words(&new)) };
    record(tx, cx, new, happened, events::board, change)
}
