//! Which rows of which list a request asks for. Which of them the caller may see is decided in `app/reading.rs`.

use kit::ids::{BoardId, ClientId, MembershipId, OrgId, PersonId, SeatId};
use kit::paging::{Listed, Page};
use kit::time::Timestamp;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use crate::app::reading::AskedRevocations;
use crate::convert::{class, kind, nation, role};
use crate::sign_in::TOKEN_LIFETIME_S;
use crate::store::{Key, boards, clients, memberships, organisations, people};

/// Revocations on one page when the caller does not say.
const MOST_REVOCATIONS: i64 = 500;

pub fn organisations(
    wire: pb::ListOrganisationsRequest,
    reader: &mut Reader,
) -> Option<Listed<organisations::Filter, Key<OrgId>>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let (kind, nation) = (kind(wire.kind()), nation(wire.nation()));
    let filter = organisations::Filter { kind, nation, current: wire.current, search: wire.search };
    Some(Listed { filter, page: page? })
}

pub fn memberships(
    wire: pb::ListMembershipsRequest,
    reader: &mut Reader,
) -> Option<Listed<memberships::Filter, Key<MembershipId>>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let as_of = reader.date_or_none("as_of", &wire.as_of);
    let class = class(wire.membership_class());
    Some(Listed { filter: memberships::Filter { organisation: organisation?, class, as_of: as_of? }, page: page? })
}

pub fn people(wire: pb::ListPeopleRequest, reader: &mut Reader) -> Option<Listed<people::Filter, Key<PersonId>>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let (role, search, ended_too) = (role(wire.role()), wire.search, wire.include_ended);
    Some(Listed { filter: people::Filter { organisation: organisation?, role, search, ended_too }, page: page? })
}

pub fn boards(wire: pb::ListBoardsRequest, reader: &mut Reader) -> Option<Page<Key<BoardId>>> {
    reader.page(wire.page_size, &wire.page_token)
}

pub fn seats(wire: pb::ListSeatsRequest, reader: &mut Reader) -> Option<Listed<boards::Filter, Key<SeatId>>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let board = reader.id_or_none("board_id", &wire.board_id);
    let person = reader.id_or_none("person_id", &wire.person_id);
    let as_of = reader.date_or_none("as_of", &wire.as_of);
    Some(Listed { filter: boards::Filter { board: board?, person: person?, as_of: as_of? }, page: page? })
}

pub fn clients(wire: pb::ListClientsRequest, reader: &mut Reader) -> Option<Listed<clients::Filter, Key<ClientId>>> {
    let page = reader.page(wire.page_size, &wire.page_token);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let filter = clients::Filter { organisation: organisation?, revoked_too: wire.include_revoked };
    Some(Listed { filter, page: page? })
}

pub fn revocations(wire: pb::ListRevocationsRequest, _: &mut Reader) -> Option<AskedRevocations> {
    let size = if wire.page_size == 0 { MOST_REVOCATIONS } else { i64::from(wire.page_size) };
    // A token that was issued before this has expired, whatever clocks differ by.
    let since = Timestamp::of_this_machine().plus_seconds(-2 * TOKEN_LIFETIME_S);
    Some(AskedRevocations { after: wire.after_position, size, since })
}
