use kit::caller::Role;
use kit::ids::OrgId;
use toadlane_proto::registry::v1 as pb;
use tonic::Code;

use super::harness::*;

pub fn a_board(short_name: &str) -> pb::CreateBoardRequest {
    pb::CreateBoardRequest {
        request_id: new_id(),
        name: format!("The board {short_name}"),
        name_cy: String::new(),
        short_name: short_name.to_string(),
        quorum: 3,
        validate_only: false,
    }
}

pub fn a_seat(board: &pb::Board, organisation: OrgId, person: &pb::Person, from: &str) -> pb::AddSeatRequest {
    pb::AddSeatRequest {
        request_id: new_id(),
        board_id: board.id.clone(),
        organisation_id: organisation.to_string(),
        person_id: person.id.clone(),
        voting: true,
        from_date: from.to_string(),
        until_date: String::new(),
        validate_only: false,
    }
}

#[tokio::test]
async fn one_person_may_sit_on_both_boards_but_once_on_each() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let member = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let mut admin = harness.as_admin();
        let eoc = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        let values = admin.boards.create_board(a_board("V&P")).await.unwrap().into_inner();
        let first = admin.boards.add_seat(a_seat(&eoc, kirklees, &member, "2019-07-01")).await.unwrap().into_inner();
        assert_eq!(first.person_name, "Bethan Rees");
        admin.boards.add_seat(a_seat(&values, kirklees, &member, "2019-07-01")).await.unwrap();
        let twice = admin.boards.add_seat(a_seat(&eoc, kirklees, &member, "2020-07-01")).await;
        assert_eq!(refusal(twice), (Code::AlreadyExists, "ALREADY_EXISTS".to_string()));

        let request = pb::EndSeatRequest {
            request_id: new_id(),
            seat_id: first.id,
            etag: first.etag,
            until_date: "2020-07-01".to_string(),
            validate_only: false,
        };
        admin.boards.end_seat(request).await.unwrap();
        admin.boards.add_seat(a_seat(&eoc, kirklees, &member, "2020-07-01")).await.unwrap();
        let request = pb::ListSeatsRequest { board_id: eoc.id, ..Default::default() };
        let mut reader = harness.as_who(&a_system(kirklees));
        let seats = reader.boards.list_seats(request).await.unwrap().into_inner().seats;
        let terms: Vec<_> = seats.iter().map(|seat| (seat.from_date.as_str(), seat.until_date.as_str())).collect();
        assert_eq!(terms, [("2019-07-01", "2020-07-01"), ("2020-07-01", "")]);
    })
    .await;
}

#[tokio::test]
async fn a_short_name_is_given_once() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        admin.boards.create_board(a_board("EOC")).await.unwrap();
        let answer = admin.boards.create_board(a_board("EOC")).await;
        assert_eq!(refusal(answer), (Code::AlreadyExists, "ALREADY_EXISTS".to_string()));
    })
    .await;
}

#[tokio::test]
async fn a_boards_quorum_is_a_setting_that_administrators_change() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        let request = pb::UpdateBoardRequest {
            request_id: new_id(),
            board_id: board.id.clone(),
            etag: board.etag.clone(),
            name: board.name.clone(),
            name_cy: "Pwyllgor".to_string(),
            short_name: board.short_name.clone(),
            quorum: 5,
            validate_only: false,
        };
        let mut manager = harness.as_who(&Who::person(Role::RoundManager, harness.network));
        let answer = manager.boards.update_board(request.clone()).await;
        assert_eq!(refusal(answer), (Code::PermissionDenied, "NOT_ALLOWED".to_string()));
        let amended = admin.boards.update_board(request.clone()).await.unwrap().into_inner();
        let request = pb::UpdateBoardRequest { request_id: new_id(), ..request };
        let status = admin.boards.update_board(request).await.unwrap_err();
        assert_eq!(newer::<pb::Board>(&status), amended);
        let shown = manager.boards.get_board(pb::GetBoardRequest { board_id: board.id }).await.unwrap().into_inner();
        assert_eq!((shown.quorum, shown.name_cy.as_str()), (5, "Pwyllgor"));
        let listed = manager.boards.list_boards(pb::ListBoardsRequest::default()).await.unwrap().into_inner();
        assert_eq!(listed.boards, [shown]);
    })
    .await;
}
