//! Requests of BoardsService.

use kit::ids::{BoardId, SeatId};
use kit::paging::{Listed, Page};
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use super::ending;
use crate::app::{self, Ending};
use crate::board::Names;
use crate::store::{Key, boards};

fn names(reader: &mut Reader, name: &str, name_cy: String, short_name: &str) -> Option<Names> {
    let name = reader.text("name", name);
    let short_name = reader.text("short_name", short_name);
    Some(Names { name: name?, name_cy, short_name: short_name? })
}

pub fn create_board(wire: pb::CreateBoardRequest, reader: &mut Reader) -> Option<app::CreateBoard> {
    let names = names(reader, &wire.name, wire.name_cy, &wire.short_name);
    Some(app::CreateBoard { id: BoardId::new(), names: names?, quorum: wire.quorum })
}

pub fn list_boards(wire: pb::ListBoardsRequest, reader: &mut Reader) -> Option<Page<Key<BoardId>>> {
    reader.page(wire.page_size, &wire.page_token)
}

pub fn update_board(wire: pb::UpdateBoardRequest, reader: &mut Reader) -> Option<app::UpdateBoard> {
    let target = reader.target("board_id", &wire.board_id, &wire.etag);
    let names = names(reader, &wire.name, wire.name_cy, &wire.short_name);
    Some(app::UpdateBoard { target: target?, names: names?, quorum: wire.quorum })
}

pub fn add_seat(wire: pb::AddSeatRequest, reader: &mut Reader) -> Option<app::AddSeat> {
    let board = reader.id("board_id", &wire.board_id);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let person = reader.id("person_id", &wire.person_id);
    let from = reader.date("from_date", &wire.from_date);
    let until = reader.date_or_none("until_date", &wire.until_date);
    let (id, voting) = (SeatId::new(), wire.voting);
    let (board, organisation, person) = (board?, organisation?, person?);
    Some(app::AddSeat { id, board, organisation, person, voting, from: from?, until: until? })
}

pub fn end_seat(wire: pb::EndSeatRequest, reader: &mut Reader) -> Option<Ending<SeatId>> {
    ending(reader, "seat_id", &wire.seat_id, &wire.etag, &wire.until_date)
}

pub fn list_seats(wire: pb::ListSeatsRequest, reader: &mut Reader) -> Option<Listed<boards::Filter, Key<SeatId>>> {
    let board = reader.id_or_none("board_id", &wire.board_id);
    let person = reader.id_or_none("person_id", &wire.person_id);
    let as_of = reader.date_or_none("as_of", &wire.as_of);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: boards::Filter { board: board?, person: person?, as_of: as_of? }, page: page? })
}
