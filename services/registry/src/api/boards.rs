//! BoardsService.

use kit::cx::Answer;
use kit::shapes::{one, page};
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::boards_service_server::BoardsService;
use tonic::Request;

use super::requests::boards as requests;
use crate::Registry;
use crate::app::{self, reading};

#[tonic::async_trait]
impl BoardsService for Registry {
    async fn create_board(&self, request: Request<pb::CreateBoardRequest>) -> Answer<pb::Board> {
        self.db.take(request, requests::create_board, app::create_board).await
    }

    async fn get_board(&self, request: Request<pb::GetBoardRequest>) -> Answer<pb::Board> {
        self.db.show(request, one, reading::board, pb::Board::from).await
    }

    async fn list_boards(&self, request: Request<pb::ListBoardsRequest>) -> Answer<pb::ListBoardsResponse> {
        self.db.show(request, requests::list_boards, reading::boards, page).await
    }

    async fn update_board(&self, request: Request<pb::UpdateBoardRequest>) -> Answer<pb::Board> {
        self.db.take(request, requests::update_board, app::update_board).await
    }

    async fn add_seat(&self, request: Request<pb::AddSeatRequest>) -> Answer<pb::Seat> {
        self.db.take(request, requests::add_seat, app::add_seat).await
    }

    async fn end_seat(&self, request: Request<pb::EndSeatRequest>) -> Answer<pb::Seat> {
        self.db.take(request, requests::end_seat, app::end_seat).await
    }

    async fn list_seats(&self, request: Request<pb::ListSeatsRequest>) -> Answer<pb::ListSeatsResponse> {
        self.db.show(request, requests::list_seats, reading::seats, page).await
    }
}
