//! BoardsService.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::id;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::boards_service_server::BoardsService;
use tonic::{Request, Response};

use crate::app;
use crate::board::SeatNow;
use crate::error::Error;
use crate::policy::{self, Action, Facts};
use crate::{Registry, convert, store};

#[tonic::async_trait]
impl BoardsService for Registry {
    async fn create_board(&self, request: Request<pb::CreateBoardRequest>) -> Answer<pb::Board> {
        let (cx, cmd) = Cx::parse::<app::boards::Create>(request)?;
        if let Some(board) = self.db.replay(&cx).await? {
            return Ok(Response::new(board));
        }
        let of = cx.clone();
        let board = self.db.write(&cx, move |tx| app::boards::create(tx, &of, &cmd)).await?;
        Ok(Response::new(board))
    }

    async fn get_board(&self, request: Request<pb::GetBoardRequest>) -> Answer<pb::Board> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "board")?;
        let asked = id("board_id", &request.get_ref().board_id)?;
        let board = self.db.read(move |tx| store::boards::get(tx, asked)).await?;
        Ok(Response::new(board.into()))
    }

    async fn list_boards(&self, request: Request<pb::ListBoardsRequest>) -> Answer<pb::ListBoardsResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "board")?;
        let asked = request.into_inner();
        let bound = pb::ListBoardsRequest { page_size: 0, page_token: String::new() };
        let page = Page::<(String, String)>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self.db.read(move |tx| store::boards::page(tx, of_page.after.clone(), of_page.limit())).await?;
        let found = page.found(rows, |row| (row.names.short_name.clone(), row.id.to_string()));
        let boards = found.rows.into_iter().map(pb::Board::from).collect();
        Ok(Response::new(pb::ListBoardsResponse { boards, next_page_token: found.next_page_token }))
    }

    async fn update_board(&self, request: Request<pb::UpdateBoardRequest>) -> Answer<pb::Board> {
        let (cx, cmd) = Cx::parse::<app::boards::Update>(request)?;
        if let Some(board) = self.db.replay(&cx).await? {
            return Ok(Response::new(board));
        }
        let of = cx.clone();
        let board = self.db.write(&cx, move |tx| app::boards::update(tx, &of, &cmd)).await?;
        Ok(Response::new(board))
    }

    async fn add_seat(&self, request: Request<pb::AddSeatRequest>) -> Answer<pb::Seat> {
        let (cx, cmd) = Cx::parse::<app::boards::AddSeat>(request)?;
        if let Some(seat) = self.db.replay(&cx).await? {
            return Ok(Response::new(seat));
        }
        let of = cx.clone();
        let seat = self.db.write(&cx, move |tx| app::boards::add_seat(tx, &of, &cmd)).await?;
        Ok(Response::new(seat))
    }

    async fn end_seat(&self, request: Request<pb::EndSeatRequest>) -> Answer<pb::Seat> {
        let (cx, cmd) = Cx::parse::<app::boards::EndSeat>(request)?;
        if let Some(seat) = self.db.replay(&cx).await? {
            return Ok(Response::new(seat));
        }
        let of = cx.clone();
        let seat = self.db.write(&cx, move |tx| app::boards::end_seat(tx, &of, &cmd)).await?;
        Ok(Response::new(seat))
    }

    async fn list_seats(&self, request: Request<pb::ListSeatsRequest>) -> Answer<pb::ListSeatsResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "seat")?;
        let asked = convert::list_seats(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows =
            self.db.read(move |tx| store::boards::page_of_seats(tx, &filter, page.after.clone(), page.limit())).await?;
        let found = asked.page.found(rows, |(seat, _)| (seat.term.from.to_string(), seat.id.to_string()));
        let seats = found.rows.into_iter().map(|(seat, person_name)| SeatNow { seat, person_name }.into()).collect();
        Ok(Response::new(pb::ListSeatsResponse { seats, next_page_token: found.next_page_token }))
    }
}
