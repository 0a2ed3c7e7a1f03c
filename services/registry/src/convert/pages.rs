//! Pages of lists as the wire has them.

use kit::paging::Found;
use toadlane_proto::registry::v1 as pb;

use crate::app::reading::{OrganisationsFound, RevocationsFound};
use crate::board::{Board, SeatNow};
use crate::client::Client;
use crate::membership::Membership;
use crate::person::Person;

pub fn organisations(found: OrganisationsFound) -> pb::ListOrganisationsResponse {
    let (organisations, next_page_token) = found.organisations.wire(pb::Organisation::from);
    let (total_size, as_of) = (found.n_organisations, Some(found.as_of.into()));
    pb::ListOrganisationsResponse { organisations, next_page_token, total_size, as_of }
}

pub fn memberships((found, total_size): (Found<Membership>, i64)) -> pb::ListMembershipsResponse {
    let (memberships, next_page_token) = found.wire(pb::Membership::from);
    pb::ListMembershipsResponse { memberships, next_page_token, total_size }
}

pub fn people(found: Found<Person>) -> pb::ListPeopleResponse {
    let (people, next_page_token) = found.wire(pb::Person::from);
    pb::ListPeopleResponse { people, next_page_token }
}

pub fn boards(found: Found<Board>) -> pb::ListBoardsResponse {
    let (boards, next_page_token) = found.wire(pb::Board::from);
    pb::ListBoardsResponse { boards, next_page_token }
}

pub fn seats(found: Found<SeatNow>) -> pb::ListSeatsResponse {
    let (seats, next_page_token) = found.wire(pb::Seat::from);
    pb::ListSeatsResponse { seats, next_page_token }
}

pub fn clients(found: Found<Client>) -> pb::ListClientsResponse {
    let (clients, next_page_token) = found.wire(pb::Client::from);
    pb::ListClientsResponse { clients, next_page_token }
}

pub fn revocations(found: RevocationsFound) -> pb::ListRevocationsResponse {
    let RevocationsFound { revocations, last_position, more } = found;
    let revocations = revocations.into_iter().map(pb::Revocation::from).collect();
    pb::ListRevocationsResponse { revocations, last_position, more }
}
